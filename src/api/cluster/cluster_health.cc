// api/cluster/cluster_health.cc -- GET /_cluster/health[/{index}]: green, or yellow where an index
// asks for copies that one node has no place for; red while the store acknowledges nothing
// (_elkhorn/health says why), red and 408 for an index that is not there.

#include "api/core/api.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "base/strings.h"
#include "json/writer.h"

#include <fmt/format.h>

namespace elkhorn::api::cluster_health {
namespace {

struct Counts {
    std::int64_t primaries = 0;
    std::int64_t unassigned = 0;

    std::string_view status() const { return unassigned > 0 ? "yellow" : "green"; }
};

Counts count(const Copies& index) {
    return {index.shards, index.unassigned()};
}

void write_counts(json::Writer& out, const Counts& counts) {
    out.member("active_primary_shards", counts.primaries).member("active_shards", counts.primaries);
    out.member("relocating_shards", 0).member("initializing_shards", 0);
    out.member("unassigned_shards", counts.unassigned);
}

/// green: 0, yellow: 1, red: 2.
int badness(std::string_view status) {
    return status == "green" ? 0 : status == "yellow" ? 1 : 2;
}

Reply handle(const Call& call) {
    const auto wanted = call.parameter("wait_for_status");
    if (wanted && *wanted != "green" && *wanted != "yellow" && *wanted != "red") {
        return search::refuse(
            "illegal_argument_exception",
            fmt::format("No enum constant org.elasticsearch.cluster.health.ClusterHealthStatus.{}",
                        to_upper(*wanted)));
    }
    const auto indices = copies_of(call);
    const bool missing = !indices && indices.error().type == "index_not_found_exception";
    if (!indices && !missing) return std::unexpected(indices.error());
    Counts all;
    if (indices) {
        for (const Copies& index : *indices) {
            all.primaries += count(index).primaries;
            all.unassigned += count(index).unassigned;
        }
    }
    const bool writable = call.context().store->healthy(nullptr);
    const std::string_view status = missing || !writable ? "red" : all.status();
    const bool timed_out = missing || (wanted && badness(status) > badness(*wanted));
    json::Writer out;
    out.begin_object().member("cluster_name", call.context().cluster_name).member("status", status);
    out.member("timed_out", timed_out)
        .member("number_of_nodes", 1)
        .member("number_of_data_nodes", 1);
    write_counts(out, all);
    out.member("delayed_unassigned_shards", 0).member("number_of_pending_tasks", 0);
    out.member("number_of_in_flight_fetch", 0).member("task_max_waiting_in_queue_millis", 0);
    const auto total = static_cast<double>(all.primaries + all.unassigned);
    out.member("active_shards_percent_as_number",
               total == 0 ? 100.0 : 100.0 * static_cast<double>(all.primaries) / total);
    const auto level = call.parameter("level");
    if (indices && level && *level != "cluster") {
        out.key("indices").begin_object();
        for (const Copies& index : *indices) {
            out.key(index.index).begin_object().member("status", count(index).status());
            out.member("number_of_shards", index.shards)
                .member("number_of_replicas", index.replicas);
            write_counts(out, count(index));
            out.end_object();
        }
        out.end_object();
    }
    out.end_object();
    return json_response(out.take(), timed_out ? 408 : 200);
}

constexpr Parameter parameters[] = {
    {"level", Takes::one_of, Use::used, "", "cluster indices shards"},
    {"wait_for_status", Takes::text},
    {"wait_for_active_shards", Takes::text, Use::no_effect, "there is one copy of every row"},
    {"wait_for_events", Takes::text, Use::no_effect, "nothing waits"},
    {"wait_for_nodes", Takes::text, Use::no_effect, "there is one node"},
    {"wait_for_no_initializing_shards", Takes::flag, Use::no_effect,
     "a node that answers has them all"},
    {"wait_for_no_relocating_shards", Takes::flag, Use::no_effect, "there is one node"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:monitor/health",
    .methods = "GET",
    .routes = "/_cluster/health /_cluster/health/{index}",
    .parameters = {parameters, index_parameters, master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::cluster_health
