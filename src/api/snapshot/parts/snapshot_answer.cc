#include "api/snapshot/parts/snapshot_answer.h"

#include "api/core/error_body.h"
#include "api/core/settings_text.h"
#include "base/civil_time.h"
#include "base/strings.h"
#include "base/wildcard.h"
#include "event/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

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

search::Answer<std::vector<store::Snapshot>> snapshots_of(const Call& call, bool ignore_unavailable,
                                                          bool pattern_must_fit) {
    ASK(repository_of(call));
    const std::string& repository = call.path("repository");
    store::Snapshots& snapshots = call.context().store->snapshots();
    std::vector<store::Snapshot> all;
    bool listed = false;
    std::vector<store::Snapshot> found;
    const auto add = [&](const store::Snapshot& snapshot) {
        if (std::ranges::find(found, snapshot.name, &store::Snapshot::name) == found.end())
            found.push_back(snapshot);
    };
    for (const std::string_view name : split(call.path("snapshot"), ',')) {
        if (name == "_current") continue;  // one is made while its request waits, and not beside it
        const bool every = name == "_all" || name == "*";
        if (!every && name.find('*') == std::string_view::npos) {
            const auto one = snapshots.find(repository, name);
            const bool missing = !one && one.error().code == ErrorCode::not_found;
            if (one) add(*one);
            if (missing && !ignore_unavailable)
                return std::unexpected(snapshot_missing(repository, name));
            if (!one && !missing)
                return std::unexpected(repository_failure(repository, one.error()));
            continue;
        }
        if (!std::exchange(listed, true)) {
            auto list = snapshots.list(repository);
            if (!list) return std::unexpected(repository_failure(repository, list.error()));
            all = std::move(*list);
        }
        bool fits = every;
        for (const store::Snapshot& snapshot : all) {
            if (!every && !matches_star(name, snapshot.name)) continue;
            fits = true;
            add(snapshot);
        }
        if (!fits && pattern_must_fit && !ignore_unavailable)
            return std::unexpected(snapshot_missing(repository, name));
    }
    std::ranges::stable_sort(found, {}, &store::Snapshot::started_ms);
    return found;
}

std::expected<std::vector<std::string>, std::string> filter_names(
    const std::vector<std::string>& known, const std::vector<std::string>& patterns,
    bool ignore_unavailable) {
    if (patterns.empty()) return known;
    std::set<std::string> found;
    bool star_before = false;
    for (const std::string& written : patterns) {
        std::string_view name = written == "_all" ? "*" : std::string_view(written);
        const bool exclude = star_before && name.starts_with('-');
        if (exclude) name.remove_prefix(1);
        const bool star = name.find('*') != std::string_view::npos;
        star_before = star_before || star;
        bool fits = false;
        for (const std::string& one : known) {
            if (!matches_star(name, one)) continue;
            fits = true;
            if (exclude)
                found.erase(one);
            else
                found.insert(one);
        }
        if (!fits && !star && !exclude && !ignore_unavailable)
            return std::unexpected(std::string(name));
    }
    return std::vector<std::string>(found.begin(), found.end());
}

search::Answer<std::vector<std::string>> names_in(const event::Object& body) {
    std::vector<std::string> names;
    const event::Value* given = body.find("indices");
    if (given == nullptr) return names;
    const auto add = [&](const event::Value& value) {
        for (const std::string_view name : split(value.as_string(), ','))
            names.emplace_back(trim(name));
    };
    if (given->is(event::Kind::string)) {
        add(*given);
        return names;
    }
    const bool array = given->is(event::Kind::array);
    if (!array || !std::ranges::all_of(given->as_array().values(), [](const event::Value& value) {
            return value.is(event::Kind::string);
        })) {
        return search::refuse("illegal_argument_exception",
                              "malformed indices section, should be an array of strings");
    }
    for (const event::Value& value : given->as_array().values())
        add(value);
    return names;
}

search::Answer<bool> flag_in(const event::Object& body, std::string_view name, bool otherwise) {
    const event::Value* given = body.find(name);
    if (given == nullptr || given->is_null()) return otherwise;
    std::string text;
    event::append_text(text, *given);
    if (text == "true") return true;
    if (text == "false") return false;
    search::Failure failure = made(400, "illegal_argument_exception",
                                   fmt::format("Could not convert [{}] to boolean", name));
    failure.caused_by_type = failure.type;
    failure.caused_by_reason =
        fmt::format("Failed to parse value [{}] as only [true] or [false] are allowed.", text);
    return std::unexpected(failure);
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
