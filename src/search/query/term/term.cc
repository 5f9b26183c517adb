// search/query/term/term.cc -- parsers of queries about one field's values: term, terms, range,
// exists, ids, prefix, wildcard, regexp, fuzzy.

#include "base/strings.h"
#include "search/base/date_math.h"
#include "search/match/patterns.h"
#include "search/match/text_match.h"
#include "search/match/word_expansion.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"
#include "search/query/core/stored_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace elkhorn::search::term {
namespace {

using event::Kind;
using event::Value;

/// A value, alone or in {"value": ..., options}.
struct ValueBody {
    std::string field;
    Term value;
    bool case_insensitive = false;
    std::string fuzziness = "AUTO";
    int prefix_length = 0;
    bool transpositions = true;
    int max_expansions = 50;
    std::string rewrite;
    RegexpFlags flags;
    Common common;
};

constexpr unsigned every_flag = 0xffff;

/// Flags by their names, with | between.
Answer<unsigned> flags_named(std::string_view names) {
    constexpr std::array known{std::pair{std::string_view("INTERSECTION"), 1U},
                               std::pair{std::string_view("COMPLEMENT"), 2U},
                               std::pair{std::string_view("EMPTY"), 4U},
                               std::pair{std::string_view("ANYSTRING"), 8U},
                               std::pair{std::string_view("AUTOMATON"), 16U},
                               std::pair{std::string_view("INTERVAL"), 32U},
                               std::pair{std::string_view("NONE"), 0U},
                               std::pair{std::string_view("ALL"), every_flag}};
    if (names.empty()) return every_flag;
    unsigned flags = 0;
    for (const std::string_view name : split(names, '|')) {
        const std::string upper = to_upper(name);
        const auto flag =
            std::ranges::find(known, upper, [](const auto& one) { return one.first; });
        if (flag == known.end()) {
            return refuse("illegal_argument_exception",
                          fmt::format("Unknown regexp flag [{}]", name));
        }
        if (flag->second == every_flag) return every_flag;
        flags |= flag->second;
    }
    return flags;
}

RegexpFlags flags_of(unsigned bits) {
    return {.intersection = (bits & 1U) != 0,
            .complement = (bits & 2U) != 0,
            .empty = (bits & 4U) != 0,
            .anystring = (bits & 8U) != 0,
            .interval = (bits & 32U) != 0,
            .automaton = (bits & 16U) != 0};
}

Answer<> read_option(std::string_view query, const event::Member& member, ValueBody& body) {
    if (member.name == "case_insensitive" && query != "fuzzy") {
        body.case_insensitive = ASK(boolean_option(member));
    } else if (query == "fuzzy" && member.name == "fuzziness") {
        body.fuzziness = ASK(text_option(query, member));
    } else if (query == "fuzzy" && member.name == "prefix_length") {
        body.prefix_length = ASK(count_option(member));
    } else if (query == "fuzzy" && member.name == "transpositions") {
        body.transpositions = ASK(boolean_option(member));
    } else if (query == "fuzzy" && member.name == "max_expansions") {
        body.max_expansions = ASK(count_option(member));
    } else if (query != "term" && member.name == "rewrite") {
        body.rewrite = ASK(text_option(query, member));
    } else if (query == "regexp" && member.name == "flags") {
        const std::string names = ASK(text_option(query, member));
        body.flags = flags_of(ASK(flags_named(names)));
    } else if (query == "regexp" && member.name == "flags_value") {
        body.flags = flags_of(static_cast<unsigned>(ASK(count_option(member))));
    } else {
        return unsupported(query, member.name);
    }
    return {};
}

Answer<ValueBody> read_value(std::string_view query, const Value& given,
                             std::string_view other_name) {
    const FieldBody field = ASK(one_field(query, given));
    ValueBody body;
    body.field = field.name;
    std::optional<Term> value;
    if (field.value->is(Kind::object)) {
        for (const event::Member& member : field.value->as_object().members()) {
            const bool taken = ASK(take_common(member, body.common));
            if (taken) continue;
            if (member.name == "value" || member.name == other_name)
                value = term_of(member.value);
            else
                ASK(read_option(query, member, body));
        }
        if (!value) return refuse("illegal_argument_exception", "value cannot be null");
    } else if (field.value->is(Kind::array)) {
        if (query == "term") return bad_syntax("[term] query does not support array of values");
        Failure failure =
            refuse("illegal_state_exception", "Can't get text on a START_ARRAY at 1:1").error();
        failure.status = 500;
        return std::unexpected(std::move(failure));
    } else {
        value = term_of(*field.value);
        if (!value) {
            return refuse("illegal_argument_exception",
                          query == "term" ? "field name is null or empty" : "value cannot be null");
        }
    }
    body.value = std::move(*value);
    return body;
}

Answer<RangeRelation> range_relation(const event::Member& member) {
    const std::string given = ASK(text_option("range", member));
    const std::string name = to_lower(given);
    if (name == "intersects") return RangeRelation::intersects;
    if (name == "within") return RangeRelation::within;
    if (name == "contains") return RangeRelation::contains;
    return refuse("illegal_argument_exception",
                  name == "disjoint"
                      ? fmt::format("[range] query does not support relation [{}]", given)
                      : fmt::format("{} is not a valid relation", given));
}

Answer<> read_range_option(const event::Member& member, Bounds& bounds) {
    const auto bound = term_of(member.value);
    if (member.name == "gte" || member.name == "gt" || member.name == "from") {
        bounds.from = bound;
        if (member.name != "from") bounds.include_from = member.name == "gte";
    } else if (member.name == "lte" || member.name == "lt" || member.name == "to") {
        bounds.to = bound;
        if (member.name != "to") bounds.include_to = member.name == "lte";
    } else if (member.name == "include_lower") {
        bounds.include_from = ASK(boolean_option(member));
    } else if (member.name == "include_upper") {
        bounds.include_to = ASK(boolean_option(member));
    } else if (member.name == "format") {
        bounds.format = ASK(text_option("range", member));
        if (!bounds.format.empty()) ASK(check_date_format(bounds.format));
    } else if (member.name == "time_zone" || member.name == "timezone") {
        bounds.time_zone = ASK(text_option("range", member));
        if (!bounds.time_zone.empty()) ASK(check_time_zone(bounds.time_zone));
    } else if (member.name == "relation") {
        bounds.relation = ASK(range_relation(member));
    } else {
        return unsupported("range", member.name);
    }
    return {};
}

std::string text_for(const Scope& scope, const std::string& field, const std::string& text) {
    return pattern_text(scoped_field(scope, field), text);
}

/// Prefixes and regular expressions of a query are taken as they are for texts, but not keywords.
std::string keyword_text(const Scope& scope, const std::string& field, const std::string& text) {
    return scoped_field(scope, field).normalized(text);
}

Answer<QueryPtr> parse_term(const Value& given) {
    const ValueBody body = ASK(read_value("term", given, "term"));
    return make_query(
        [body](const Scope& scope) -> Answer<NodePtr> {
            return term_node(scope, body.field, body.value, body.case_insensitive);
        },
        body.common);
}

/// Where in another document the terms stand.
struct TermsLookup {
    std::string index;
    std::string id;
    std::string path;
};

Answer<TermsLookup> read_lookup(const Value& given) {
    TermsLookup lookup;
    for (const event::Member& member : given.as_object().members()) {
        if (member.name == "index")
            lookup.index = ASK(text_option("terms", member));
        else if (member.name == "id")
            lookup.id = ASK(text_option("terms", member));
        else if (member.name == "path")
            lookup.path = ASK(text_option("terms", member));
        else if (member.name != "routing" && member.name != "type")
            return bad_content(fmt::format("[terms_lookup] unknown field [{}]", member.name));
    }
    std::string missing;
    for (const auto& [name, text] :
         {std::pair("id", &lookup.id), std::pair("path", &lookup.path)}) {
        if (text->empty()) missing += (missing.empty() ? "" : ", ") + std::string(name);
    }
    if (!missing.empty())
        return refuse("illegal_argument_exception", fmt::format("Required [{}]", missing));
    if (lookup.index.empty()) {
        return refuse("illegal_argument_exception", "Required [index]");
    }
    return lookup;
}

Answer<std::vector<Term>> looked_up(const Scope& scope, const TermsLookup& lookup) {
    std::vector<Term> terms;
    const auto document = ASK(stored_document(scope, lookup.index, lookup.id));
    if (!document) return terms;
    for (const Value& value : values_at(document->value, lookup.path)) {
        if (auto term = term_of(value)) terms.push_back(std::move(*term));
    }
    return terms;
}

Answer<> check_terms_count(std::size_t count) {
    if (count <= 65'536) return {};
    return cannot_create(
        "illegal_argument_exception",
        fmt::format("The number of terms [{}] used in the Terms Query request has exceeded "
                    "the allowed maximum of [65536]. This maximum can be set by changing the "
                    "[index.max_terms_count] index level setting.",
                    count));
}

Answer<std::vector<Term>> read_terms(std::string_view field, const Value& given) {
    std::vector<Term> terms;
    for (const Value& value : given.as_array().values()) {
        auto term = term_of(value);
        if (value.is_null()) return bad_syntax("No value specified for terms query");
        if (!term) {
            return bad_syntax(fmt::format("[terms] unknown token [{}] after [{}]",
                                          value.is(Kind::array) ? "END_ARRAY" : "END_OBJECT",
                                          field));
        }
        terms.push_back(std::move(*term));
    }
    return terms;
}

Answer<QueryPtr> parse_terms(const Value& given) {
    std::optional<std::string> field;
    std::optional<TermsLookup> lookup;
    std::vector<Term> terms;
    Common common;
    for (const event::Member& member : given.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (field) return bad_syntax("[terms] query does not support multiple fields");
        if (member.value.is(Kind::object))
            lookup = ASK(read_lookup(member.value));
        else if (member.value.is(Kind::array))
            terms = ASK(read_terms(member.name, member.value));
        else
            return unsupported("terms", member.name);
        field = member.name;
    }
    if (!field) {
        return bad_syntax(
            "[terms] query requires a field name, followed by array of terms or a document lookup "
            "specification");
    }
    if (lookup) {
        return make_query(
            [name = *field, lookup = *lookup](const Scope& scope) -> Answer<NodePtr> {
                const std::vector<Term> found = ASK(looked_up(scope, lookup));
                ASK(check_terms_count(found.size()));
                return found.empty() ? no_rows() : terms_node(scope, name, found);
            },
            common, 1.0F);
    }
    ASK(check_terms_count(terms.size()));
    if (terms.empty()) return match_nothing();
    return make_query(
        [name = *field, terms](const Scope& scope) -> Answer<NodePtr> {
            return terms_node(scope, name, terms);
        },
        common, 1.0F);
}

Answer<QueryPtr> parse_range(const Value& given) {
    std::optional<std::string> field;
    Bounds bounds;
    Common common;
    for (const event::Member& member : given.as_object().members()) {
        if (!member.value.is(Kind::object)) {
            if (member.name != "_name") return unsupported("range", member.name);
            ASK(take_common(member, common));
            continue;
        }
        if (field) {
            return bad_syntax(
                fmt::format("[range] query doesn't support multiple fields, found [{}] and [{}]",
                            *field, member.name));
        }
        field = member.name;
        for (const event::Member& option : member.value.as_object().members()) {
            const bool taken = ASK(take_common(option, common));
            if (!taken) ASK(read_range_option(option, bounds));
        }
    }
    if (!field) return refuse("illegal_argument_exception", "field name is null or empty");
    return make_query(
        [name = *field, bounds](const Scope& scope) -> Answer<NodePtr> {
            return range_node(scope, name, bounds);
        },
        common, 1.0F);
}

Answer<QueryPtr> parse_exists(const Value& given) {
    std::optional<std::string> field;
    Common common;
    for (const event::Member& member : given.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        const auto name = term_of(member.value);
        if (member.name != "field" || !name) return unsupported("exists", member.name);
        field = name->text;
    }
    if (!field) return bad_syntax("[exists] must be provided with a [field]");
    return make_query(
        [name = *field](const Scope& scope) -> Answer<NodePtr> { return exists_node(scope, name); },
        common, 1.0F);
}

Answer<QueryPtr> parse_ids(const Value& given) {
    std::vector<std::string> ids;
    Common common;
    for (const event::Member& member : given.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (member.name != "values") {
            const std::string reason = fmt::format("[1:1] [ids] unknown field [{}]", member.name);
            auto failure = bad_syntax(reason);
            failure.error().caused_by_type = "x_content_parse_exception";
            failure.error().caused_by_reason = reason;
            return failure;
        }
        const auto add = [&](const Value& value) {
            if (const auto id = term_of(value)) ids.push_back(id->text);
        };
        if (!member.value.is(Kind::array))
            add(member.value);
        else
            for (const Value& value : member.value.as_array().values())
                add(value);
    }
    if (ids.empty()) return match_nothing();
    return make_query([ids](const Scope&) -> Answer<NodePtr> { return with_ids(ids); }, common,
                      1.0F);
}

/// A prefix, wildcard or regular expression, its words scored as the rewrite says.
Answer<NodePtr> scored_pattern(const Scope& scope, const ValueBody& body, Pattern kind,
                               TextTest test) {
    const Rewrite rewrite = ASK(rewrite_of(body.rewrite, {}));
    const Field field = scoped_field(scope, body.field);
    const bool has_words = field.has_values() && (field.is_text() || field.is_keyword());
    auto node = ASK(pattern_node(scope, body.field, kind, test));
    if (!has_words || rewrite.kind == Rewrite::Kind::constant) return node;
    return expanded(scope, field, test, rewrite);
}

/// What every row scores, where that is known without an index.
std::optional<float> pattern_constant(const ValueBody& body) {
    const bool constant = body.rewrite.empty() || body.rewrite.starts_with("constant_score");
    return constant ? std::optional(1.0F) : std::nullopt;
}

Answer<QueryPtr> parse_prefix(const Value& given) {
    const ValueBody body = ASK(read_value("prefix", given, "prefix"));
    return make_query(
        [body](const Scope& scope) -> Answer<NodePtr> {
            return scored_pattern(scope, body, Pattern::prefix,
                                  prefix_test(keyword_text(scope, body.field, body.value.text),
                                              body.case_insensitive));
        },
        body.common, pattern_constant(body));
}

Answer<QueryPtr> parse_wildcard(const Value& given) {
    const ValueBody body = ASK(read_value("wildcard", given, "wildcard"));
    return make_query(
        [body](const Scope& scope) -> Answer<NodePtr> {
            auto test = ASK(
                wildcard_test(text_for(scope, body.field, body.value.text), body.case_insensitive));
            return scored_pattern(scope, body, Pattern::wildcard, std::move(test));
        },
        body.common, pattern_constant(body));
}

Answer<QueryPtr> parse_regexp(const Value& given) {
    const ValueBody body = ASK(read_value("regexp", given, "regexp"));
    return make_query(
        [body](const Scope& scope) -> Answer<NodePtr> {
            if (body.value.text.size() > longest_pattern) {
                return cannot_create(
                    "illegal_argument_exception",
                    fmt::format("The length of regex [{}] used in the Regexp Query request has "
                                "exceeded the allowed maximum of [{}]. This maximum can be set "
                                "by changing the [index.max_regex_length] index level setting.",
                                body.value.text.size(), longest_pattern));
            }
            auto test = ASK(regexp_test(keyword_text(scope, body.field, body.value.text),
                                        body.case_insensitive, body.flags));
            return scored_pattern(scope, body, Pattern::regexp, std::move(test));
        },
        body.common, pattern_constant(body));
}

Answer<QueryPtr> parse_fuzzy(const Value& given) {
    const ValueBody body = ASK(read_value("fuzzy", given, "value"));
    return make_query(
        [body](const Scope& scope) -> Answer<NodePtr> {
            const Field field = scoped_field(scope, body.field);
            if (!field.is_text() && !field.is_keyword()) {
                return pattern_node(scope, body.field, Pattern::fuzzy,
                                    prefix_test(body.value.text, false));
            }
            const int edits = allowed_edits(body.fuzziness, length_of(body.value.text));
            if (edits == 0) return term_node(scope, body.field, body.value);
            return fuzzy_node(
                scope, field,
                {field.normalized(body.value.text), edits, body.prefix_length, body.transpositions,
                 static_cast<std::size_t>(body.max_expansions), body.rewrite});
        },
        body.common);
}

constexpr Parameter term_members[] = {
    {"value", Takes::any}, {"term", Takes::any}, {"case_insensitive", Takes::flag}};
constexpr Parameter prefix_members[] = {
    {"value", Takes::any}, {"prefix", Takes::any}, {"case_insensitive", Takes::flag}};
constexpr Parameter wildcard_members[] = {
    {"value", Takes::any}, {"wildcard", Takes::any}, {"case_insensitive", Takes::flag}};
constexpr Parameter regexp_members[] = {
    {"value", Takes::any},
    {"case_insensitive", Takes::flag},
    {"flags", Takes::text},
    {"flags_value", Takes::integer},
    {"max_determinized_states", Takes::integer, Use::no_effect,
     "a pattern takes time in proportion to the text"},
};
constexpr Parameter fuzzy_members[] = {
    {"value", Takes::any},
    {"fuzziness", Takes::any},
    {"prefix_length", Takes::integer},
    {"transpositions", Takes::flag},
    {"max_expansions", Takes::integer},
};
constexpr Parameter rewrite_members[] = {{"rewrite", Takes::text}};
constexpr Parameter range_members[] = {
    {"gte", Takes::any},
    {"gt", Takes::any},
    {"from", Takes::any},
    {"lte", Takes::any},
    {"lt", Takes::any},
    {"to", Takes::any},
    {"include_lower", Takes::flag},
    {"include_upper", Takes::flag},
    {"format", Takes::text},
    {"time_zone", Takes::text},
    {"timezone", Takes::text},
    {"relation", Takes::text},
};
constexpr Parameter exists_members[] = {{"field", Takes::text}};
constexpr Parameter terms_members[] = {{"*", Takes::any}};
constexpr Parameter ids_members[] = {
    {"values", Takes::array},
    {"type", Takes::any, Use::no_effect, "every document is of the one type _doc"},
};

constexpr QueryKind kinds[] = {
    {"exists", parse_exists, {exists_members}},
    {"fuzzy", parse_fuzzy, {fuzzy_members, rewrite_members}, BodyShape::field},
    {"ids", parse_ids, {ids_members}},
    {"prefix", parse_prefix, {prefix_members, rewrite_members}, BodyShape::field},
    {"range", parse_range, {range_members}, BodyShape::field},
    {"regexp", parse_regexp, {regexp_members, rewrite_members}, BodyShape::field},
    {"term", parse_term, {term_members}, BodyShape::field},
    {"terms", parse_terms, {terms_members}},
    {"wildcard", parse_wildcard, {wildcard_members, rewrite_members}, BodyShape::field},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::term
