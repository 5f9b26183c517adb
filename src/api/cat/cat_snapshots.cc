// api/cat/cat_snapshots.cc -- GET /_cat/snapshots/{repository}: one line a snapshot.

#include "api/cat/parts/cat_table.h"
#include "api/core/parameters.h"
#include "api/snapshot/parts/snapshot_answer.h"
#include "base/units.h"

#include <fmt/format.h>

namespace elkhorn::api::cat_snapshots {
namespace {

CatCell number(std::int64_t value) {
    return {std::to_string(value), static_cast<double>(value)};
}

std::string time_of_day(std::int64_t ms) {
    const std::int64_t s = ms / 1000;
    return fmt::format("{:02}:{:02}:{:02}", s / 3600 % 24, s / 60 % 60, s % 60);
}

/// As Elasticsearch writes it: "612ms", "1.2s", "3.4m".
std::string duration(std::int64_t ms) {
    const auto in = [&](double unit, std::string_view name) {
        const auto tenths = static_cast<std::int64_t>(static_cast<double>(ms) / unit * 10);
        return tenths % 10 == 0 ? fmt::format("{}{}", tenths / 10, name)
                                : fmt::format("{}.{}{}", tenths / 10, tenths % 10, name);
    };
    if (ms < 1000) return fmt::format("{}ms", ms);
    if (ms < 60'000) return in(1000, "s");
    if (ms < 3'600'000) return in(60'000, "m");
    return in(3'600'000, "h");
}

CatTable empty_table() {
    return CatTable(
        {{"id", "id,snapshot", "unique snapshot"},
         {"status", "s,status", "snapshot name", true, true},
         {"start_epoch", "ste,startEpoch", "start time in seconds since 1970-01-01 00:00:00", true,
          false, true},
         {"start_time", "sti,startTime", "start time in HH:MM:SS"},
         {"end_epoch", "ete,endEpoch", "end time in seconds since 1970-01-01 00:00:00", true, false,
          true},
         {"end_time", "eti,endTime", "end time in HH:MM:SS"},
         {"duration", "dur,duration", "duration", true, true},
         {"indices", "i,indices", "number of indices", true, true, true},
         {"successful_shards", "ss,successful_shards", "number of successful shards", true, true,
          true},
         {"failed_shards", "fs,failed_shards", "number of failed shards", true, true, true},
         {"total_shards", "ts,total_shards", "number of total shards", true, true, true},
         {"reason", "r,reason", "reason for failures", false}});
}

Reply handle(const Call& call) {
    CatTable table = empty_table();
    const std::string& repository = call.path("repository");
    if (call.flag("help", false)) return table.render(call);
    if (repository.empty()) {
        return search::refuse("action_request_validation_exception",
                              "Validation Failed: 1: repository is missing;");
    }
    ASK(repository_of(call));
    const auto list = call.context().store->snapshots().list(repository);
    if (!list) return std::unexpected(repository_failure(repository, list.error()));
    for (const store::Snapshot& snapshot : *list) {
        const std::int64_t shards = shards_of(snapshot);
        table.add({{snapshot.name},
                   {"SUCCESS"},
                   number(snapshot.started_ms / 1000),
                   {time_of_day(snapshot.started_ms)},
                   number(snapshot.ended_ms / 1000),
                   {time_of_day(snapshot.ended_ms)},
                   {duration(snapshot.ended_ms - snapshot.started_ms)},
                   number(static_cast<std::int64_t>(snapshot.indices.size())),
                   number(shards),
                   number(0),
                   number(shards),
                   {""}});
    }
    return table.render(call);
}

constexpr Parameter parameters[] = {
    {"ignore_unavailable", Takes::flag, Use::no_effect,
     "a snapshot that cannot be read is an error"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/snapshot/get",
    .methods = "GET",
    .routes = "/_cat/snapshots /_cat/snapshots/{repository}",
    .parameters = {parameters, cat_parameters, master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::cat_snapshots
