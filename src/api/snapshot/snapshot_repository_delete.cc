// api/snapshot/snapshot_repository_delete.cc -- DELETE /_snapshot/{repository}: forgets it. Its
// snapshots stay in its folder, and are there again once it is registered again.

#include "api/core/parameters.h"
#include "api/snapshot/parts/snapshot_answer.h"
#include "base/wildcard.h"

namespace elkhorn::api::snapshot_repository_delete {
namespace {

Reply handle(const Call& call) {
    store::Snapshots& snapshots = call.context().store->snapshots();
    const std::string& pattern = call.path("repository");
    bool fits = pattern == "*";
    for (const auto& [name, entry] : snapshots.repositories()) {
        if (!matches_star(pattern, name)) continue;
        fits = true;
        const auto done = snapshots.forget_repository(name);
        if (!done && done.error().code != ErrorCode::not_found)
            return std::unexpected(repository_failure(name, done.error()));
    }
    if (!fits) return std::unexpected(repository_missing(pattern));
    json::Writer out;
    out.begin_object().member("acknowledged", true).end_object();
    return json_response(out.take());
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/repository/delete",
    .methods = "DELETE",
    .routes = "/_snapshot/{repository}",
    .parameters = {master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::snapshot_repository_delete
