// api/snapshot/snapshot_delete.cc -- DELETE /_snapshot/{repository}/{snapshot}: names and patterns.
// Files that another snapshot names stay.

#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "api/snapshot/parts/snapshot_answer.h"

namespace elkhorn::api::snapshot_delete {
namespace {

Reply handle(const Call& call) {
    const std::vector<std::string> asked = name_list(call.path("snapshot"));
    if (asked.empty()) {
        return search::refuse("action_request_validation_exception",
                              "Validation Failed: 1: snapshots are missing;");
    }
    const store::RepositoryEntry entry = ASK(repository_of(call));
    const std::string& repository = call.path("repository");
    if (entry.read_only()) {
        return std::unexpected(
            repository_failure(repository, "cannot delete snapshot from a readonly repository"));
    }
    std::vector<std::string> names;
    for (const store::Snapshot& snapshot : ASK(snapshots_of(call, asked, false)))
        names.push_back(snapshot.name);
    if (!names.empty()) {
        const auto done = call.context().store->snapshots().remove(repository, names);
        if (!done) return std::unexpected(repository_failure(repository, done.error()));
    }
    json::Writer out;
    out.begin_object().member("acknowledged", true).end_object();
    return json_response(out.take());
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/snapshot/delete",
    .methods = "DELETE",
    .routes = "/_snapshot/{repository}/{snapshot}",
    .parameters = {master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::snapshot_delete
