// api/cat/cat_health.cc -- GET /_cat/health: the node's state in one line; rsyslog's connection
// check.

#include "api/cat/parts/cat_table.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"

#include <fmt/format.h>

namespace elkhorn::api::cat_health {
namespace {

Reply handle(const Call& call) {
    const auto indices = copies_of(call);
    if (!indices) return std::unexpected(indices.error());
    const bool with_time = call.flag("ts", true);
    std::int64_t primaries = 0;
    std::int64_t unassigned = 0;
    for (const Copies& index : *indices) {
        primaries += index.shards;
        unassigned += index.unassigned();
    }
    const std::int64_t now = call.context().clock->wall_ms() / 1000;
    const double percent =
        primaries + unassigned == 0
            ? 100.0
            : 100.0 * static_cast<double>(primaries) / static_cast<double>(primaries + unassigned);
    CatTable table(
        {{"epoch", "t,time", "seconds since 1970-01-01 00:00:00", with_time, true, true},
         {"timestamp", "ts,hms,hhmmss", "time in HH:MM:SS", with_time},
         {"cluster", "cl", "cluster name"},
         {"status", "st", "health status"},
         {"node.total", "nt,nodeTotal", "total number of nodes", true, true, true},
         {"node.data", "nd,nodeData", "number of nodes that can store data", true, true, true},
         {"shards", "t,sh,shards.total,shardsTotal", "total number of shards", true, true, true},
         {"pri", "p,shards.primary,shardsPrimary", "number of primary shards", true, true, true},
         {"relo", "r,shards.relocating", "number of relocating nodes", true, true, true},
         {"init", "i,shards.initializing", "number of initializing nodes", true, true, true},
         {"unassign", "u,shards.unassigned", "number of unassigned shards", true, true, true},
         {"pending_tasks", "pt,pendingTasks", "number of pending tasks", true, true, true},
         {"max_task_wait_time", "mtwt,maxTaskWaitTime", "wait time of longest task pending", true,
          true},
         {"active_shards_percent", "asp,activeShardsPercent", "active number of shards in percent",
          true, true}});
    table.add({{std::to_string(now)},
               {fmt::format("{:02}:{:02}:{:02}", now / 3600 % 24, now / 60 % 60, now % 60)},
               {call.context().cluster_name},
               {!call.context().store->healthy(nullptr) ? "red"
                : unassigned > 0                        ? "yellow"
                                                        : "green"},
               {"1"},
               {"1"},
               {std::to_string(primaries)},
               {std::to_string(primaries)},
               {"0"},
               {"0"},
               {std::to_string(unassigned)},
               {"0"},
               {"-"},
               {fmt::format("{:.1f}%", percent)}});
    return table.render(call);
}

constexpr Parameter parameters[] = {
    {"ts", Takes::flag},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:monitor/health",
    .methods = "GET",
    .routes = "/_cat/health",
    .parameters = {parameters, cat_parameters, master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::cat_health
