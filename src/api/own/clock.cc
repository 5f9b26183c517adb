// api/own/clock.cc -- GET|POST /_elkhorn/clock: the time as this machine has it, and the warnings
// of the node. POST says that somebody has looked and it is right: retention then counts ages by it
// again (store/limits/retention_clock.h).

#include "api/core/api.h"
#include "base/civil_time.h"
#include "json/writer.h"

namespace elkhorn::api::clock {
namespace {

Reply handle(const Call& call) {
    store::Store& store = *call.context().store;
    if (call.request().method == "POST") store.believe_clock();
    json::Writer out;
    out.begin_object().member("clock", format_iso(call.context().clock->wall_ns()));
    out.key("warnings").begin_array();
    for (const std::string& warning : store.warnings())
        out.value(warning);
    out.end_array().end_object();
    return json_response(out.take());
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/clock",
    .methods = "GET POST",
    .routes = "/_elkhorn/clock",
    .handle = handle,
};

}  // namespace elkhorn::api::clock
