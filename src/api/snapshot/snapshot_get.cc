// api/snapshot/snapshot_get.cc -- GET /_snapshot/{repository}/{snapshot}: one, several, patterns,
// _all.

#include "api/snapshot/parts/snapshot_answer.h"

namespace elkhorn::api::snapshot_get {
namespace {

Reply handle(const Call& call) {
    const bool ignore = ASK(call.flag("ignore_unavailable", false));
    const bool verbose = ASK(call.flag("verbose", true));
    const auto found = ASK(snapshots_of(call, ignore, true));
    json::Writer out;
    out.begin_object().key("snapshots").begin_array();
    for (const store::Snapshot& snapshot : found)
        write_snapshot(out, snapshot, verbose);
    out.end_array().end_object();
    return json_response(out.take());
}

}  // namespace

extern constinit const Endpoint spec{"GET", "/_snapshot/{repository}/{snapshot}",
                                     "ignore_unavailable verbose master_timeout", handle};

}  // namespace elkhorn::api::snapshot_get
