// Whatever a query or an aggregation declares holds: its members are read, and no others are. The
// tests walk the tables of all kinds, so a new one is held to it as it comes.

#include "json/parse.h"
#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/pipeline_kind.h"
#include "search/query/core/parse.h"
#include "search/query/core/query_kind.h"
#include "search/run/test_index.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::search {
namespace {

std::string sample_of(const Parameter& member) {
    if (member.name == "inner_hits") return "{}";
    switch (member.takes) {
        case Takes::flag: return "true";
        case Takes::integer:
        case Takes::long_integer:
        case Takes::real: return "1";
        case Takes::time: return R"("1s")";
        case Takes::object: return R"({"match_all":{}})";
        case Takes::array: return "[]";
        default: return R"("n")";
    }
}

/// What the refusal of {"NAME": BODY} says; empty where it is taken.
template <typename Parse>
std::string refusal(std::string_view body, Parse&& parse) {
    json::Parser parser;
    event::Arena arena;
    const auto value = parser.parse(body, arena);
    EXPECT_TRUE(value) << body;
    const auto made = parse(*value);
    return made ? "" : made.error().reason;
}

std::string query_refusal(const QueryKind& kind, std::string_view name, std::string_view value) {
    std::string body = fmt::format(R"({{"{}":{}}})", name, value);
    if (kind.shape == BodyShape::field) body = fmt::format(R"({{"f":{}}})", body);
    return refusal(fmt::format(R"({{"{}":{}}})", kind.name, body),
                   [](const event::Value& query) { return parse_query(query); });
}

template <typename Kind>
std::string aggregation_refusal(const Kind& kind, std::string_view name, std::string_view value) {
    RequestContext context;
    return refusal(fmt::format(R"({{"a":{{"{}":{{"{}":{}}}}}}})", kind.name, name, value),
                   [&](const event::Value& aggs) { return parse_aggregations(aggs, context); });
}

/// Whether a refusal says that nobody knows the member, or nobody reads it.
bool is_unknown(std::string_view refusal, std::string_view member) {
    const std::string named = fmt::format("[{}]", member);
    if (refusal.find(named) == std::string_view::npos) return false;
    return refusal.find("unknown field") != std::string_view::npos ||
           refusal.find("does not support") != std::string_view::npos ||
           refusal.find("Unknown key") != std::string_view::npos ||
           refusal.find("Unexpected token") != std::string_view::npos ||
           refusal.find("unexpected field") != std::string_view::npos;
}

template <typename Families, typename Look>
void for_each_member(const Families& families, Look&& look) {
    for (const auto* family : families) {
        for (const auto& kind : family->kinds) {
            for (const ParameterTable table : kind.members) {
                for (const Parameter& member : table) {
                    if (member.name != "*") look(kind, member);
                }
            }
        }
    }
}

template <typename Kind>
bool takes_any_name(const Kind& kind) {
    return std::ranges::any_of(
        kind.members, [](ParameterTable table) { return find_parameter(table, "*") != nullptr; });
}

template <typename Families, typename Refuse>
void hold(const Families& families, Refuse&& refuse) {
    for_each_member(families, [&](const auto& kind, const Parameter& member) {
        const std::string said = refuse(kind, member.name, sample_of(member));
        if (member.use == Use::refused) {
            EXPECT_NE(refuse(kind, member.name, R"("certainly-not")").find(member.note),
                      std::string::npos)
                << kind.name << " " << member.name;
            return;
        }
        EXPECT_FALSE(is_unknown(said, member.name)) << kind.name << ": " << said;
        EXPECT_EQ(member.note.empty(), member.use == Use::used) << kind.name << " " << member.name;
    });
    for (const auto* family : families) {
        for (const auto& kind : family->kinds) {
            if (takes_any_name(kind)) continue;
            EXPECT_NE(refuse(kind, "certainly_not", "1"), "") << kind.name;
        }
    }
}

TEST(Declared, MembersOfAQueryAreReadAndNoOthers) {
    hold(all_query_kinds(), query_refusal);
}

TEST(Declared, MembersOfAnAggregationAreReadAndNoOthers) {
    hold(agg::all_aggregation_kinds(), aggregation_refusal<agg::AggregationKind>);
}

TEST(Declared, MembersOfAPipelineAggregationAreReadAndNoOthers) {
    hold(agg::all_pipeline_kinds(), aggregation_refusal<agg::PipelineKind>);
}

}  // namespace
}  // namespace elkhorn::search
