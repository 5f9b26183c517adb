// api/snapshot/snapshot_cleanup.cc -- POST /_snapshot/{repository}/_cleanup: removes files that no
// snapshot names, such as those of one that was cut off.

#include "api/core/parameters.h"
#include "api/snapshot/parts/snapshot_answer.h"

namespace elkhorn::api::snapshot_cleanup {
namespace {

Reply handle(const Call& call) {
    const store::RepositoryEntry entry = ASK(repository_of(call));
    const std::string& name = call.path("repository");
    if (entry.read_only()) {
        return std::unexpected(
            repository_failure(name, "cannot run cleanup on readonly repository"));
    }
    const auto gone = call.context().store->snapshots().clean(name);
    if (!gone) return std::unexpected(repository_failure(name, gone.error()));
    json::Writer out;
    out.begin_object().key("results").begin_object();
    out.member("deleted_bytes", gone->bytes).member("deleted_blobs", gone->count);
    out.end_object().end_object();
    return json_response(out.take());
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/repository/_cleanup",
    .methods = "POST",
    .routes = "/_snapshot/{repository}/_cleanup",
    .parameters = {master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::snapshot_cleanup
