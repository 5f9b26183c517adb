// api/snapshot/snapshot_get.cc -- GET /_snapshot/{repository}/{snapshot}: one, several, patterns,
// _all.

#include "api/core/parameters.h"
#include "api/snapshot/parts/snapshot_answer.h"

namespace elkhorn::api::snapshot_get {
namespace {

Reply handle(const Call& call) {
    const bool ignore = call.flag("ignore_unavailable", false);
    const bool verbose = call.flag("verbose", true);
    const auto found = ASK(snapshots_of(call, ignore, true));
    json::Writer out;
    out.begin_object().key("snapshots").begin_array();
    for (const store::Snapshot& snapshot : found)
        write_snapshot(out, snapshot, verbose);
    out.end_array().end_object();
    return json_response(out.take());
}

constexpr Parameter parameters[] = {
    {"ignore_unavailable", Takes::flag},
    {"verbose", Takes::flag},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/snapshot/get",
    .methods = "GET",
    .routes = "/_snapshot/{repository}/{snapshot}",
    .parameters = {parameters, master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::snapshot_get
