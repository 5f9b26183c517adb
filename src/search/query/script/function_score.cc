// search/query/script/function_score.cc -- function_score: the rows of a query with scores that
// functions of their fields change: field_value_factor, decays (gauss, exp, linear), random_score,
// script_score, weights; each for all rows or for those of a filter.
//
// Factors are doubles until they are combined with the query's score, as in Lucene.

#include "base/strings.h"
#include "event/format.h"
#include "script/value/java_text.h"
#include "search/factor/factor.h"
#include "search/match/bm25.h"
#include "search/match/least_score.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"
#include "search/script/script_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace elkhorn::search::function_score {
namespace {

using event::Kind;
using event::Member;
using event::Value;

std::string text_of(const Value& value) {
    std::string text;
    event::append_text(text, value);
    return text;
}

enum class ScoreMode { first, avg, max, sum, min, multiply };
enum class BoostMode { multiply, replace, sum, avg, min, max };

constexpr std::array<std::string_view, 6> score_modes = {"first", "avg", "max",
                                                         "sum",   "min", "multiply"};
constexpr std::array<std::string_view, 6> boost_modes = {"multiply", "replace", "sum",
                                                         "avg",      "min",     "max"};

struct Function {
    QueryPtr filter;      // null: all rows
    MakeFactorKind kind;  // empty: the weight alone
    std::optional<float> weight;
};

struct Spec {
    QueryPtr query = match_all();
    std::vector<Function> functions;
    ScoreMode score_mode = ScoreMode::multiply;
    BoostMode boost_mode = BoostMode::multiply;
    float max_boost = std::numeric_limits<float>::max();
    std::optional<float> min_score;
    float boost = 1;  // of the query, which min_score looks at
};

struct Planned {
    NodePtr filter;  // null: all rows
    std::shared_ptr<const FactorKind> kind;
    std::optional<float> weight;
};

class FunctionScorer final : public RowScorer {
public:
    struct Part {
        const Planned* planned = nullptr;
        FactorPtr factor;  // null: the weight alone
        Bitmap rows;
    };

    FunctionScorer(std::unique_ptr<RowScorer> inner, std::vector<Part> parts, const Spec& spec)
        : inner_(std::move(inner)), parts_(std::move(parts)), spec_(spec) {}

    Answer<> enter(const GroupContext& context) override {
        for (Part& part : parts_) {
            if (part.planned->filter) part.rows = ASK(part.planned->filter->rows(context));
            if (part.factor) ASK(part.factor->enter(context));
        }
        return inner_->enter(context);
    }

    bool has(std::uint32_t row) const override { return inner_->has(row); }

    Answer<float> score(std::uint32_t row) override {
        const float score = ASK(inner_->score(row));
        const double factor = ASK(factor_of(row, score));
        const double result = combined(score, factor);
        const auto narrow = static_cast<float>(result);
        if (narrow >= 0) return narrow;
        const std::string reason =
            fmt::format("function score query returned an invalid score: {} for doc: {}",
                        script::java_text(narrow), row);
        if (std::isnan(narrow) || std::isinf(narrow)) return broken_score(reason);
        return refuse_in_phase("illegal_argument_exception", reason);
    }

private:
    Answer<double> value_of(Part& part, std::uint32_t row, float score) const {
        const double value = part.factor ? ASK(part.factor->of(row, score)) : 1.0;
        return part.planned->weight ? value * static_cast<double>(*part.planned->weight) : value;
    }

    Answer<double> factor_of(std::uint32_t row, float score) {
        double product = 1;
        double total = 0;
        double weights = 0;
        double most = -std::numeric_limits<double>::infinity();
        double least = std::numeric_limits<double>::infinity();
        bool any = false;
        for (Part& part : parts_) {
            if (part.planned->filter && !part.rows.test(row)) continue;
            const double value = ASK(value_of(part, row, score));
            if (spec_.score_mode == ScoreMode::first) return value;
            any = true;
            product *= value;
            total += value;
            weights += part.planned->weight ? static_cast<double>(*part.planned->weight) : 1.0;
            most = std::max(most, value);
            least = std::min(least, value);
        }
        if (!any) return 1.0;
        switch (spec_.score_mode) {
            case ScoreMode::max: return most;
            case ScoreMode::min: return least;
            case ScoreMode::sum: return weights == 0 ? 1.0 : total;
            case ScoreMode::avg: return weights == 0 ? 1.0 : total / weights;
            default: return product;
        }
    }

    double combined(float score, double factor) const {
        const double capped = std::min(factor, static_cast<double>(spec_.max_boost));
        const auto query = static_cast<double>(score);
        switch (spec_.boost_mode) {
            case BoostMode::replace: return capped;
            case BoostMode::sum: return query + capped;
            case BoostMode::avg: return (capped + query) / 2.0;
            case BoostMode::min: return std::min(query, capped);
            case BoostMode::max: return std::max(query, capped);
            default: return query * capped;
        }
    }

    std::unique_ptr<RowScorer> inner_;
    std::vector<Part> parts_;
    const Spec& spec_;  // the node's
};

class FunctionNode final : public Node {
public:
    FunctionNode(NodePtr inner, std::vector<Planned> functions, Spec spec)
        : inner_(std::move(inner)), functions_(std::move(functions)), spec_(std::move(spec)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        return rows_among(context, Bitmap(context.rows(), true));
    }

    Answer<Bitmap> rows_among(const GroupContext& context,
                              const Bitmap& candidates) const override {
        Bitmap rows = ASK(inner_->rows_among(context, candidates));
        if (!spec_.min_score) return rows;
        rows.and_with(candidates);
        rows.and_with(context.live);
        return rows_with_score(*this, context, rows, static_cast<double>(*spec_.min_score),
                               spec_.boost);
    }

    int cost() const override { return spec_.min_score ? 10 : inner_->cost(); }

    std::optional<float> constant() const override { return std::nullopt; }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        auto inner = ASK(inner_->scorer(statistics, boost));
        std::vector<FunctionScorer::Part> parts;
        for (const Planned& function : functions_) {
            FunctionScorer::Part part;
            part.planned = &function;
            if (function.kind) part.factor = ASK(function.kind->make(statistics.request()));
            parts.push_back(std::move(part));
        }
        return std::make_unique<FunctionScorer>(std::move(inner), std::move(parts), spec_);
    }

    void mark(Marks& marks) const override { inner_->mark(marks); }

private:
    NodePtr inner_;
    std::vector<Planned> functions_;
    Spec spec_;
};

/// Refusals of a function are those of the query, but for what stops a search.
Failure as_function_failure(Failure failure) {
    const bool stands = failure.over || failure.type == "parsing_exception" ||
                        failure.type == "query_shard_exception";
    return stands ? failure : as_query_failure(std::move(failure));
}

Answer<NodePtr> plan_functions(const Spec& spec, const Scope& scope) {
    std::vector<Planned> planned;
    for (const Function& function : spec.functions) {
        Planned one;
        if (function.filter) one.filter = ASK(plan_query(*function.filter, scope));
        if (function.kind) {
            std::unique_ptr<FactorKind> kind = function.kind();
            if (auto made = kind->plan(scope); !made)
                return std::unexpected(as_function_failure(std::move(made.error())));
            one.kind = std::move(kind);
        }
        one.weight = function.weight;
        planned.push_back(std::move(one));
    }
    return std::make_shared<FunctionNode>(ASK(plan_query(*spec.query, scope)), std::move(planned),
                                          spec);
}

template <typename Mode>
Answer<Mode> read_mode(const Member& member, std::span<const std::string_view> names,
                       std::string_view enumeration) {
    const std::string name = to_lower(text_of(member.value));
    const auto it = std::ranges::find(names, name);
    if (it != names.end()) return static_cast<Mode>(it - names.begin());
    return refuse("illegal_argument_exception",
                  fmt::format("No enum constant org.elasticsearch.common.lucene.search.function.{}."
                              "{}",
                              enumeration, to_upper(name)));
}

Answer<> check_weight(const Function& function) {
    if (!function.weight || *function.weight >= 0) return {};
    return refuse("illegal_argument_exception",
                  "[weight] cannot be negative for a filtering function");
}

Answer<Function> read_entry(const Value& body) {
    if (!body.is(Kind::object)) {
        return bad_syntax(
            fmt::format("failed to parse [function_score]. malformed query, expected "
                        "a [START_OBJECT] while parsing functions but got a [{}] "
                        "instead",
                        token_name(body)));
    }
    Function function;
    for (const Member& member : body.as_object().members()) {
        if (member.name == "weight") {
            function.weight = static_cast<float>(ASK(number_option(member)));
        } else if (member.name == "filter") {
            function.filter = ASK(inner_query(member, "function_score"));
        } else if (!is_function(member.name)) {
            return bad_syntax(fmt::format("no [function_score] registered for [{}]", member.name));
        } else if (function.kind) {
            return bad_syntax(
                fmt::format("failed to parse function_score functions. already found [{}], now "
                            "encountering [{}].",
                            "a function", member.name));
        } else {
            function.kind = ASK(read_function(member));
        }
    }
    if (!function.kind && !function.weight) {
        return bad_syntax(
            "failed to parse [function_score] query. an entry in functions list is missing a "
            "function.");
    }
    ASK(check_weight(function));
    return function;
}

class Reader {
public:
    Answer<> take(const Member& member) {
        const std::string_view name = member.name;
        if (name == "query") {
            spec.query = ASK(inner_query(member, "function_score"));
        } else if (name == "score_mode") {
            spec.score_mode =
                ASK(read_mode<ScoreMode>(member, score_modes, "FunctionScoreQuery.ScoreMode"));
        } else if (name == "boost_mode") {
            spec.boost_mode = ASK(read_mode<BoostMode>(member, boost_modes, "CombineFunction"));
        } else if (name == "max_boost") {
            spec.max_boost = static_cast<float>(ASK(number_option(member)));
        } else if (name == "min_score") {
            spec.min_score = static_cast<float>(ASK(number_option(member)));
        } else if (name == "functions") {
            return take_functions(member);
        } else if (name == "weight") {
            ASK(only_one(name));
            single_.weight = static_cast<float>(ASK(number_option(member)));
            ASK(check_weight(single_));
        } else if (is_function(name)) {
            ASK(only_one(name));
            single_.kind = ASK(read_function(member));
        } else if (member.value.is(Kind::object)) {
            return bad_syntax(fmt::format("no [function_score] registered for [{}]", name));
        } else {
            return bad_syntax(fmt::format(
                "failed to parse [function_score] query. field [{}] is not supported", name));
        }
        return {};
    }

    void finish() {
        if (!name_.empty()) spec.functions.push_back(single_);
    }

    Spec spec;

private:
    Answer<> only_one(std::string_view name) {
        if (has_functions_) {
            return bad_syntax(fmt::format(
                "failed to parse [function_score] query. [you can either define [functions] array "
                "or a single function, not both. already found [functions] array, now encountering "
                "[{}].]",
                name));
        }
        if (!name_.empty()) {
            return bad_syntax(fmt::format(
                "failed to parse [function_score] query. already found function [{}], now "
                "encountering [{}]. use [functions] array if you want to define several functions.",
                name_, name));
        }
        name_ = name;
        return {};
    }

    Answer<> take_functions(const Member& member) {
        if (!name_.empty()) {
            return bad_syntax(fmt::format(
                "failed to parse [function_score] query. [you can either define [functions] array "
                "or a single function, not both. already found [{}], now encountering "
                "[functions].]",
                name_));
        }
        if (!member.value.is(Kind::array)) {
            return bad_syntax(
                "failed to parse [function_score] query. field [functions] is not supported");
        }
        has_functions_ = true;
        constexpr std::size_t functions_most = 1024;
        if (member.value.as_array().size() > functions_most)
            return bad_syntax("[function_score] has more than 1024 functions");
        for (const Value& value : member.value.as_array().values())
            spec.functions.push_back(ASK(read_entry(value)));
        return {};
    }

    Function single_;
    std::string name_;  // of the single function; empty: there is none
    bool has_functions_ = false;
};

Answer<QueryPtr> parse_function_score(const Value& body) {
    Common common;
    Reader reader;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (!taken) ASK(reader.take(member));
    }
    reader.finish();
    reader.spec.boost = common.boost;
    return make_query(
        [spec = std::move(reader.spec)](const Scope& scope) -> Answer<NodePtr> {
            return plan_functions(spec, scope);
        },
        common);
}

constexpr Parameter members[] = {
    {"query", Takes::object},        {"functions", Takes::array},
    {"score_mode", Takes::text},     {"boost_mode", Takes::text},
    {"max_boost", Takes::real},      {"min_score", Takes::real},
    {"weight", Takes::real},         {"field_value_factor", Takes::object},
    {"gauss", Takes::object},        {"exp", Takes::object},
    {"linear", Takes::object},       {"random_score", Takes::object},
    {"script_score", Takes::object},
};

constexpr QueryKind kinds[] = {{"function_score", parse_function_score, {members}}};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::function_score
