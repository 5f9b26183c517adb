// api/own/health.cc -- GET /_elkhorn/health: is the process alive, may traffic be sent to it, and
// if not, why.
// 200 when ready, 503 with the reasons otherwise; every sentence says what to do. `warnings` is
// there while somebody should look at a node that works: a full disk, a clock that has leapt.

#include "api/core/api.h"
#include "json/writer.h"

namespace elkhorn::api::health {
namespace {

Reply handle(const Call& call) {
    std::vector<std::string> reasons;
    if (call.context().reasons) reasons = call.context().reasons();
    std::string reason;
    if (!call.context().store->healthy(&reason)) reasons.push_back(reason);
    json::Writer out;
    out.begin_object()
        .member("live", true)
        .member("ready", reasons.empty())
        .key("reasons")
        .begin_array();
    for (const std::string& why : reasons)
        out.value(why);
    out.end_array();
    const std::vector<std::string> warnings = call.context().store->warnings();
    if (!warnings.empty()) {
        out.key("warnings").begin_array();
        for (const std::string& warning : warnings)
            out.value(warning);
        out.end_array();
    }
    out.end_object();
    return json_response(out.take(), reasons.empty() ? 200 : 503);
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:monitor/health",
    .methods = "GET",
    .routes = "/_elkhorn/health",
    .handle = handle,
};

}  // namespace elkhorn::api::health
