// api/cat/cat_repositories.cc -- GET /_cat/repositories: one line a snapshot repository.

#include "api/cat/parts/cat_table.h"
#include "api/core/parameters.h"
#include "store/snapshot/snapshots.h"

namespace elkhorn::api::cat_repositories {
namespace {

Reply handle(const Call& call) {
    CatTable table(
        {{"id", "id,repoId", "unique repository id"}, {"type", "t,type", "repository type"}});
    for (const auto& [name, entry] : call.context().store->snapshots().repositories())
        table.add({{name}, {entry.type}});
    return table.render(call);
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/repository/get",
    .methods = "GET",
    .routes = "/_cat/repositories",
    .parameters = {cat_parameters, master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::cat_repositories
