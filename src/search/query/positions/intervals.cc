// search/query/positions/intervals.cc -- intervals: rules of words and where they stand to one
// another (match, prefix, wildcard, fuzzy, all_of, any_of), each with a filter. A rule is planned
// into a tree of search/positions for each index.
//
//   {"body": {"all_of": {"ordered": true, "intervals": [{"match": {"query": "my favourite food"}},
//                                                       {"any_of": {"intervals": [...]}}]}}}
//
// Scripts as filters are refused.

#include "search/base/field.h"
#include "search/match/patterns.h"
#include "search/match/text_match.h"
#include "search/positions/place_node.h"
#include "search/positions/word_search.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace elkhorn::search::intervals {
namespace {

using event::Kind;
using event::Member;
using event::Value;
using positions::IntervalKind;
using positions::IntervalList;
using positions::IntervalsPtr;

constexpr std::size_t most_words = 128;  // that a prefix or a pattern may mean

struct Rule;

enum class Relation : std::uint8_t {
    containing,
    contained_by,
    not_containing,
    not_contained_by,
    overlapping,
    not_overlapping,
    before,
    after,
};

constexpr std::array relations{
    std::pair{std::string_view("containing"), Relation::containing},
    std::pair{std::string_view("contained_by"), Relation::contained_by},
    std::pair{std::string_view("not_containing"), Relation::not_containing},
    std::pair{std::string_view("not_contained_by"), Relation::not_contained_by},
    std::pair{std::string_view("overlapping"), Relation::overlapping},
    std::pair{std::string_view("not_overlapping"), Relation::not_overlapping},
    std::pair{std::string_view("before"), Relation::before},
    std::pair{std::string_view("after"), Relation::after}};

struct Filter {
    std::string name;  // of the relation
    std::shared_ptr<const Rule> rule;
};

/// One rule as it was given.
struct Rule {
    std::string kind;  // match ... any_of
    std::string text;  // the query, prefix, pattern or term
    int max_gaps = -1;
    bool ordered = false;
    std::string analyzer;
    std::string use_field;
    std::string fuzziness = "AUTO";
    int prefix_length = 0;
    bool transpositions = true;
    std::vector<Rule> parts;
    std::optional<Filter> filter;
};

Answer<Rule> read_rule(std::string_view kind, const Value& body);

std::unexpected<Failure> expected(std::string_view what, const Value& value) {
    return bad_syntax(fmt::format("Expected [{}] but got [{}]", what, token_name(value)));
}

/// {"match": {...}}: an object of one member.
Answer<Rule> read_only_rule(const Value& value) {
    const Members members = value.as_object().members();
    if (members.empty()) return bad_syntax("Expected [FIELD_NAME] but got [END_OBJECT]");
    auto rule = ASK(read_rule(members[0].name, members[0].value));
    if (members.size() > 1) return bad_syntax("Expected [END_OBJECT] but got [FIELD_NAME]");
    return rule;
}

std::unexpected<Failure> within_field(std::string_view kind, std::string_view field,
                                      const Failure& inner) {
    auto failure = bad_content(fmt::format("[{}] failed to parse field [{}]", kind, field));
    failure.error().caused_by_type = inner.type;
    failure.error().caused_by_reason = inner.reason;
    return failure;
}

Answer<Filter> read_filter(const Value& value) {
    const Members members = value.as_object().members();
    if (members.empty()) return bad_syntax("Expected [FIELD_NAME] but got [END_OBJECT]");
    Filter filter;
    filter.name = members[0].name;
    if (filter.name == "script")
        return bad_syntax("[script] is not supported by this server as a filter of intervals");
    if (!members[0].value.is(Kind::object)) return expected("START_OBJECT", members[0].value);
    filter.rule = std::make_shared<const Rule>(ASK(read_only_rule(members[0].value)));
    if (members.size() > 1) return bad_syntax("Expected [END_OBJECT] but got [FIELD_NAME]");
    return filter;
}

/// A list's element that is none is told by what comes behind it.
std::unexpected<Failure> no_object() {
    return bad_syntax("Expected [FIELD_NAME] but got [END_ARRAY]");
}

std::unexpected<Failure> wrong_type(std::string_view kind, const Member& member) {
    return bad_content(fmt::format("[{}] {} doesn't support values of type: {}", kind, member.name,
                                   token_name(member.value)));
}

Answer<std::string> text_member(std::string_view kind, const Member& member) {
    const auto term = term_of(member.value);
    if (term) return term->text;
    return wrong_type(kind, member);
}

Answer<int> whole_member(std::string_view kind, const Member& member) {
    const auto term = term_of(member.value);
    if (!term || term->kind == Kind::boolean) return wrong_type(kind, member);
    const auto number = number_option(member);
    if (!number) return within_field(kind, member.name, number.error());
    return static_cast<int>(std::clamp(*number, -1e6, 1e6));
}

Answer<bool> flag_member(std::string_view kind, const Member& member) {
    if (!member.value.is(Kind::boolean) && !member.value.is(Kind::string))
        return wrong_type(kind, member);
    const auto flag = boolean_option(member);
    if (!flag) return within_field(kind, member.name, flag.error());
    return *flag;
}

Answer<std::vector<Rule>> read_parts(std::string_view kind, const Member& member) {
    std::vector<Rule> parts;
    const auto add = [&](const Value& value) -> Answer<> {
        auto rule = value.is(Kind::object) ? read_only_rule(value) : Answer<Rule>(no_object());
        if (!rule) return within_field(kind, member.name, rule.error());
        parts.push_back(std::move(*rule));
        return {};
    };
    if (member.value.is(Kind::object)) {
        ASK(add(member.value));
    } else if (member.value.is(Kind::array)) {
        for (const Value& value : member.value.as_array().values())
            ASK(add(value));
    } else {
        return wrong_type(kind, member);
    }
    return parts;
}

/// Which member of a rule holds its text.
std::string_view text_name(std::string_view kind) {
    if (kind == "match") return "query";
    if (kind == "wildcard") return "pattern";
    if (kind == "fuzzy") return "term";
    return kind == "prefix" ? "prefix" : "";
}

bool takes(std::string_view kind, std::string_view name) {
    const bool groups = kind == "all_of" || kind == "any_of";
    if (name == "filter") return groups || kind == "match";
    if (name == "intervals") return groups;
    if (name == "max_gaps" || name == "ordered") return kind == "match" || kind == "all_of";
    if (name == "analyzer" || name == "use_field") return !groups;
    if (name == "fuzziness" || name == "prefix_length" || name == "transpositions")
        return kind == "fuzzy";
    return false;
}

Answer<> read_member(std::string_view kind, const Member& member, Rule& rule) {
    if (!text_name(kind).empty() && member.name == text_name(kind)) {
        rule.text = ASK(text_member(kind, member));
        return {};
    }
    if (!takes(kind, member.name))
        return bad_content(fmt::format("[{}] unknown field [{}]", kind, member.name));
    if (member.name == "filter") {
        if (!member.value.is(Kind::object)) return wrong_type(kind, member);
        auto filter = read_filter(member.value);
        if (!filter) return within_field(kind, member.name, filter.error());
        rule.filter = std::move(*filter);
    } else if (member.name == "intervals") {
        rule.parts = ASK(read_parts(kind, member));
    } else if (member.name == "max_gaps") {
        rule.max_gaps = ASK(whole_member(kind, member));
    } else if (member.name == "ordered") {
        rule.ordered = ASK(flag_member(kind, member));
    } else if (member.name == "analyzer") {
        rule.analyzer = ASK(text_member(kind, member));
    } else if (member.name == "use_field") {
        rule.use_field = ASK(text_member(kind, member));
    } else if (member.name == "fuzziness") {
        rule.fuzziness = ASK(text_member(kind, member));
    } else if (member.name == "prefix_length") {
        rule.prefix_length = ASK(whole_member(kind, member));
    } else {
        rule.transpositions = ASK(flag_member(kind, member));
    }
    return {};
}

Answer<Rule> read_rule(std::string_view kind, const Value& body) {
    constexpr std::array kinds{std::string_view("match"),    std::string_view("any_of"),
                               std::string_view("all_of"),   std::string_view("prefix"),
                               std::string_view("wildcard"), std::string_view("fuzzy")};
    if (std::ranges::find(kinds, kind) == kinds.end()) {
        return bad_syntax(
            fmt::format("Unknown interval type [{}], expecting one of [match, "
                        "any_of, all_of, prefix, wildcard]",
                        kind));
    }
    if (!body.is(Kind::object)) {
        return bad_content(
            fmt::format("[{}] Expected START_OBJECT but was: {}", kind, token_name(body)));
    }
    Rule rule;
    rule.kind = kind;
    const std::string_view needed = text_name(kind).empty() ? "intervals" : text_name(kind);
    bool complete = false;
    for (const Member& member : body.as_object().members()) {
        ASK(read_member(kind, member, rule));
        complete = complete || member.name == needed;
    }
    if (!complete)
        return refuse("illegal_argument_exception", fmt::format("Required [{}]", needed));
    return rule;
}

/// The fields that rules name beside the query's.
void named_fields(const Rule& rule, std::vector<std::string>& fields) {
    if (!rule.use_field.empty()) fields.push_back(rule.use_field);
    for (const Rule& part : rule.parts)
        named_fields(part, fields);
    if (rule.filter) named_fields(*rule.filter->rule, fields);
}

/// Plans rules into a tree over the words of one question.
class Planner {
public:
    Planner(const Scope& scope, positions::WordList& words) : scope_(scope), words_(words) {}

    Answer<IntervalsPtr> plan(const Rule& rule, const Field& of_query) {
        ASK(scope_.request == nullptr ? Answer<>{} : scope_.request->go_on());
        const Field field =
            rule.use_field.empty() ? of_query : scoped_field(scope_, rule.use_field);
        IntervalsPtr made = ASK(plan_kind(rule, field));
        if (!rule.use_field.empty()) made = positions::masked(std::move(made), rule.use_field);
        if (!rule.filter) return made;
        return filtered(std::move(made), *rule.filter, of_query);
    }

private:
    Answer<IntervalsPtr> plan_kind(const Rule& rule, const Field& field) {
        if (rule.kind == "all_of" || rule.kind == "any_of") {
            IntervalList parts;
            for (const Rule& part : rule.parts)
                parts.push_back(ASK(plan(part, field)));
            if (rule.kind == "any_of") return positions::any_interval(std::move(parts));
            return combined(std::move(parts), rule);
        }
        if (!field.is_text()) {
            return cannot_create(
                "illegal_argument_exception",
                fmt::format("Can only use interval queries on text fields - not on [{}] which is "
                            "of type [{}]",
                            field.name, field.mapping->es_name));
        }
        const auto analyzer = ASK(analyzer_of(rule));
        if (rule.kind == "match") return match(rule, field, analyzer.get());
        return pattern(rule, field, analyzer.get());
    }

    /// Null: the field's. One that nobody knows is none.
    Answer<std::shared_ptr<const text::Analyzer>> analyzer_of(const Rule& rule) const {
        if (rule.analyzer.empty()) return nullptr;
        auto named = named_analyzer(*scope_.index, "intervals", rule.analyzer);
        if (!named && named.error().over) return named;
        return named ? *named : nullptr;
    }

    static Answer<IntervalsPtr> combined(IntervalList parts, const Rule& rule) {
        if (parts.empty()) return positions::no_intervals();
        if (parts.size() == 1) return parts[0];
        if (rule.max_gaps == 0 && rule.ordered) return positions::block(std::move(parts));
        IntervalsPtr all = rule.ordered ? positions::ordered(std::move(parts))
                                        : positions::unordered(std::move(parts));
        if (rule.max_gaps == -1) return all;
        return positions::few_gaps(std::move(all), rule.max_gaps);
    }

    Answer<IntervalsPtr> match(const Rule& rule, const Field& field,
                               const text::Analyzer* analyzer) {
        const std::vector<QueryWord> words = ASK(query_words(field, rule.text, analyzer));
        if (words.size() > 1024) return too_many_clauses();
        if (words.size() == 1) return word(field, words[0].text);
        IntervalList parts;
        std::int32_t behind = -1;  // the place of the part before
        for (std::size_t i = 0; i < words.size();) {
            const std::int32_t place = words[i].place;
            IntervalList same;
            for (; i < words.size() && words[i].place == place; ++i)
                same.push_back(word(field, words[i].text));
            parts.push_back(positions::extended(positions::any_interval(std::move(same)),
                                                place - behind - 1, 0));
            behind = place;
        }
        return combined(std::move(parts), rule);
    }

    IntervalsPtr word(const Field& field, const std::string& text) {
        return positions::word_intervals({words_.add(words_.add_field(field), text)}, "=" + text);
    }

    /// As the analyzer would write a word of which only a part is given.
    static std::string written(const Rule& rule, const Field& field,
                               const text::Analyzer* analyzer) {
        return analyzer == nullptr ? pattern_text(field, rule.text) : analyzer->filtered(rule.text);
    }

    Answer<IntervalsPtr> pattern(const Rule& rule, const Field& field,
                                 const text::Analyzer* analyzer) {
        const std::string text = written(rule, field, analyzer);
        NodePtr node;
        std::string shown = text;
        if (rule.kind == "prefix") {
            node = text_test(field, prefix_test(text, false));
            shown += "*";
        } else if (rule.kind == "wildcard") {
            node = text_test(field, ASK(wildcard_test(text, false)));
        } else {
            const int edits = allowed_edits(rule.fuzziness, length_of(text));
            if (edits == 0) return word(field, text);
            node =
                text_test(field, fuzzy_test(text, edits, rule.prefix_length, rule.transpositions));
            shown += fmt::format("~{}", edits);
        }
        const auto found = ASK(positions::words_looked_for(scope_, field, *node, most_words));
        if (found.size() > most_words) {
            auto failure =
                refuse_in_phase("illegal_state_exception",
                                fmt::format("Automaton [{}] expanded to too many terms (limit {})",
                                            shown, most_words));
            failure.error().status = 500;
            return failure;
        }
        std::vector<std::size_t> numbers;
        for (const std::string& one : found)
            numbers.push_back(words_.add(words_.add_field(field), one));
        return positions::word_intervals(
            std::move(numbers),
            fmt::format("{} {} {} {}", rule.kind, shown, rule.prefix_length, rule.transpositions));
    }

    Answer<IntervalsPtr> filtered(IntervalsPtr made, const Filter& filter, const Field& field) {
        IntervalsPtr other = ASK(plan(*filter.rule, field));
        const auto relation =
            std::ranges::find(relations, filter.name, &decltype(relations)::value_type::first);
        if (relation == relations.end()) {
            return cannot_create("illegal_argument_exception",
                                 fmt::format("Unknown filter type [{}]", filter.name));
        }
        const auto related = [&](IntervalKind kind) {
            return positions::related(kind, std::move(made), std::move(other));
        };
        switch (relation->second) {
            case Relation::containing: return related(IntervalKind::containing);
            case Relation::contained_by: return related(IntervalKind::contained_by);
            case Relation::not_containing: return related(IntervalKind::not_containing);
            case Relation::not_contained_by: return related(IntervalKind::not_contained_by);
            case Relation::overlapping: return related(IntervalKind::overlapping);
            case Relation::not_overlapping: return related(IntervalKind::not_overlapping);
            case Relation::before: break;
            case Relation::after: return positions::placed_after(std::move(made), std::move(other));
        }
        return positions::placed_before(std::move(made), std::move(other));
    }

    const Scope& scope_;          // the caller's
    positions::WordList& words_;  // the caller's
};

Answer<NodePtr> plan_intervals(const Scope& scope, const std::string& name, const Rule& rule) {
    const Field field = scoped_field(scope, name);
    std::vector<std::string> others;
    named_fields(rule, others);
    const auto unknown = [&](const std::string& other) {
        return !scoped_field(scope, other).known();
    };
    if (!field.known() || std::ranges::any_of(others, unknown)) return no_rows();
    auto words = std::make_shared<positions::WordList>();
    IntervalsPtr tree = ASK(Planner(scope, *words).plan(rule, field));
    return positions::interval_node(std::move(words), std::move(tree));
}

Answer<QueryPtr> parse_intervals(const Value& given) {
    const Members members = given.as_object().members();
    if (members.empty()) return bad_syntax("Expected [FIELD_NAME] but got [END_OBJECT]");
    if (!members[0].value.is(Kind::object)) return expected("START_OBJECT", members[0].value);
    std::optional<Rule> rule;
    Common common;
    for (const Member& member : members[0].value.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (rule) {
            return bad_syntax(
                fmt::format("Only one interval rule can be specified, found [{}] and [{}]",
                            rule->kind, member.name));
        }
        rule = ASK(read_rule(member.name, member.value));
    }
    if (members.size() > 1) return bad_syntax("Expected [END_OBJECT] but got [FIELD_NAME]");
    if (!rule) return bad_syntax("Missing intervals from interval query definition");
    return make_query(
        [name = std::string(members[0].name), rule = *rule](const Scope& scope) -> Answer<NodePtr> {
            return plan_intervals(scope, name, rule);
        },
        common);
}

constexpr Parameter interval_members[] = {
    {"match", Takes::any},  {"any_of", Takes::any},   {"all_of", Takes::any},
    {"prefix", Takes::any}, {"wildcard", Takes::any}, {"fuzzy", Takes::any},
};

constexpr QueryKind kinds[] = {
    {"intervals", parse_intervals, {interval_members}, BodyShape::field},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::intervals
