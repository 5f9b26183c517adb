// api/snapshot/snapshot_status.cc -- GET /_snapshot/{repository}/{snapshot}/_status: files and
// bytes, in all and newly brought. Without a snapshot: those being made, of which there are none to
// be seen.

#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "api/snapshot/parts/snapshot_answer.h"

namespace elkhorn::api::snapshot_status {
namespace {

struct Stats {
    std::int64_t shards = 0;
    store::SnapshotFiles added;
    store::SnapshotFiles all;
    std::int64_t started_ms = 0;
    std::int64_t took_ms = 0;
};

void write_files(json::Writer& out, std::string_view name, const store::SnapshotFiles& files) {
    out.key(name).begin_object().member("file_count", files.count);
    out.member("size_in_bytes", files.bytes).end_object();
}

void write_stats(json::Writer& out, const Stats& stats) {
    out.key("stats").begin_object();
    write_files(out, "incremental", stats.added);
    write_files(out, "total", stats.all);
    out.member("start_time_in_millis", stats.started_ms).member("time_in_millis", stats.took_ms);
    out.end_object();
}

void write_shards_and_stats(json::Writer& out, const Stats& stats) {
    out.key("shards_stats").begin_object();
    out.member("initializing", 0).member("started", 0).member("finalizing", 0);
    out.member("done", stats.shards).member("failed", 0).member("total", stats.shards);
    out.end_object();
    write_stats(out, stats);
}

void write_index(json::Writer& out, const store::SnapshotIndex& index) {
    const Stats stats{shards_of(index), index.added, index.all, index.started_ms, index.took_ms};
    out.key(index.manifest.name).begin_object();
    write_shards_and_stats(out, stats);
    out.key("shards").begin_object();
    // One holds it all.
    for (std::int64_t shard = 0; shard < stats.shards; ++shard) {
        out.key(std::to_string(shard)).begin_object().member("stage", "DONE");
        write_stats(out, shard == 0 ? stats : Stats{0, {}, {}, stats.started_ms, 0});
        out.end_object();
    }
    out.end_object().end_object();
}

void write_status(json::Writer& out, std::string_view repository, const store::Snapshot& snapshot) {
    Stats sum;
    sum.shards = shards_of(snapshot);
    sum.started_ms = snapshot.started_ms;
    sum.took_ms = snapshot.ended_ms - snapshot.started_ms;
    for (const store::SnapshotIndex& index : snapshot.indices) {
        sum.added.count += index.added.count;
        sum.added.bytes += index.added.bytes;
        sum.all.count += index.all.count;
        sum.all.bytes += index.all.bytes;
    }
    out.begin_object().member("snapshot", snapshot.name).member("repository", repository);
    out.member("uuid", snapshot.uuid).member("state", "SUCCESS");
    out.member("include_global_state", snapshot.global_state);
    write_shards_and_stats(out, sum);
    out.key("indices").begin_object();
    for (const store::SnapshotIndex& index : snapshot.indices)
        write_index(out, index);
    out.end_object().end_object();
}

Reply handle(const Call& call) {
    const bool ignore = call.flag("ignore_unavailable", false);
    json::Writer out;
    out.begin_object().key("snapshots").begin_array();
    const std::string& repository = call.path("repository");
    if (!repository.empty()) ASK(repository_of(call));
    const std::vector<std::string> asked = name_list(call.path("snapshot"));
    if (asked.size() != 1 || asked[0] != "_all") {
        // Names only: a star is a name that is not there. `_all` are those being made.
        for (const std::string& name : asked) {
            const auto found = call.context().store->snapshots().find(repository, name);
            const bool missing = !found && found.error().code == ErrorCode::not_found;
            if (missing && !ignore) return std::unexpected(snapshot_missing(repository, name));
            if (!found && !missing)
                return std::unexpected(repository_failure(repository, found.error()));
            if (found) write_status(out, repository, *found);
        }
    }
    out.end_array().end_object();
    return json_response(out.take());
}

constexpr Parameter parameters[] = {
    {"ignore_unavailable", Takes::flag},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/snapshot/status",
    .methods = "GET",
    .routes =
        "/_snapshot/_status /_snapshot/{repository}/_status "
        "/_snapshot/{repository}/{snapshot}/_status",
    .parameters = {parameters, master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::snapshot_status
