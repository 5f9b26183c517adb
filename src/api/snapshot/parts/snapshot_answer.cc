#include "api/snapshot/parts/snapshot_answer.h"

#include "api/core/error_body.h"
#include "api/core/settings_text.h"
#include "base/civil_time.h"
#include "base/strings.h"
#include "base/wildcard.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace elkhorn::api {
namespace {

search::Failure made(int status, std::string_view type, std::string reason) {
    search::Failure failure;
    failure.status = status;
    failure.type = type;
    failure.reason = std::move(reason);
    return failure;
}

std::string iso(std::int64_t ms) {
    std::string text;
    append_iso_ms(text, ms);
    return text;
}

}  // namespace

search::Failure repository_missing(std::string_view name) {
    return made(404, "repository_missing_exception", fmt::format("[{}] missing", name));
}

search::Failure snapshot_missing(std::string_view repository, std::string_view snapshot) {
    return made(404, "snapshot_missing_exception",
                fmt::format("[{}:{}] is missing", repository, snapshot));
}

search::Failure repository_failure(std::string_view repository, std::string_view reason) {
    return made(500, "repository_exception", fmt::format("[{}] {}", repository, reason));
}

search::Failure repository_failure(std::string_view repository, const Error& error) {
    if (error.code == ErrorCode::overloaded) return to_failure(error);
    return repository_failure(repository, error.message);
}

search::Answer<store::RepositoryEntry> repository_of(const Call& call) {
    const auto entries = call.context().store->snapshots().repositories();
    const auto it = entries.find(call.path("repository"));
    if (it == entries.end()) return std::unexpected(repository_missing(call.path("repository")));
    return it->second;
}

// -- names ----------------------------------------------------------------------------------------

search::Answer<std::vector<store::Snapshot>> all_snapshots(const Call& call) {
    ASK(repository_of(call));
    const std::string& repository = call.path("repository");
    auto list = call.context().store->snapshots().list(repository);
    if (!list) return std::unexpected(repository_failure(repository, list.error()));
    return std::move(*list);
}

namespace {

/// Nothing where there is none of that name.
search::Answer<std::optional<store::Snapshot>> one_snapshot(const Call& call,
                                                            const std::string& name) {
    const std::string& repository = call.path("repository");
    auto one = call.context().store->snapshots().find(repository, name);
    if (one) return std::move(*one);
    if (one.error().code == ErrorCode::not_found) return std::nullopt;
    return std::unexpected(repository_failure(repository, one.error()));
}

}  // namespace

search::Answer<std::vector<store::Snapshot>> snapshots_of(const Call& call,
                                                          std::span<const std::string> names,
                                                          bool ignore_unavailable) {
    ASK(repository_of(call));
    const auto is_pattern = [](const std::string& name) {
        return name.contains('*');
    };
    std::vector<store::Snapshot> all;
    if (std::ranges::any_of(names, is_pattern)) all = ASK(all_snapshots(call));
    std::vector<store::Snapshot> found;
    const auto add = [&](const store::Snapshot& snapshot) {
        if (std::ranges::find(found, snapshot.name, &store::Snapshot::name) == found.end())
            found.push_back(snapshot);
    };
    for (const std::string& name : names) {
        if (is_pattern(name)) {
            for (const store::Snapshot& snapshot : all) {
                if (matches_star(name, snapshot.name)) add(snapshot);
            }
        } else if (const auto one = ASK(one_snapshot(call, name))) {
            add(*one);
        } else if (!ignore_unavailable) {
            return std::unexpected(snapshot_missing(call.path("repository"), name));
        }
    }
    std::ranges::stable_sort(found, {}, &store::Snapshot::started_ms);
    return found;
}

// -- answers --------------------------------------------------------------------------------------

std::int64_t shards_of(const store::SnapshotIndex& index) {
    return to_integer(setting(index.manifest.settings_json, "number_of_shards")).value_or(1);
}

std::int64_t shards_of(const store::Snapshot& snapshot) {
    std::int64_t shards = 0;
    for (const store::SnapshotIndex& index : snapshot.indices)
        shards += shards_of(index);
    return shards;
}

void write_snapshot(json::Writer& out, const store::Snapshot& snapshot, bool verbose) {
    out.begin_object().member("snapshot", snapshot.name).member("uuid", snapshot.uuid);
    if (verbose) out.member("version_id", 7100299).member("version", "7.10.2");
    out.key("indices").begin_array();
    for (const store::SnapshotIndex& index : snapshot.indices)
        out.value(index.manifest.name);
    out.end_array();
    out.key("data_streams").begin_array().end_array();
    if (!verbose) {
        out.member("state", "SUCCESS").end_object();
        return;
    }
    out.member("include_global_state", snapshot.global_state);
    if (!snapshot.metadata_json.empty()) out.key("metadata").raw(snapshot.metadata_json);
    out.member("state", "SUCCESS");
    out.member("start_time", iso(snapshot.started_ms));
    out.member("start_time_in_millis", snapshot.started_ms);
    out.member("end_time", iso(snapshot.ended_ms));
    out.member("end_time_in_millis", snapshot.ended_ms);
    out.member("duration_in_millis", snapshot.ended_ms - snapshot.started_ms);
    out.key("failures").begin_array().end_array();
    const std::int64_t shards = shards_of(snapshot);
    out.key("shards").begin_object().member("total", shards).member("failed", 0);
    out.member("successful", shards).end_object();
    out.end_object();
}

}  // namespace elkhorn::api
