#include "search/run/profile_json.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace elkhorn::search {
namespace {

using Counted = std::pair<std::string_view, std::int64_t>;

void write_breakdown(json::Writer& out, const ProfileEntry& entry) {
    const auto groups = static_cast<std::int64_t>(entry.groups.load());
    const auto rows = static_cast<std::int64_t>(entry.rows.load());
    const auto scored = static_cast<std::int64_t>(entry.scored.load());
    const std::array counted = {Counted{"set_min_competitive_score_count", 0},
                                Counted{"match_count", 0},
                                Counted{"shallow_advance_count", 0},
                                Counted{"set_min_competitive_score", 0},
                                Counted{"next_doc", 0},
                                Counted{"match", 0},
                                Counted{"next_doc_count", rows},
                                Counted{"score_count", scored},
                                Counted{"compute_max_score_count", 0},
                                Counted{"compute_max_score", 0},
                                Counted{"advance", 0},
                                Counted{"advance_count", 0},
                                Counted{"score", entry.score_ns.load()},
                                Counted{"build_scorer_count", groups},
                                Counted{"create_weight", entry.plan_ns},
                                Counted{"shallow_advance", 0},
                                Counted{"create_weight_count", 1},
                                Counted{"build_scorer", entry.rows_ns.load()}};
    out.key("breakdown").begin_object();
    for (const auto& [name, value] : counted)
        out.member(name, value);
    out.end_object();
}

void write_query(json::Writer& out, const ProfileEntry& entry) {
    out.begin_object().member("type", entry.kind).member("description", entry.description);
    out.member("time_in_nanos", entry.plan_ns + entry.rows_ns.load() + entry.score_ns.load());
    write_breakdown(out, entry);
    out.key("row_groups").begin_object().member("asked", entry.groups.load());
    out.member("without_rows", entry.empty.load()).end_object();
    if (!entry.below.empty()) {
        out.key("children").begin_array();
        for (const auto& below : entry.below)
            write_query(out, *below);
        out.end_array();
    }
    out.end_object();
}

/// Which way was taken, in one sentence.
std::string way_of(const PartProfile& part) {
    const std::uint64_t looked_at = part.groups - part.skipped;
    std::string way = fmt::format("{} of {} row groups", looked_at, part.groups);
    if (part.skipped > 0)
        way +=
            fmt::format(", {} left out by the first and last value of their order", part.skipped);
    if (part.without_hits > 0) way += fmt::format(", {} counted only", part.without_hits);
    if (part.empty > 0) way += fmt::format(", {} without a match", part.empty);
    return way;
}

void write_collectors(json::Writer& out, const PartProfile& part) {
    out.key("collector").begin_array().begin_object();
    out.member("name", "best hits: " + way_of(part)).member("reason", "search_top_hits");
    out.member("time_in_nanos", part.hits_ns).end_object().end_array();
}

void write_aggregations(json::Writer& out, const PartProfile& part, const std::string& names) {
    out.key("aggregations").begin_array();
    if (!names.empty()) {
        out.begin_object().member("type", "Aggregations").member("description", names);
        out.member("time_in_nanos", part.aggregations_ns);
        out.key("breakdown").begin_object();
        out.member("collect", part.aggregations_ns);
        out.member("collect_count", part.groups - part.skipped - part.empty);
        out.end_object().end_object();
    }
    out.end_array();
}

}  // namespace

std::string profile_json(const std::vector<const PartProfile*>& parts,
                         const std::string& aggregations) {
    json::Writer out;
    out.begin_object().key("shards").begin_array();
    for (const PartProfile* const part : parts) {
        out.begin_object().member("id", fmt::format("[elkhorn][{}][0]", part->index));
        out.key("searches").begin_array().begin_object().key("query").begin_array();
        for (const auto& query : part->root.below)
            write_query(out, *query);
        out.end_array().member("rewrite_time", part->plan_ns);
        write_collectors(out, *part);
        out.end_object().end_array();
        write_aggregations(out, *part, aggregations);
        out.end_object();
    }
    out.end_array().end_object();
    return out.take();
}

}  // namespace elkhorn::search
