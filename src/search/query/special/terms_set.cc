// search/query/special/terms_set.cc -- terms_set: documents that have as many of some terms as one
// of their own fields, or a script, says; what they have is added up.

#include "search/match/bm25.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"
#include "search/script/row_script.h"
#include "search/script/script_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace elkhorn::search::terms_set {
namespace {

using event::Kind;
using event::Member;
using event::Value;

/// How many of the terms a document needs: a script that says so.
struct LeastScript {
    std::shared_ptr<const script::Program> program;
    ScriptCall call;
};

using Least = std::variant<Field, LeastScript>;

class CoveringNode final : public Node {
public:
    CoveringNode(std::vector<NodePtr> terms, Least least)
        : terms_(std::move(terms)), least_(std::move(least)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        return rows_among(context, Bitmap(context.rows(), true));
    }

    Answer<Bitmap> rows_among(const GroupContext& context,
                              const Bitmap& candidates) const override {
        std::vector<std::uint16_t> matched(context.rows());
        Bitmap some(context.rows());
        for (const NodePtr& term : terms_) {
            const Bitmap rows = ASK(term->rows_among(context, candidates));
            rows.for_each([&](std::uint32_t row) { ++matched[row]; });
            some.or_with(rows);
        }
        some.and_with(candidates);
        some.and_with(context.live);
        if (const auto* field = std::get_if<Field>(&least_); field != nullptr)
            return by_field(context, *field, some, matched);
        return by_script(context, std::get<LeastScript>(least_), some, matched);
    }

    int cost() const override { return 6; }

    std::optional<float> constant() const override { return std::nullopt; }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        std::vector<std::unique_ptr<RowScorer>> parts;
        parts.reserve(terms_.size());
        for (const NodePtr& term : terms_)
            parts.push_back(ASK(term->scorer(statistics, boost)));
        return sum_scorer(*this, std::move(parts));
    }

    void mark(Marks& marks) const override {
        for (const NodePtr& term : terms_)
            term->mark(marks);
    }

private:
    static bool enough(std::uint16_t matched, double least) {
        return matched >= std::max(1.0, std::trunc(least));
    }

    /// A row without a number is not found; of several numbers the smallest counts.
    static Answer<Bitmap> by_field(const GroupContext& context, const Field& field,
                                   const Bitmap& rows, const std::vector<std::uint16_t>& matched) {
        const Numbers numbers = ASK(numbers_of(context, field));
        Bitmap found(context.rows());
        rows.for_each([&](std::uint32_t row) {
            std::optional<double> least;
            numbers.for_each(
                row, [&](double number) { least = std::min(least.value_or(number), number); });
            if (least && enough(matched[row], *least)) found.set(row);
        });
        return found;
    }

    Answer<Bitmap> by_script(const GroupContext& context, const LeastScript& least,
                             const Bitmap& rows, const std::vector<std::uint16_t>& matched) const {
        constexpr std::uint32_t rows_between_looks = 4096;
        RowScript script(least.program, least.call.params, context.request);
        script.run().set_param("num_terms",
                               script::Value::of_int(static_cast<std::int32_t>(terms_.size())));
        ASK(script.enter(context));
        Bitmap found(context.rows());
        Answer<> going = context.go_on();
        std::uint32_t steps = 0;
        rows.for_each([&](std::uint32_t row) {
            if (!going) return;
            if (++steps % rows_between_looks == 0) going = context.go_on();
            const auto number = script.number(row);
            if (!number)
                going = std::unexpected(number.error());
            else if (enough(matched[row], *number))
                found.set(row);
        });
        ASK(std::move(going));
        return found;
    }

    std::vector<NodePtr> terms_;
    Least least_;
};

struct Wanted {
    std::string field;
    std::vector<Term> terms;
    std::string least_field;
    std::optional<ScriptCall> least_script;
    Common common;
};

Answer<> read_terms(const Member& member, Wanted& wanted) {
    for (const Value& value : member.value.as_array().values()) {
        auto term = term_of(value);
        if (!term) return bad_syntax("No value specified for terms query");
        wanted.terms.push_back(std::move(*term));
    }
    return {};
}

Answer<Wanted> read(const Value& body) {
    const Members members = body.as_object().members();
    if (members.empty() || !members[0].value.is(Kind::object))
        return bad_syntax(
            "[terms_set] unknown token [" +
            std::string(members.empty() ? "END_OBJECT" : token_name(members[0].value)) + "]");
    if (members.size() > 1) {
        return bad_syntax("[terms_set] unknown token [FIELD_NAME]");
    }
    Wanted wanted;
    wanted.field = members[0].name;
    for (const Member& member : members[0].value.as_object().members()) {
        const bool taken = ASK(take_common(member, wanted.common));
        if (taken) continue;
        const bool both = !wanted.least_field.empty() || wanted.least_script;
        if (both && member.name.starts_with("minimum_should_match_")) {
            return refuse("illegal_argument_exception",
                          fmt::format("A {} has already been specified. Cannot specify both a "
                                      "field and script",
                                      wanted.least_script ? "script" : "field"));
        }
        if (member.name == "terms" && member.value.is(Kind::array))
            ASK(read_terms(member, wanted));
        else if (member.name == "minimum_should_match_field" && member.value.is(Kind::string))
            wanted.least_field = ASK(text_option("terms_set", member));
        else if (member.name == "minimum_should_match_script" && member.value.is(Kind::object))
            wanted.least_script = ASK(read_script(member.value));
        else
            return unsupported("terms_set", member.name);
    }
    return wanted;
}

Answer<Least> least_of(const Scope& scope, const Wanted& wanted) {
    if (wanted.least_script) {
        auto program = compile(*wanted.least_script, scope.request, script::contexts::terms_set);
        if (!program) return std::unexpected(as_query_failure(std::move(program.error())));
        return LeastScript{std::move(*program), *wanted.least_script};
    }
    if (wanted.least_field.empty())
        return cannot_create("illegal_state_exception",
                             "No minimum should match has been specified");
    Field least = scoped_field(scope, wanted.least_field);
    if (!least.known()) {
        return shard_failure(
            fmt::format("failed to find minimum_should_match field [{}]", wanted.least_field));
    }
    if (!least.is_number()) {
        return cannot_create(
            "illegal_argument_exception",
            fmt::format("minimum_should_match field [{}] of type [{}] is no number", least.name,
                        least.mapping->es_name));
    }
    return least;
}

Answer<NodePtr> plan(const Scope& scope, const Wanted& wanted) {
    if (wanted.terms.empty()) return no_rows();
    if (wanted.terms.size() > most_clauses) return too_many_clauses();
    Least least = ASK(least_of(scope, wanted));
    std::vector<NodePtr> terms;
    terms.reserve(wanted.terms.size());
    for (const Term& term : wanted.terms)
        terms.push_back(ASK(term_node(scope, wanted.field, term)));
    return std::make_shared<CoveringNode>(std::move(terms), std::move(least));
}

Answer<QueryPtr> parse_terms_set(const Value& body) {
    const Wanted wanted = ASK(read(body));
    return make_query(
        [wanted](const Scope& scope) -> Answer<NodePtr> { return plan(scope, wanted); },
        wanted.common);
}

constexpr Parameter terms_set_members[] = {
    {"terms", Takes::array},
    {"minimum_should_match_field", Takes::text},
    {"minimum_should_match_script", Takes::object},
};

constexpr QueryKind kinds[] = {
    {"terms_set", parse_terms_set, {terms_set_members}, BodyShape::field},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::terms_set
