// search/query/special/terms_set.cc -- terms_set: documents that have as many of some terms as one
// of their own fields says; what they have is added up.

#include "search/match/bm25.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace elkhorn::search::terms_set {
namespace {

using event::Kind;
using event::Member;
using event::Value;

class CoveringNode final : public Node {
public:
    CoveringNode(std::vector<NodePtr> terms, Field least)
        : terms_(std::move(terms)), least_(std::move(least)) {}

    /// A row without a number is not found; of several numbers the smallest counts.
    Answer<Bitmap> rows(const GroupContext& context) const override {
        std::vector<std::uint16_t> matched(context.rows());
        for (const NodePtr& term : terms_) {
            const Bitmap rows = ASK(term->rows(context));
            rows.for_each([&](std::uint32_t row) { ++matched[row]; });
        }
        const Numbers numbers = ASK(numbers_of(context, least_));
        Bitmap found(context.rows());
        for (std::uint32_t row = 0; row < context.rows(); ++row) {
            if (matched[row] == 0) continue;
            std::optional<double> least;
            numbers.for_each(
                row, [&](double number) { least = std::min(least.value_or(number), number); });
            if (least && matched[row] >= std::max(1.0, std::trunc(*least))) found.set(row);
        }
        return found;
    }

    int cost() const override { return 6; }

    std::optional<float> constant() const override { return std::nullopt; }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        std::vector<std::unique_ptr<RowScorer>> parts;
        for (const NodePtr& term : terms_)
            parts.push_back(ASK(term->scorer(statistics, boost)));
        return sum_scorer(*this, std::move(parts));
    }

    void mark(Marks& marks) const override {
        for (const NodePtr& term : terms_)
            term->mark(marks);
    }

private:
    std::vector<NodePtr> terms_;
    Field least_;
};

struct Wanted {
    std::string field;
    std::vector<Term> terms;
    std::string least_field;
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
        if (member.name == "terms" && member.value.is(Kind::array))
            ASK(read_terms(member, wanted));
        else if (member.name == "minimum_should_match_field" && member.value.is(Kind::string))
            wanted.least_field = ASK(text_option("terms_set", member));
        else
            return unsupported("terms_set", member.name);
    }
    return wanted;
}

Answer<NodePtr> plan(const Scope& scope, const Wanted& wanted) {
    if (wanted.terms.empty()) return no_rows();
    if (wanted.terms.size() > most_clauses) return too_many_clauses();
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
    std::vector<NodePtr> terms;
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
    {"minimum_should_match_script", Takes::object, Use::refused,
     "name the field that says how many, as minimum_should_match_field"},
};

constexpr QueryKind kinds[] = {
    {"terms_set", parse_terms_set, {terms_set_members}, BodyShape::field},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::terms_set
