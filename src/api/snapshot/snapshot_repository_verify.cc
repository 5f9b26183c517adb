// api/snapshot/snapshot_repository_verify.cc -- POST /_snapshot/{repository}/_verify: whether its
// folder can be reached and written.

#include "api/core/parameters.h"
#include "api/snapshot/parts/snapshot_answer.h"

namespace elkhorn::api::snapshot_repository_verify {
namespace {

Reply handle(const Call& call) {
    ASK(repository_of(call));
    const std::string& name = call.path("repository");
    if (const auto done = call.context().store->snapshots().verify_repository(name); !done) {
        search::Failure failure = repository_failure(name, done.error());
        failure.type = "repository_verification_exception";
        return std::unexpected(failure);
    }
    json::Writer out;
    out.begin_object().key("nodes").begin_object().key("elkhorn").begin_object();
    out.member("name", call.context().node_name).end_object().end_object().end_object();
    return json_response(out.take());
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/repository/verify",
    .methods = "POST",
    .routes = "/_snapshot/{repository}/_verify",
    .parameters = {master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::snapshot_repository_verify
