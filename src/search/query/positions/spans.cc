// search/query/positions/spans.cc -- the family of span queries: span_term, span_multi, span_near,
// span_or, span_not, span_first, span_containing, span_within, field_masking_span and, within a
// near, span_gap.
//
// A whole query is read into one tree of rules, whose inner queries must be of the family, too; it
// is planned for each index into a tree of search/positions and has one score.

#include "search/base/field.h"
#include "search/positions/place_node.h"
#include "search/positions/word_search.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"
#include "text/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace elkhorn::search::spans {
namespace {

using event::Kind;
using event::Member;
using event::Value;
using positions::SpanKind;
using positions::Spans;
using positions::SpansPtr;

constexpr std::size_t most_words = 1024;  // that a prefix or a pattern may mean

enum class RuleKind : std::uint8_t {
    term,
    multi,
    near,
    any,
    without,
    first,
    containing,
    within,
    masking,
    gap,
};

/// One query of the family as it was given.
struct Rule {
    RuleKind kind = RuleKind::term;
    std::string field;  // of term, multi, masking, gap
    Term value;         // of term
    QueryPtr inner;     // of multi
    std::vector<Rule> parts;
    int slop = 0;
    bool in_order = true;
    int before = 0;
    int after = 0;
    int end = 0;
    Common common;
};

Answer<Rule> read_rule(std::string_view name, const Value& body);

struct FamilyName {
    std::string_view name;
    RuleKind kind;
};

constexpr std::array family{
    FamilyName{"field_masking_span", RuleKind::masking},
    FamilyName{"span_containing", RuleKind::containing},
    FamilyName{"span_first", RuleKind::first},
    FamilyName{"span_gap", RuleKind::gap},
    FamilyName{"span_multi", RuleKind::multi},
    FamilyName{"span_near", RuleKind::near},
    FamilyName{"span_not", RuleKind::without},
    FamilyName{"span_or", RuleKind::any},
    FamilyName{"span_term", RuleKind::term},
    FamilyName{"span_within", RuleKind::within},
};

const FamilyName* find_family(std::string_view name) {
    const auto found = std::ranges::find(family, name, &FamilyName::name);
    return found == family.end() ? nullptr : &*found;
}

/// A query that stands within another one of the family.
Answer<Rule> read_inner(std::string_view outer, std::string_view member, const Value& value) {
    const bool is_object = value.is(Kind::object) && value.as_object().size() > 0;
    const std::string_view name =
        is_object ? std::string_view(value.as_object().members()[0].name) : "";
    if (find_family(name) == nullptr || value.as_object().size() != 1 ||
        !value.as_object().members()[0].value.is(Kind::object)) {
        ASK(parse_query(value));
        return bad_syntax(outer == "field_masking_span"
                              ? fmt::format("[{}] query must be of type span query", outer)
                              : fmt::format("{} [{}] must be of type span query", outer, member));
    }
    Rule rule = ASK(read_rule(name, value.as_object().members()[0].value));
    if (rule.common.boost != 1.0F) {
        std::string boost;
        text::append_json_real(boost, rule.common.boost);
        return bad_syntax(
            fmt::format("{} [{}] as a nested span clause can't have non-default boost value [{}]",
                        outer, member, boost));
    }
    return rule;
}

Answer<Rule> read_term(const Value& body) {
    const FieldBody field = ASK(one_field("span_term", body));
    Rule rule;
    rule.field = field.name;
    std::optional<Term> value = term_of(*field.value);
    if (field.value->is(Kind::array))
        return bad_syntax("[span_term] query does not support array of values");
    if (field.value->is(Kind::object)) {
        for (const Member& member : field.value->as_object().members()) {
            const bool taken = ASK(take_common(member, rule.common));
            if (taken) continue;
            if (member.name != "value" && member.name != "term")
                return unsupported("span_term", member.name);
            value = term_of(member.value);
        }
    }
    if (!value) return refuse("illegal_argument_exception", "value cannot be null");
    rule.value = std::move(*value);
    return rule;
}

Answer<Rule> read_multi(const Value& body) {
    constexpr std::array patterns{std::string_view("prefix"), std::string_view("wildcard"),
                                  std::string_view("fuzzy"), std::string_view("regexp"),
                                  std::string_view("range")};
    Rule rule;
    rule.kind = RuleKind::multi;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, rule.common));
        if (taken) continue;
        if (member.name != "match" || !member.value.is(Kind::object))
            return unsupported("span_multi", member.name);
        rule.inner = ASK(parse_query(member.value));
        const Member& query = member.value.as_object().members()[0];
        if (std::ranges::find(patterns, query.name) == patterns.end())
            return bad_syntax("[span_multi] [match] must be of type multi term query");
        for (const Member& part : query.value.as_object().members()) {
            if (part.name != "boost" && part.name != "_name") rule.field = part.name;
        }
    }
    if (!rule.inner) return bad_syntax("[span_multi] must have [match] multi term query clause");
    return rule;
}

Answer<> read_clauses(std::string_view outer, const Value& list, std::vector<Rule>& parts) {
    for (const Value& value : list.as_array().values())
        parts.push_back(ASK(read_inner(outer, "clauses", value)));
    return {};
}

Answer<Rule> read_near(std::string_view name, const Value& body) {
    Rule rule;
    rule.kind = name == "span_near" ? RuleKind::near : RuleKind::any;
    const bool near = rule.kind == RuleKind::near;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, rule.common));
        if (taken) continue;
        if (member.name == "clauses" && member.value.is(Kind::array))
            ASK(read_clauses(name, member.value, rule.parts));
        else if (near && member.name == "slop")
            rule.slop = ASK(count_option(member));
        else if (near && member.name == "in_order")
            rule.in_order = ASK(boolean_option(member));
        else
            return unsupported(name, member.name);
    }
    if (rule.parts.empty()) return bad_syntax(fmt::format("{} must include [clauses]", name));
    return rule;
}

Answer<Rule> read_without(const Value& body) {
    Rule rule;
    rule.kind = RuleKind::without;
    std::optional<Rule> include;
    std::optional<Rule> exclude;
    std::optional<int> dist;
    std::optional<int> pre;
    std::optional<int> post;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, rule.common));
        if (taken) continue;
        const bool is_query = member.name == "include" || member.name == "exclude";
        if (is_query && member.value.is(Kind::object))
            (member.name == "include" ? include : exclude) =
                ASK(read_inner("span_not", member.name, member.value));
        else if (member.name == "dist" && !member.value.is(Kind::object))
            dist = ASK(count_option(member));
        else if (member.name == "pre" && !member.value.is(Kind::object))
            pre = ASK(count_option(member));
        else if (member.name == "post" && !member.value.is(Kind::object))
            post = ASK(count_option(member));
        else
            return unsupported("span_not", member.name);
    }
    if (!include) return bad_syntax("span_not must have [include] span query clause");
    if (!exclude) return bad_syntax("span_not must have [exclude] span query clause");
    if (dist && (pre || post))
        return bad_syntax("span_not can either use [dist] or [pre] & [post] (or none)");
    rule.before = dist ? *dist : pre.value_or(0);
    rule.after = dist ? *dist : post.value_or(0);
    rule.parts.push_back(std::move(*include));
    rule.parts.push_back(std::move(*exclude));
    return rule;
}

Answer<Rule> read_first(const Value& body) {
    Rule rule;
    rule.kind = RuleKind::first;
    std::optional<double> end;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, rule.common));
        if (taken) continue;
        if (member.name == "match" && member.value.is(Kind::object))
            rule.parts.push_back(ASK(read_inner("span_first", "match", member.value)));
        else if (member.name == "end" && !member.value.is(Kind::object))
            end = ASK(number_option(member));
        else
            return unsupported("span_first", member.name);
    }
    if (rule.parts.empty()) return bad_syntax("span_first must have [match] span query clause");
    if (!end) return bad_syntax("span_first must have [end] set for it");
    if (*end < 0)
        return refuse("illegal_argument_exception", "parameter [end] needs to be positive.");
    rule.end = static_cast<int>(std::min(*end, 1e9));
    return rule;
}

Answer<Rule> read_holding(std::string_view name, const Value& body) {
    Rule rule;
    rule.kind = name == "span_within" ? RuleKind::within : RuleKind::containing;
    std::optional<Rule> big;
    std::optional<Rule> little;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, rule.common));
        if (taken) continue;
        const bool known = member.name == "big" || member.name == "little";
        if (!known || !member.value.is(Kind::object)) return unsupported(name, member.name);
        (member.name == "big" ? big : little) = ASK(read_inner(name, member.name, member.value));
    }
    const std::string_view missing = !big ? "big" : !little ? "little" : "";
    if (!missing.empty() && rule.kind == RuleKind::within)
        return bad_syntax(fmt::format("span_within must include [{}]", missing));
    if (!missing.empty()) {
        return refuse("illegal_argument_exception",
                      fmt::format("inner clause [{}] cannot be null.", missing));
    }
    const bool within = rule.kind == RuleKind::within;
    rule.parts.push_back(std::move(within ? *little : *big));
    rule.parts.push_back(std::move(within ? *big : *little));
    return rule;
}

Answer<Rule> read_masking(const Value& body) {
    Rule rule;
    rule.kind = RuleKind::masking;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, rule.common));
        if (taken) continue;
        if (member.name == "query" && member.value.is(Kind::object))
            rule.parts.push_back(ASK(read_inner("field_masking_span", "query", member.value)));
        else if (member.name == "field" && !member.value.is(Kind::object))
            rule.field = ASK(text_option("field_masking_span", member));
        else
            return unsupported("field_masking_span", member.name);
    }
    if (rule.parts.empty())
        return bad_syntax("field_masking_span must have [query] span query clause");
    if (rule.field.empty()) return bad_syntax("field_masking_span must have [field] set for it");
    return rule;
}

Answer<Rule> read_gap(const Value& body) {
    const FieldBody field = ASK(one_field("span_gap", body));
    Rule rule;
    rule.kind = RuleKind::gap;
    rule.field = field.name;
    rule.slop = ASK(count_option({field.name, *field.value}));
    return rule;
}

Answer<Rule> read_rule(std::string_view name, const Value& body) {
    switch (find_family(name)->kind) {
        case RuleKind::term: return read_term(body);
        case RuleKind::multi: return read_multi(body);
        case RuleKind::near:
        case RuleKind::any: return read_near(name, body);
        case RuleKind::without: return read_without(body);
        case RuleKind::first: return read_first(body);
        case RuleKind::containing:
        case RuleKind::within: return read_holding(name, body);
        case RuleKind::masking: return read_masking(body);
        case RuleKind::gap: return read_gap(body);
    }
    return unsupported("span", name);
}

/// Plans rules into a tree over the words of one question.
class Planner {
public:
    explicit Planner(const Scope& scope) : scope_(scope) {}

    /// A mask counts within another span alone: on its own it has the field of what it hides.
    Answer<NodePtr> plan(const Rule& rule) {
        if (rule.kind == RuleKind::masking) return plan(rule.parts[0]);
        const Planned root = ASK(planned(rule));
        return positions::span_node(words_, root.tree, words_->add_field(root.field));
    }

private:
    struct Planned {
        SpansPtr tree;
        Field field;  // that it says it is of
    };

    Answer<Planned> planned(const Rule& rule) {
        ASK(scope_.request == nullptr ? Answer<>{} : scope_.request->go_on());
        if (rule.kind == RuleKind::term) return term(rule);
        if (rule.kind == RuleKind::multi) return multi(rule);
        if (rule.kind == RuleKind::gap) {
            Spans gap;
            gap.kind = SpanKind::gap;
            gap.slop = rule.slop;
            return Planned{made(std::move(gap)), scoped_field(scope_, rule.field)};
        }
        if (rule.kind == RuleKind::near && rule.parts.size() == 1) return planned(rule.parts[0]);
        return joined(rule);
    }

    static SpansPtr made(Spans spans) { return std::make_shared<const Spans>(std::move(spans)); }

    SpansPtr of_words(const Field& field, const std::vector<std::string>& texts) {
        Spans spans;
        for (const std::string& text : texts)
            spans.words.push_back(words_->add(words_->add_field(field), text));
        return made(std::move(spans));
    }

    Answer<Planned> term(const Rule& rule) {
        Field field = scoped_field(scope_, rule.field);
        if (field.known() && !field.is_text()) ASK(check_places(field, rule.value));
        SpansPtr tree = of_words(field, {rule.value.text});
        return Planned{std::move(tree), std::move(field)};
    }

    /// A keyword that is somewhere has no place there; one that is nowhere is no complaint.
    Answer<> check_places(const Field& field, const Term& term) const {
        if (!field.is_keyword()) return without_places(field);
        const NodePtr node = ASK(term_node(scope_, field.name, term));
        bool is_there = false;
        for (const store::GroupView& view : scope_.index->groups) {
            GroupContext context;
            context.request = scope_.request;
            context.index = scope_.index;
            context.group = view.group.get();
            context.live = Bitmap(view.group->rows(), true);
            const Bitmap rows = ASK(node->rows(context));
            is_there = is_there || rows.any();
        }
        if (!is_there) return {};
        auto failure = refuse_in_phase(
            "illegal_state_exception",
            fmt::format("field \"{}\" was indexed without position data; cannot run SpanTermQuery "
                        "(term={})",
                        field.name, term.text));
        failure.error().status = 500;
        return failure;
    }

    static std::unexpected<Failure> without_places(const Field& field) {
        return cannot_create("illegal_argument_exception",
                             fmt::format("[{}] is of type [{}], which has no words in places",
                                         field.name, field.mapping->es_name));
    }

    Answer<Planned> multi(const Rule& rule) {
        Field field = scoped_field(scope_, rule.field);
        Scope quiet = scope_;
        quiet.named = nullptr;
        const NodePtr node = ASK(plan_query(*rule.inner, quiet));
        if (field.known() && !field.is_text()) return without_places(field);
        const auto found = ASK(positions::words_looked_for(scope_, field, *node, most_words));
        if (found.size() > most_words) {
            auto failure = refuse_in_phase(
                "runtime_exception",
                fmt::format("[{}] exceeds maxClauseCount [ Boolean maxClauseCount is set to {}]",
                            field.name, most_words));
            failure.error().status = 500;
            return failure;
        }
        SpansPtr tree = of_words(field, found);
        return Planned{std::move(tree), std::move(field)};
    }

    static bool same_field(const Field& a, const Field& b) {
        if (!a.known() || !b.known()) return a.known() == b.known() && a.name == b.name;
        return a.mapping == b.mapping && a.column == b.column && a.longest == b.longest;
    }

    static std::unexpected<Failure> different_fields(RuleKind kind, const Rule& part,
                                                     std::string_view field) {
        if (kind == RuleKind::near && part.kind == RuleKind::term) {
            return cannot_create(
                "illegal_argument_exception",
                fmt::format("Cannot add clause {}:{} to SpanNearQuery for field {}", part.field,
                            part.value.text, field));
        }
        const bool holding = kind == RuleKind::containing || kind == RuleKind::within;
        return cannot_create("illegal_argument_exception",
                             kind == RuleKind::near ? "[span_near] clauses must have same field"
                             : holding              ? "big and little not same field"
                                                    : "Clauses must have same field.");
    }

    Answer<Planned> joined(const Rule& rule) {
        Spans spans;
        std::optional<Field> field;
        for (const Rule& part : rule.parts) {
            if (part.kind == RuleKind::gap && !(rule.kind == RuleKind::near && rule.in_order)) {
                return cannot_create("illegal_argument_exception",
                                     "Gaps can only be added to ordered near queries");
            }
            Planned planned_part = ASK(planned(part));
            if (!field)
                field = planned_part.field;
            else if (!same_field(*field, planned_part.field))
                return different_fields(rule.kind, part, field->name);
            spans.parts.push_back(std::move(planned_part.tree));
        }
        switch (rule.kind) {
            case RuleKind::masking:
                return Planned{spans.parts[0], scoped_field(scope_, rule.field)};
            case RuleKind::near:
                spans.kind = rule.in_order ? SpanKind::ordered : SpanKind::unordered;
                break;
            case RuleKind::any: spans.kind = SpanKind::any; break;
            case RuleKind::without: spans.kind = SpanKind::without; break;
            case RuleKind::first: spans.kind = SpanKind::first; break;
            case RuleKind::containing: spans.kind = SpanKind::containing; break;
            default: spans.kind = SpanKind::within; break;
        }
        spans.slop = rule.slop;
        spans.before = rule.before;
        spans.after = rule.after;
        spans.end = rule.end;
        return Planned{made(std::move(spans)), std::move(*field)};
    }

    const Scope& scope_;  // the caller's
    std::shared_ptr<positions::WordList> words_ = std::make_shared<positions::WordList>();
};

template <const std::string_view& Name>
Answer<QueryPtr> parse(const Value& body) {
    Rule rule = ASK(read_rule(Name, body));
    const Common common = rule.common;
    return make_query(
        [rule = std::move(rule)](const Scope& scope) -> Answer<NodePtr> {
            return Planner(scope).plan(rule);
        },
        common);
}

constexpr std::string_view masking_name = "field_masking_span";
constexpr std::string_view containing_name = "span_containing";
constexpr std::string_view first_name = "span_first";
constexpr std::string_view multi_name = "span_multi";
constexpr std::string_view near_name = "span_near";
constexpr std::string_view not_name = "span_not";
constexpr std::string_view or_name = "span_or";
constexpr std::string_view term_name = "span_term";
constexpr std::string_view within_name = "span_within";

constexpr Parameter term_members[] = {{"value", Takes::any}, {"term", Takes::any}};
constexpr Parameter multi_members[] = {{"match", Takes::object}};
constexpr Parameter near_members[] = {
    {"clauses", Takes::array},
    {"slop", Takes::integer},
    {"in_order", Takes::flag},
};
constexpr Parameter or_members[] = {{"clauses", Takes::array}};
constexpr Parameter not_members[] = {
    {"include", Takes::object}, {"exclude", Takes::object}, {"dist", Takes::integer},
    {"pre", Takes::integer},    {"post", Takes::integer},
};
constexpr Parameter first_members[] = {{"match", Takes::object}, {"end", Takes::integer}};
constexpr Parameter holding_members[] = {{"big", Takes::object}, {"little", Takes::object}};
constexpr Parameter masking_members[] = {{"query", Takes::object}, {"field", Takes::text}};

constexpr QueryKind kinds[] = {
    {masking_name, parse<masking_name>, {masking_members}},
    {containing_name, parse<containing_name>, {holding_members}},
    {first_name, parse<first_name>, {first_members}},
    {multi_name, parse<multi_name>, {multi_members}},
    {near_name, parse<near_name>, {near_members}},
    {not_name, parse<not_name>, {not_members}},
    {or_name, parse<or_name>, {or_members}},
    {term_name, parse<term_name>, {term_members}, BodyShape::field},
    {within_name, parse<within_name>, {holding_members}},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::spans
