#include "search/run/rescore.h"

#include "base/strings.h"
#include "search/base/members.h"
#include "search/fetch/page_parse.h"
#include "search/query/core/query_parse.h"
#include "search/run/best_hits.h"
#include "search/run/part.h"
#include "search/run/request_tables.h"
#include "search/run/rows_ahead.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

constexpr std::int64_t most_window = 10'000;  // index.max_rescore_window

Answer<Rescore::Mode> mode_of(const std::string& text) {
    const std::string name = to_lower(text);
    if (name == "total" || name == "sum") return Rescore::Mode::total;
    if (name == "multiply") return Rescore::Mode::multiply;
    if (name == "avg") return Rescore::Mode::avg;
    if (name == "max") return Rescore::Mode::max;
    if (name == "min") return Rescore::Mode::min;
    auto failure = bad_content("[query] failed to parse field [score_mode]");
    failure.error().caused_by_type = "illegal_argument_exception";
    failure.error().caused_by_reason = fmt::format("illegal score_mode [{}]", text);
    return failure;
}

Answer<> parse_second(const Value& body, Rescore& rescore) {
    constexpr std::array<ParameterTable, 1> tables = {rescore_query_members};
    ASK(check_members("[query] of [rescore]", body, tables));
    for (const event::Member& member : body.as_object().members()) {
        if (member.name == "rescore_query") {
            rescore.query = ASK(inner_query(member, "query"));
        } else if (member.name == "query_weight") {
            rescore.query_weight = static_cast<float>(ASK(number_option(member)));
        } else if (member.name == "rescore_query_weight") {
            rescore.rescore_weight = static_cast<float>(ASK(number_option(member)));
        } else if (member.name == "score_mode") {
            rescore.mode = ASK(mode_of(ASK(text_option("query", member))));
        } else {
            return bad_content(fmt::format("[query] unknown field [{}]", member.name));
        }
    }
    if (!rescore.query) return refuse("illegal_argument_exception", "Required [rescore_query]");
    return {};
}

Answer<Rescore> parse_one(const Value& body) {
    Rescore rescore;
    bool found = false;
    constexpr std::array<ParameterTable, 1> tables = {rescore_members};
    ASK(check_members("[rescore]", body, tables));
    for (const event::Member& member : body.as_object().members()) {
        if (member.name == "window_size") {
            rescore.window = ASK(whole_number(member.value));
        } else if (member.name == "query" && member.value.is(Kind::object)) {
            ASK(parse_second(member.value, rescore));
            found = true;
        } else if (member.value.is(Kind::object)) {
            return bad_content(fmt::format("unknown field [{}]", member.name));
        } else {
            return refuse("illegal_argument_exception",
                          fmt::format("rescore doesn't support [{}]", member.name));
        }
    }
    if (!found) return bad_syntax("missing rescore type");
    if (rescore.window > most_window) {
        return refuse_in_phase(
            "illegal_argument_exception",
            fmt::format("Rescore window [{}] is too large. It must be less than [{}]. This "
                        "prevents allocating massive heaps for storing the results to be "
                        "rescored. This limit can be set by changing the "
                        "[index.max_rescore_window] index level setting.",
                        rescore.window, most_window));
    }
    return rescore;
}

float combined(const Rescore& rescore, float first, float second) {
    const float a = first * rescore.query_weight;
    const float b = second * rescore.rescore_weight;
    switch (rescore.mode) {
        case Rescore::Mode::multiply: return a * b;
        case Rescore::Mode::avg: return (a + b) / 2;
        case Rescore::Mode::max: return std::max(a, b);
        case Rescore::Mode::min: return std::min(a, b);
        case Rescore::Mode::total: break;
    }
    return a + b;
}

void order(std::vector<Candidate>& hits, std::size_t count) {
    std::ranges::sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(count),
                      [](const Candidate& a, const Candidate& b) {
                          if (a.score != b.score) return a.score > b.score;
                          return std::tuple(a.group, a.row) < std::tuple(b.group, b.row);
                      });
}

/// Row group by row group, for a scorer goes through them in order.
Answer<> rescore_window(const RequestContext& request, PlannedRescore& planned,
                        std::vector<Candidate>& hits, std::size_t count) {
    std::map<std::size_t, std::vector<Candidate*>> groups;
    for (std::size_t i = 0; i < count; ++i)
        groups[hits[i].group].push_back(&hits[i]);
    for (auto& [group, members] : groups) {
        ASK(request.go_on());
        std::ranges::sort(members, {}, [](const Candidate* hit) { return hit->row; });
        const GroupContext context = context_of(request, *members[0]->part->index, group);
        const Bitmap rows = ASK(planned.node->rows(context));
        if (planned.scorer) ASK(planned.scorer->enter(context));
        for (Candidate* const hit : members) {
            if (!rows.test(hit->row)) {
                hit->score *= planned.rescore.query_weight;
                continue;
            }
            const float second = planned.scorer ? ASK(planned.scorer->score(hit->row))
                                                : planned.node->constant().value_or(1.0F);
            hit->score = combined(planned.rescore, hit->score, second);
        }
    }
    order(hits, count);
    return {};
}

}  // namespace

Answer<std::vector<Rescore>> parse_rescores(const Value& body) {
    std::vector<Rescore> rescores;
    if (!body.is(Kind::array)) {
        rescores.push_back(ASK(parse_one(body)));
        return rescores;
    }
    for (const Value& one : body.as_array().values())
        rescores.push_back(ASK(parse_one(one)));
    return rescores;
}

Answer<std::vector<PlannedRescore>> plan_rescores(const std::vector<Rescore>& rescores,
                                                  const Scope& scope) {
    std::vector<PlannedRescore> planned;
    for (const Rescore& rescore : rescores) {
        PlannedRescore one;
        one.rescore = rescore;
        one.node = ASK(plan_query(*rescore.query, scope));
        if (!one.node->constant()) {
            one.statistics = std::make_unique<Statistics>(*scope.request, *scope.index);
            one.scorer = ASK(one.node->scorer(*one.statistics, 1.0F));
        }
        planned.push_back(std::move(one));
    }
    return planned;
}

Answer<> rescore_hits(const RequestContext& request, std::vector<PlannedRescore>& rescores,
                      std::vector<Candidate>& hits) {
    for (PlannedRescore& planned : rescores) {
        const std::size_t count =
            std::min(hits.size(),
                     static_cast<std::size_t>(std::max<std::int64_t>(0, planned.rescore.window)));
        ASK(rescore_window(request, planned, hits, count));
        if (count == hits.size()) continue;
        // As those that the second query did not find.
        for (std::size_t i = count; i < hits.size(); ++i)
            hits[i].score *= planned.rescore.query_weight;
        order(hits, hits.size());
    }
    return {};
}

}  // namespace elkhorn::search
