// api/snapshot/snapshot_restore.cc -- POST /_snapshot/{repository}/{snapshot}/_restore: indices of
// a snapshot, under their names or, by rename_pattern, under others. They are there, durable, when
// this answers; an index that is there is never touched.

#include "api/core/error_body.h"
#include "api/core/parameters.h"
#include "api/snapshot/parts/restore_settings.h"
#include "api/snapshot/parts/snapshot_answer.h"
#include "api/snapshot/parts/snapshot_body.h"
#include "api/snapshot/parts/snapshot_rename.h"
#include "store/schema/index_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace elkhorn::api::snapshot_restore {
namespace {

struct Wanted {
    std::vector<std::string> indices;
    NameOptions options;
    std::optional<std::string> pattern;
    std::optional<std::string> replacement;
    SettingsChange settings;
};

search::Answer<std::optional<std::string>> text_in(const event::Object& body,
                                                   std::string_view name) {
    const event::Value* given = body.find(name);
    if (given == nullptr) return std::nullopt;
    if (!given->is(event::Kind::string))
        return search::refuse("illegal_argument_exception", fmt::format("malformed {}", name));
    return std::string(given->as_string());
}

search::Failure unknown_member(std::string_view name) {
    return search::refuse("illegal_argument_exception", fmt::format("Unknown parameter {}", name))
        .error();
}

search::Answer<Wanted> read_body(const event::Value& body) {
    Wanted wanted;
    if (!body.is(event::Kind::object)) return wanted;
    const event::Object& given = body.as_object();
    wanted.indices = ASK(names_in(given));
    wanted.options = ASK(name_options_in(given));
    wanted.pattern = ASK(text_in(given, "rename_pattern"));
    wanted.replacement = ASK(text_in(given, "rename_replacement"));
    wanted.settings = ASK(read_settings_change(given));
    return wanted;
}

search::Failure restore_failure(std::string_view place, std::string_view reason) {
    search::Failure failure;
    failure.status = 500;
    failure.type = "snapshot_restore_exception";
    failure.reason = fmt::format("[{}] {}", place, reason);
    return failure;
}

std::string taken(std::string_view name) {
    return fmt::format(
        "cannot restore index [{}] because an open index with same name already exists in the "
        "cluster. Either close or delete the existing index or restore the index under a different "
        "name by providing a rename pattern and replacement name",
        name);
}

/// What is to be restored as what; refused where that cannot be, before anything is.
search::Answer<std::vector<store::RestoreIndex>> plan(const Call& call, const Wanted& wanted,
                                                      const store::Snapshot& snapshot) {
    const std::string place = fmt::format("{}:{}", call.path("repository"), snapshot.name);
    const std::string whole = fmt::format("{}/{}", place, snapshot.uuid);
    std::vector<std::string> known;
    known.reserve(snapshot.indices.size());
    for (const store::SnapshotIndex& index : snapshot.indices)
        known.push_back(index.manifest.name);
    const auto names = ASK(select_indices(known, wanted.indices, wanted.options));
    std::map<std::string, std::string> by_target;
    std::vector<store::RestoreIndex> indices;
    for (const std::string& from : names) {
        std::string to = from;
        if (wanted.pattern && wanted.replacement)
            to = ASK(rename_index(from, *wanted.pattern, *wanted.replacement));
        if (const auto [it, fresh] = by_target.emplace(to, from); !fresh) {
            return std::unexpected(restore_failure(
                place, fmt::format("indices [{}] and [{}] are renamed into the same index [{}]",
                                   from, it->second, to)));
        }
        const auto source = std::ranges::find(
            snapshot.indices, from, [](const auto& index) { return index.manifest.name; });
        indices.push_back(
            {from, to, changed_settings(source->manifest.settings_json, wanted.settings)});
    }
    for (const store::RestoreIndex& index : indices) {
        if (!wanted.settings.refused.empty())
            return std::unexpected(restore_failure(whole, wanted.settings.refused));
        if (const auto sound = store::check_index_name(index.to); !sound) {
            search::Failure failure = to_failure(sound.error());
            failure.index = index.to;
            return std::unexpected(failure);
        }
        if (call.context().store->exists(index.to)) {
            return std::unexpected(restore_failure(whole, taken(index.to)));
        }
    }
    return indices;
}

void write_restored(json::Writer& out, const store::Snapshot& snapshot,
                    const std::vector<store::RestoreIndex>& indices) {
    std::int64_t shards = 0;
    out.key("snapshot").begin_object().member("snapshot", snapshot.name);
    out.key("indices").begin_array();
    for (const store::RestoreIndex& index : indices) {
        out.value(index.to);
        const auto source = std::ranges::find(snapshot.indices, index.from,
                                              [](const auto& one) { return one.manifest.name; });
        shards += shards_of(*source);
    }
    out.end_array();
    out.key("shards").begin_object().member("total", shards).member("failed", 0);
    out.member("successful", shards).end_object().end_object();
}

Reply handle(const Call& call) {
    const bool wait = call.flag("wait_for_completion", false);
    const event::Value body = ASK(call.json_body());
    const Wanted wanted = ASK(read_body(body));
    ASK(repository_of(call));
    const std::string& repository = call.path("repository");
    store::Snapshots& snapshots = call.context().store->snapshots();
    const auto snapshot = snapshots.find(repository, call.path("snapshot"));
    const std::string place = fmt::format("{}:{}", repository, call.path("snapshot"));
    if (!snapshot && snapshot.error().code == ErrorCode::not_found)
        return std::unexpected(restore_failure(place, "snapshot does not exist"));
    if (!snapshot) return std::unexpected(repository_failure(repository, snapshot.error()));
    const auto indices = ASK(plan(call, wanted, *snapshot));
    const auto done = snapshots.restore(repository, snapshot->name, indices);
    if (!done) return std::unexpected(restore_failure(place, done.error().message));
    json::Writer out;
    out.begin_object();
    if (wait)
        write_restored(out, *snapshot, indices);
    else
        out.member("accepted", true);
    out.end_object();
    return json_response(out.take());
}

constexpr Parameter parameters[] = {
    {"wait_for_completion", Takes::flag},
};

constexpr Parameter members[] = {
    {"indices", Takes::any},
    {"ignore_unavailable", Takes::flag},
    {"allow_no_indices", Takes::flag},
    {"expand_wildcards", Takes::any, Use::used, "checked; all of a snapshot is open"},
    {"ignore_throttled", Takes::flag, Use::no_effect, "no index is throttled"},
    {"partial", Takes::flag, Use::no_effect, "a snapshot here is whole"},
    {"include_aliases", Takes::flag, Use::no_effect, "there are no aliases yet"},
    {"include_global_state", Takes::flag, Use::refused, "a node has no state beside its indices",
     "false"},
    {"rename_pattern", Takes::text},
    {"rename_replacement", Takes::text},
    {"index_settings", Takes::object},
    {"ignore_index_settings", Takes::any},
    {"settings", Takes::object, Use::no_effect, "a restore has no settings of its own"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/snapshot/restore",
    .methods = "POST",
    .routes = "/_snapshot/{repository}/{snapshot}/_restore",
    .parameters = {parameters, master_parameters},
    .body = Body::members,
    .members = {members},
    .unknown_member = unknown_member,
    .handle = handle,
};

}  // namespace elkhorn::api::snapshot_restore
