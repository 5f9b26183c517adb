// api/cat/cat_indices.cc -- GET /_cat/indices: one line an index. Discover's list of indices, too.

#include "api/cat/parts/cat_table.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "base/civil_time.h"
#include "base/units.h"

#include <fmt/format.h>

namespace elkhorn::api::cat_indices {
namespace {

std::string size_text(std::int64_t bytes, std::string_view unit) {
    constexpr std::pair<std::string_view, std::int64_t> units[] = {
        {"b", 1},         {"k", kibibyte}, {"kb", kibibyte}, {"m", mebibyte},
        {"mb", mebibyte}, {"g", gibibyte}, {"gb", gibibyte}};
    for (const auto& [name, factor] : units) {
        if (name == unit) return std::to_string(bytes / factor);
    }
    return format_bytes(bytes);
}

CatCell number(std::int64_t value) {
    return {std::to_string(value), static_cast<double>(value)};
}

/// One node has no place for a second copy: an index that asks for one is yellow, as on
/// Elasticsearch.
std::string health_of(const store::IndexView& index) {
    return replicas_of(index) > 0 ? "yellow" : "green";
}

Reply handle(const Call& call) {
    const auto views = views_of(call);
    if (!views) return std::unexpected(views.error());
    CatTable table(
        {{"health", "h", "current health status"},
         {"status", "s", "open/close status"},
         {"index", "i,idx", "index name"},
         {"uuid", "id,uuid", "index uuid"},
         {"pri", "p,shards.primary,shardsPrimary", "number of primary shards", true, true, true},
         {"rep", "r,shards.replica,shardsReplica", "number of replica shards", true, true, true},
         {"docs.count", "dc,docsCount", "available docs", true, true, true},
         {"docs.deleted", "dd,docsDeleted", "deleted docs", true, true, true},
         {"creation.date", "cd", "index creation date (millisecond value)", false, true, true},
         {"creation.date.string", "cds", "index creation date (as string)", false},
         {"store.size", "ss,storeSize", "store size of primaries & replicas", true, true, true},
         {"pri.store.size", "", "store size of primaries", true, true, true},
         {"segments.count", "sc,segmentsCount", "number of segments", false, true, true}});
    const std::string_view unit = call.parameter("bytes").value_or("");
    const auto wanted_health = call.parameter("health");
    for (const auto& view : *views) {
        if (wanted_health && *wanted_health != health_of(*view)) continue;
        const auto size = static_cast<std::int64_t>(view->size_bytes);
        const CatCell size_cell{size_text(size, unit), static_cast<double>(size)};
        std::string created;
        append_iso_ms(created, view->created_ms);
        table.add({{health_of(*view)},
                   {"open"},
                   {view->name},
                   {view->uuid},
                   number(shards_of(*view)),
                   number(replicas_of(*view)),
                   number(static_cast<std::int64_t>(view->documents)),
                   number(static_cast<std::int64_t>(view->deleted)),
                   number(view->created_ms),
                   {created},
                   size_cell,
                   size_cell,
                   number(view->segments)});
    }
    return table.render(call);
}

constexpr Parameter parameters[] = {
    {"bytes", Takes::one_of, Use::used, "", "b k kb m mb g gb t tb p pb"},
    {"health", Takes::one_of, Use::used, "", "green yellow red"},
    {"pri", Takes::flag, Use::no_effect, "there is one copy of every row"},
    {"include_unloaded_segments", Takes::flag, Use::no_effect, "segments are never unloaded"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:monitor/stats",
    .methods = "GET",
    .routes = "/_cat/indices /_cat/indices/{index}",
    .parameters = {parameters, cat_parameters, index_parameters, master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::cat_indices
