// search/query/term/term.cc -- parsers of queries about one field's values: term, terms, range,
// exists, ids, prefix, wildcard, regexp, fuzzy.

#include "search/base/date_math.h"
#include "search/match/patterns.h"
#include "search/match/text_match.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"

#include <fmt/format.h>

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
    Common common;
};

Answer<> read_option(std::string_view query, const event::Member& member, ValueBody& body) {
    if (member.name == "case_insensitive" && query != "fuzzy") {
        body.case_insensitive = ASK(boolean_option(member));
    } else if (query == "fuzzy" && member.name == "fuzziness") {
        body.fuzziness = ASK(text_option(query, member));
    } else if (query == "fuzzy" && member.name == "prefix_length") {
        body.prefix_length = ASK(count_option(member));
    } else if (query == "fuzzy" && member.name == "transpositions") {
        body.transpositions = ASK(boolean_option(member));
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

Answer<QueryPtr> parse_terms(const Value& given) {
    std::optional<std::string> field;
    std::vector<Term> terms;
    Common common;
    for (const event::Member& member : given.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (field) return bad_syntax("[terms] query does not support multiple fields");
        if (!member.value.is(Kind::array)) {
            if (member.value.is(Kind::object)) {
                return bad_syntax(
                    "[terms] looking terms up in another document is not supported by this server");
            }
            return unsupported("terms", member.name);
        }
        field = member.name;
        for (const Value& value : member.value.as_array().values()) {
            auto term = term_of(value);
            if (value.is_null()) return bad_syntax("No value specified for terms query");
            if (!term) {
                return bad_syntax(fmt::format("[terms] unknown token [{}] after [{}]",
                                              value.is(Kind::array) ? "END_ARRAY" : "END_OBJECT",
                                              *field));
            }
            terms.push_back(std::move(*term));
        }
    }
    if (!field) {
        return bad_syntax(
            "[terms] query requires a field name, followed by array of terms or a document lookup "
            "specification");
    }
    if (terms.size() > 65'536) {
        return cannot_create(
            "illegal_argument_exception",
            fmt::format("The number of terms [{}] used in the Terms Query request has exceeded "
                        "the allowed maximum of [65536]. This maximum can be set by changing the "
                        "[index.max_terms_count] index level setting.",
                        terms.size()));
    }
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

Answer<QueryPtr> parse_prefix(const Value& given) {
    const ValueBody body = ASK(read_value("prefix", given, "prefix"));
    return make_query(
        [body](const Scope& scope) -> Answer<NodePtr> {
            return pattern_node(scope, body.field, Pattern::prefix,
                                prefix_test(keyword_text(scope, body.field, body.value.text),
                                            body.case_insensitive));
        },
        body.common, 1.0F);
}

Answer<QueryPtr> parse_wildcard(const Value& given) {
    const ValueBody body = ASK(read_value("wildcard", given, "wildcard"));
    return make_query(
        [body](const Scope& scope) -> Answer<NodePtr> {
            auto test = ASK(
                wildcard_test(text_for(scope, body.field, body.value.text), body.case_insensitive));
            return pattern_node(scope, body.field, Pattern::wildcard, std::move(test));
        },
        body.common, 1.0F);
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
                                        body.case_insensitive));
            return pattern_node(scope, body.field, Pattern::regexp, std::move(test));
        },
        body.common, 1.0F);
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
            return fuzzy_term(field, field.normalized(body.value.text), edits, body.prefix_length,
                              body.transpositions);
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
    {"flags", Takes::text, Use::refused, "every operator counts", "ALL"},
    {"flags_value", Takes::integer, Use::refused, "every operator counts", "65535 255"},
    {"max_determinized_states", Takes::integer, Use::no_effect,
     "a pattern takes time in proportion to the text"},
};
constexpr Parameter fuzzy_members[] = {
    {"value", Takes::any},
    {"fuzziness", Takes::any},
    {"prefix_length", Takes::integer},
    {"transpositions", Takes::flag},
    {"max_expansions", Takes::integer, Use::no_effect, "every word within the distance is found"},
};
constexpr Parameter rewrite_members[] = {
    {"rewrite", Takes::text, Use::refused, "what a pattern finds scores its boost",
     "constant_score"},
};
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
    {"relation", Takes::text, Use::no_effect, "a value is a point, no range"},
};
constexpr Parameter exists_members[] = {{"field", Takes::text}};
constexpr Parameter terms_members[] = {{"*", Takes::array}};
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
