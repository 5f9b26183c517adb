// api/node/nodes_breaker.cc -- GET /_nodes/stats/breaker: what holds how much memory, as
// Elasticsearch shows its circuit breakers. `request` is what searches count in,
// `in_flight_requests` the bodies of all requests, `fielddata` decoded columns, `parent` all of it;
// `tails`, `log` and `merges` are ours (store/limits/memory_account.h).

#include "api/core/api.h"
#include "api/core/parameters.h"
#include "base/units.h"
#include "json/writer.h"
#include "store/limits/memory_account.h"

namespace elkhorn::api::nodes_breaker {
namespace {

void write_breaker(json::Writer& out, std::string_view name, std::uint64_t limit,
                   std::uint64_t used, std::uint64_t refused) {
    out.key(name).begin_object();
    out.member("limit_size_in_bytes", limit)
        .member("limit_size", format_bytes(static_cast<std::int64_t>(limit)));
    out.member("estimated_size_in_bytes", used)
        .member("estimated_size", format_bytes(static_cast<std::int64_t>(used)));
    out.member("overhead", 1.0).member("tripped", refused).end_object();
}

std::string_view es_name(store::MemoryUse use) {
    if (use == store::MemoryUse::queries) return "request";
    if (use == store::MemoryUse::requests) return "in_flight_requests";
    return use == store::MemoryUse::cache ? "fielddata" : name_of(use);
}

Reply handle(const Call& call) {
    const Context& context = call.context();
    const store::MemoryAccount& memory = context.store->memory();
    json::Writer out;
    out.begin_object().key("_nodes").begin_object();
    out.member("total", 1).member("successful", 1).member("failed", 0).end_object();
    out.member("cluster_name", context.cluster_name).key("nodes").begin_object();
    out.key(context.node_name).begin_object();
    out.member("timestamp", context.clock->wall_ms()).member("name", context.node_name);
    out.key("breakers").begin_object();
    std::uint64_t refused = 0;
    for (std::size_t i = 0; i < store::memory_uses; ++i) {
        const auto use = static_cast<store::MemoryUse>(i);
        write_breaker(out, es_name(use), memory.limit(use), memory.used(use), memory.refused(use));
        refused += memory.refused(use);
    }
    write_breaker(out, "parent", memory.limit(), memory.used(), refused);
    out.end_object().end_object().end_object().end_object();
    return json_response(out.take());
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:monitor/nodes/stats",
    .methods = "GET",
    .routes = "/_nodes/stats/breaker",
    .parameters = {master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::nodes_breaker
