// search/query/compound/compound.cc -- parsers of queries made of queries: bool, constant_score,
// dis_max, boosting.

#include "search/match/text_match.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace elkhorn::search::compound {
namespace {

using event::Kind;
using event::Value;

Answer<std::vector<NodePtr>> plan_all(const std::vector<QueryPtr>& queries, const Scope& scope) {
    std::vector<NodePtr> nodes;
    for (const QueryPtr& query : queries)
        nodes.push_back(ASK(plan_query(*query, scope)));
    return nodes;
}

struct BoolQueries {
    std::vector<QueryPtr> must;
    std::vector<QueryPtr> filter;
    std::vector<QueryPtr> should;
    std::vector<QueryPtr> must_not;
    std::string should_match;

    std::size_t size() const {
        return must.size() + filter.size() + should.size() + must_not.size();
    }
};

std::vector<QueryPtr>* clause_list(BoolQueries& queries, std::string_view name) {
    if (name == "must") return &queries.must;
    if (name == "filter") return &queries.filter;
    if (name == "should") return &queries.should;
    if (name == "must_not" || name == "mustNot") return &queries.must_not;
    return nullptr;
}

Answer<> read_clauses(const event::Member& member, std::vector<QueryPtr>& list) {
    const auto add = [&](const Value& value) -> Answer<> {
        auto parsed = parse_query(value);
        if (parsed) {
            list.push_back(std::move(*parsed));
            return {};
        }
        const Failure inner = parsed.error();
        if (inner.type == "parsing_exception" && inner.reason.starts_with("unknown query")) {
            return std::unexpected(inner);
        }
        auto failure = bad_content(fmt::format("[bool] failed to parse field [{}]", member.name));
        failure.error().caused_by_type = inner.type;
        failure.error().caused_by_reason = inner.reason;
        return failure;
    };
    switch (member.value.kind()) {
        case Kind::null: return {};
        case Kind::object: return add(member.value);
        case Kind::array:
            for (const Value& value : member.value.as_array().values())
                ASK(add(value));
            return {};
        default:
            return bad_content(fmt::format("[bool] {} doesn't support values of type: {}",
                                           member.name, token_name(member.value)));
    }
}

/// Plans a list; an empty clause makes the whole empty before another may be refused, as on
/// Elasticsearch (a date range beside all dates of the index): then the answer is the one
/// no_rows().
Answer<std::vector<NodePtr>> plan_required(const std::vector<QueryPtr>& queries,
                                           const Scope& scope) {
    std::vector<NodePtr> nodes;
    std::optional<Failure> failure;
    for (const QueryPtr& query : queries) {
        auto node = plan_query(*query, scope);
        if (node && *node == no_rows()) return std::vector{no_rows()};
        if (node)
            nodes.push_back(std::move(*node));
        else if (!failure)
            failure = node.error();
    }
    if (failure) return std::unexpected(*failure);
    return nodes;
}

bool empty_clause(const std::vector<NodePtr>& nodes) {
    return nodes.size() == 1 && nodes[0] == no_rows();
}

Answer<NodePtr> plan_bool(const BoolQueries& queries, const Scope& scope) {
    if (queries.size() == 0) return all_rows();
    if (queries.size() > most_clauses) {
        return too_many_clauses();
    }
    Clauses clauses;
    auto must = plan_required(queries.must, scope);
    auto filter = plan_required(queries.filter, scope);
    if ((must && empty_clause(*must)) || (filter && empty_clause(*filter))) return no_rows();
    // In this order, for the first refusal is the one that is told.
    clauses.must = ASK(std::move(must));
    clauses.must_not = ASK(plan_all(queries.must_not, scope));
    clauses.should = ASK(plan_all(queries.should, scope));
    clauses.filter = ASK(std::move(filter));
    if (!queries.should_match.empty()) {
        clauses.should_match =
            ASK(should_match_count(static_cast<int>(clauses.should.size()), queries.should_match));
    }
    return bool_node(std::move(clauses));
}

/// The score of all rows where no clause has one of its own.
std::optional<float> bool_constant(const BoolQueries& queries) {
    if (queries.size() == 0) return 1.0F;
    if (!queries.should.empty()) return std::nullopt;
    double sum = 0;
    for (const QueryPtr& query : queries.must) {
        if (query->scores()) return std::nullopt;
        sum += query->constant_score();
    }
    return static_cast<float>(sum);
}

bool bool_matches_nothing(const BoolQueries& queries) {
    const auto nothing = [](const QueryPtr& query) {
        return matches_nothing(*query);
    };
    if (std::ranges::any_of(queries.must, nothing) || std::ranges::any_of(queries.filter, nothing))
        return true;
    return queries.must.empty() && queries.filter.empty() && !queries.should.empty() &&
           std::ranges::all_of(queries.should, nothing);
}

Answer<QueryPtr> parse_bool(const Value& body) {
    BoolQueries queries;
    Common common;
    for (const event::Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (auto* list = clause_list(queries, member.name)) {
            ASK(read_clauses(member, *list));
        } else if (member.name == "minimum_should_match") {
            queries.should_match = ASK(text_option("bool", member));
        } else {
            return bad_content(fmt::format("[bool] unknown field [{}]", member.name));
        }
    }
    if (bool_matches_nothing(queries)) return match_nothing();
    const auto constant = bool_constant(queries);
    return make_query(
        [queries](const Scope& scope) -> Answer<NodePtr> { return plan_bool(queries, scope); },
        common, constant);
}

Answer<QueryPtr> parse_constant_score(const Value& body) {
    QueryPtr filter;
    Common common;
    for (const event::Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (member.name != "filter") return unsupported("constant_score", member.name);
        if (member.value.is(Kind::array)) {
            return bad_syntax("unexpected token [START_ARRAY]");
        }
        filter = ASK(inner_query(member, "constant_score"));
    }
    if (!filter) return bad_syntax("[constant_score] requires a 'filter' element");
    if (matches_nothing(*filter)) return filter;
    return make_query(
        [filter](const Scope& scope) -> Answer<NodePtr> {
            return constant_node(ASK(plan_query(*filter, scope)), 1.0F);
        },
        common, 1.0F);
}

Answer<QueryPtr> parse_dis_max(const Value& body) {
    std::vector<QueryPtr> queries;
    Common common;
    double tie_breaker = 0;
    for (const event::Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (member.name == "tie_breaker") {
            tie_breaker = ASK(number_option(member));
        } else if (member.name != "queries") {
            return unsupported("dis_max", member.name);
        } else if (member.value.is(Kind::array)) {
            for (const Value& value : member.value.as_array().values()) {
                queries.push_back(ASK(parse_query(value)));
            }
        } else {
            queries.push_back(ASK(parse_query(member.value)));
        }
    }
    if (queries.empty())
        return bad_syntax("[dis_max] requires 'queries' field with at least one clause");
    return make_query(
        [queries, tie_breaker](const Scope& scope) -> Answer<NodePtr> {
            return best_of(ASK(plan_all(queries, scope)), static_cast<float>(tie_breaker));
        },
        common);
}

Answer<QueryPtr> parse_boosting(const Value& body) {
    QueryPtr positive;
    QueryPtr negative;
    std::optional<double> factor;
    Common common;
    for (const event::Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (member.name == "positive")
            positive = ASK(inner_query(member, "boosting"));
        else if (member.name == "negative")
            negative = ASK(inner_query(member, "boosting"));
        else if (member.name == "negative_boost")
            factor = ASK(number_option(member));
        else
            return unsupported("boosting", member.name);
    }
    if (!positive) return bad_syntax("[boosting] query requires 'positive' query to be set'");
    if (!negative) return bad_syntax("[boosting] query requires 'negative' query to be set'");
    if (!factor || *factor < 0) {
        return bad_syntax(
            "[boosting] query requires 'negative_boost' to be set to be a positive value'");
    }
    return make_query(
        [positive, negative,
         demotion = static_cast<float>(*factor)](const Scope& scope) -> Answer<NodePtr> {
            return demoted(ASK(plan_query(*positive, scope)), ASK(plan_query(*negative, scope)),
                           demotion);
        },
        common);
}

constexpr Parameter bool_members[] = {
    {"must", Takes::any},
    {"filter", Takes::any},
    {"should", Takes::any},
    {"must_not", Takes::any},
    {"mustNot", Takes::any},
    {"minimum_should_match", Takes::any},
    {"adjust_pure_negative", Takes::flag, Use::refused,
     "must_not alone finds what it does not name", "true"},
};
constexpr Parameter constant_score_members[] = {{"filter", Takes::object}};
constexpr Parameter dis_max_members[] = {{"queries", Takes::any}, {"tie_breaker", Takes::real}};
constexpr Parameter boosting_members[] = {
    {"positive", Takes::object}, {"negative", Takes::object}, {"negative_boost", Takes::real}};

constexpr QueryKind kinds[] = {
    {"bool", parse_bool, {bool_members}},
    {"boosting", parse_boosting, {boosting_members}},
    {"constant_score", parse_constant_score, {constant_score_members}},
    {"dis_max", parse_dis_max, {dis_max_members}},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::compound
