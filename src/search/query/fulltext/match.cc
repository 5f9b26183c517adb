// search/query/fulltext/match.cc -- parsers of queries about words: match and its kin, multi_match,
// query_string, simple_query_string.

#include "base/strings.h"
#include "search/base/date_math.h"
#include "search/lucene/query_string.h"
#include "search/match/text_match.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace elkhorn::search::match {
namespace {

using event::Kind;
using event::Value;

/// Whether the query of that name takes the option, and what it does.
Answer<bool> take_match_option(std::string_view query, const event::Member& member,
                               MatchOptions& options) {
    const std::string_view name = member.name;
    const bool words = query == "match" || query == "match_bool_prefix" || query == "multi_match";
    const bool phrases =
        query == "match_phrase" || query == "match_phrase_prefix" || query == "multi_match";
    if (words && name == "operator") {
        options.all_words = ASK(operator_option(member));
    } else if (words && name == "minimum_should_match") {
        options.should_match = ASK(text_option(query, member));
    } else if (words && name == "fuzziness") {
        options.fuzziness = ASK(text_option(query, member));
    } else if (words && name == "prefix_length") {
        options.prefix_length = ASK(count_option(member));
    } else if (words && name == "fuzzy_transpositions") {
        options.transpositions = ASK(boolean_option(member));
    } else if (words && name == "fuzzy_rewrite") {
        options.fuzzy_rewrite = ASK(text_option(query, member));
    } else if (name == "lenient" && (query == "match" || query == "multi_match")) {
        options.lenient = ASK(boolean_option(member));
    } else if (name == "analyzer") {
        options.analyzer = ASK(text_option(query, member));
        options.query = query;
    } else if (phrases && name == "slop") {
        options.slop = ASK(count_option(member));
    } else if (name == "max_expansions" && query != "match_phrase") {
        options.max_expansions = static_cast<std::uint32_t>(ASK(count_option(member)));
    } else if (name == "zero_terms_query" && query != "match_bool_prefix") {
        const std::string when = to_lower(ASK(text_option(query, member)));
        if (when != "none" && when != "all") {
            return bad_syntax("Unsupported zero_terms_query value [" + when + "]");
        }
        options.empty_matches_all = when == "all";
    } else {
        return false;
    }
    return true;
}

Answer<QueryPtr> parse_one_field(std::string_view query, const Value& given, MatchKind kind) {
    if (given.as_object().size() == 0) return bad_syntax("No text specified for text query");
    const FieldBody field = ASK(one_field(query, given));
    MatchOptions options;
    options.kind = kind;
    Common common;
    std::optional<Term> text;
    if (field.value->is(Kind::array)) {
        Failure failure =
            refuse("illegal_state_exception", "Can't get text on a START_ARRAY at 1:1").error();
        failure.status = 500;
        return std::unexpected(std::move(failure));
    }
    if (field.value->is(Kind::object)) {
        for (const event::Member& member : field.value->as_object().members()) {
            const bool taken = ASK(take_common(member, common));
            if (taken) continue;
            if (member.name == "query") {
                text = term_of(member.value);
                if (!text) {
                    return bad_syntax(fmt::format("[{}] unknown token [{}] after [query]", query,
                                                  token_name(member.value)));
                }
                continue;
            }
            const bool known = ASK(take_match_option(query, member, options));
            if (!known) return unsupported(query, member.name);
        }
    } else {
        text = term_of(*field.value);
    }
    if (!text) return bad_syntax("No text specified for text query");
    return make_query(
        [name = field.name, words = *text, options](const Scope& scope) -> Answer<NodePtr> {
            return match_node(scope, name, words, options);
        },
        common);
}

struct MultiMatch {
    std::string text;
    std::vector<std::string> fields;
    std::string type = "best_fields";
    std::optional<double> tie_breaker;
    MatchOptions options;
    bool lenient_given = false;
};

constexpr std::array multi_match_types = {
    std::string_view("best_fields"),   std::string_view("most_fields"),
    std::string_view("cross_fields"),  std::string_view("phrase"),
    std::string_view("phrase_prefix"), std::string_view("bool_prefix")};

Answer<> check_type(const std::string& type) {
    if (std::ranges::find(multi_match_types, type) != multi_match_types.end()) return {};
    return refuse(
        "parse_exception",
        fmt::format("failed to parse [multi_match] query type [{}]. unknown type.", type));
}

Answer<NodePtr> plan_multi_match(const Scope& scope, const MultiMatch& query) {
    MatchOptions options = query.options;
    if (query.type == "phrase") options.kind = MatchKind::phrase;
    if (query.type == "phrase_prefix") options.kind = MatchKind::phrase_prefix;
    if (query.type == "bool_prefix") options.kind = MatchKind::words_prefix;
    const bool all = query.fields.empty();
    if (all && !query.lenient_given) options.lenient = true;
    const Weights fields =
        resolve_fields(scope, all ? std::vector<std::string>{"*"} : query.fields);
    const bool sums = query.type == "most_fields" || query.type == "bool_prefix";
    const auto tie_breaker = static_cast<float>(query.tie_breaker.value_or(sums ? 1.0 : 0.0));
    return match_fields(scope, fields, query.text, options, tie_breaker,
                        query.type == "cross_fields");
}

Answer<std::vector<std::string>> field_list(std::string_view query, const event::Member& member) {
    std::vector<std::string> fields;
    if (member.value.is(Kind::array)) {
        for (const Value& value : member.value.as_array().values()) {
            if (const auto field = term_of(value)) fields.push_back(field->text);
        }
        return fields;
    }
    if (!member.value.is(Kind::string) || query != "multi_match")
        return unsupported(query, member.name);
    fields.emplace_back(member.value.as_string());
    return fields;
}

/// The options that both languages share; false: not one of them.
Answer<bool> take_language_option(std::string_view query, const event::Member& member,
                                  LanguageOptions& options) {
    const std::string_view name = member.name;
    if (name == "fields") {
        options.fields = ASK(field_list(query, member));
    } else if (name == "default_operator") {
        options.all_words = ASK(operator_option(member));
    } else if (name == "lenient") {
        options.lenient = ASK(boolean_option(member));
    } else if (name == "minimum_should_match") {
        options.should_match = ASK(text_option(query, member));
    } else if (name == "fuzzy_prefix_length") {
        options.fuzzy_prefix_length = ASK(count_option(member));
    } else if (name == "fuzzy_max_expansions") {
        options.fuzzy_max_expansions = ASK(count_option(member));
    } else if (name == "fuzzy_transpositions") {
        options.fuzzy_transpositions = ASK(boolean_option(member));
    } else if (name == "analyzer") {
        options.analyzer = ASK(text_option(query, member));
    } else if (name == "quote_field_suffix") {
        options.quote_suffix = ASK(text_option(query, member));
    } else {
        return false;
    }
    return true;
}

/// How the fields of one word are joined: as was said, or as the type has it.
struct TieBreakers {
    std::optional<float> given;
    float of_type = 0;
};

Answer<bool> take_lucene_option(const event::Member& member, LanguageOptions& options,
                                TieBreakers& ties) {
    const std::string_view name = member.name;
    if (name == "default_field") {
        options.default_field = ASK(text_option("query_string", member));
    } else if (name == "time_zone") {
        options.time_zone = ASK(text_option("query_string", member));
        if (!options.time_zone.empty()) ASK(check_time_zone(options.time_zone));
    } else if (name == "fuzziness") {
        options.fuzziness = ASK(text_option("query_string", member));
    } else if (name == "phrase_slop") {
        options.phrase_slop = ASK(count_option(member));
    } else if (name == "allow_leading_wildcard") {
        options.leading_wildcard = ASK(boolean_option(member));
    } else if (name == "tie_breaker") {
        ties.given = static_cast<float>(ASK(number_option(member)));
    } else if (name == "type") {
        const std::string type = ASK(text_option("query_string", member));
        ASK(check_type(type));
        options.kind = type == "phrase"          ? MatchKind::phrase
                       : type == "phrase_prefix" ? MatchKind::phrase_prefix
                       : type == "bool_prefix"   ? MatchKind::words_prefix
                                                 : MatchKind::words;
        options.cross_fields = type == "cross_fields";
        ties.of_type = type == "most_fields" || type == "bool_prefix" ? 1.0F : 0.0F;
    } else if (name == "escape") {
        options.escape = ASK(boolean_option(member));
    } else if (name == "quote_analyzer") {
        options.quote_analyzer = ASK(text_option("query_string", member));
    } else if (name == "rewrite") {
        options.rewrite = ASK(text_option("query_string", member));

    } else {
        return false;
    }
    return true;
}

Answer<QueryPtr> parse_match(const Value& body) {
    return parse_one_field("match", body, MatchKind::words);
}

Answer<QueryPtr> parse_match_phrase(const Value& body) {
    return parse_one_field("match_phrase", body, MatchKind::phrase);
}

Answer<QueryPtr> parse_match_phrase_prefix(const Value& body) {
    return parse_one_field("match_phrase_prefix", body, MatchKind::phrase_prefix);
}

Answer<QueryPtr> parse_match_bool_prefix(const Value& body) {
    return parse_one_field("match_bool_prefix", body, MatchKind::words_prefix);
}

Answer<QueryPtr> parse_multi_match(const Value& body) {
    MultiMatch query;
    Common common;
    std::optional<Term> text;
    for (const event::Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (member.name == "query") {
            text = term_of(member.value);
        } else if (member.name == "fields") {
            query.fields = ASK(field_list("multi_match", member));
        } else if (member.name == "type") {
            query.type = ASK(text_option("multi_match", member));
            ASK(check_type(query.type));
        } else if (member.name == "tie_breaker") {
            query.tie_breaker = ASK(number_option(member));
        } else {
            query.lenient_given = query.lenient_given || member.name == "lenient";
            const bool known = ASK(take_match_option("multi_match", member, query.options));
            if (!known) return unsupported("multi_match", member.name);
        }
    }
    if (!text) return bad_syntax("No text specified for multi_match query");
    query.text = text->text;
    return make_query(
        [query](const Scope& scope) -> Answer<NodePtr> { return plan_multi_match(scope, query); },
        common);
}

Answer<QueryPtr> parse_query_string_body(const Value& body) {
    LanguageOptions options;
    options.query = "query_string";
    TieBreakers ties;
    Common common;
    std::optional<Term> text;
    for (const event::Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (member.name == "query") {
            text = term_of(member.value);
            continue;
        }
        const bool shared = ASK(take_language_option("query_string", member, options));
        if (shared) continue;
        const bool known = ASK(take_lucene_option(member, options, ties));
        if (!known) return unsupported("query_string", member.name);
    }
    options.tie_breaker = ties.given.value_or(ties.of_type);
    if (!text) return bad_syntax("[query_string] must be provided with a [query]");
    return make_query(
        [query = text->text, options](const Scope& scope) -> Answer<NodePtr> {
            if (!options.fields.empty() && options.default_field) {
                return cannot_create(
                    "query_validation_exception",
                    "Validation Failed: 1: [query_string] cannot use [fields] parameter in "
                    "conjunction with [default_field];");
            }
            return plan_query_string(scope, query, options);
        },
        common);
}

/// "AND|PREFIX", "ALL", or the bits as a number.
Answer<unsigned> simple_flags(const event::Member& member) {
    constexpr std::array known{std::pair{std::string_view("AND"), SimpleFlags::conjunction},
                               std::pair{std::string_view("NOT"), SimpleFlags::negation},
                               std::pair{std::string_view("OR"), SimpleFlags::disjunction},
                               std::pair{std::string_view("PREFIX"), SimpleFlags::prefix},
                               std::pair{std::string_view("PHRASE"), SimpleFlags::phrase},
                               std::pair{std::string_view("PRECEDENCE"), SimpleFlags::precedence},
                               std::pair{std::string_view("ESCAPE"), SimpleFlags::escape},
                               std::pair{std::string_view("WHITESPACE"), SimpleFlags::whitespace},
                               std::pair{std::string_view("FUZZY"), SimpleFlags::fuzzy},
                               std::pair{std::string_view("NEAR"), SimpleFlags::near},
                               std::pair{std::string_view("SLOP"), SimpleFlags::near},
                               std::pair{std::string_view("NONE"), 0U},
                               std::pair{std::string_view("ALL"), SimpleFlags::all}};
    if (member.value.is(Kind::integer)) {
        const std::int64_t bits = member.value.as_integer();
        return bits < 0 ? SimpleFlags::all : static_cast<unsigned>(bits) & SimpleFlags::all;
    }
    const std::string given = ASK(text_option("simple_query_string", member));
    if (given.empty()) return SimpleFlags::all;
    unsigned flags = 0;
    for (const std::string_view name : split(given, '|')) {
        const std::string upper = to_upper(name);
        const auto flag =
            std::ranges::find(known, upper, [](const auto& one) { return one.first; });
        if (flag == known.end()) {
            return refuse("illegal_argument_exception",
                          fmt::format("Unknown simple_query_string flag [{}]", name));
        }
        flags |= flag->second;
    }
    return flags;
}

Answer<QueryPtr> parse_simple_query_string(const Value& body) {
    LanguageOptions options;
    options.query = "simple_query_string";
    Common common;
    std::optional<Term> text;
    for (const event::Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (member.name == "query") {
            text = term_of(member.value);
            continue;
        }
        if (member.name == "flags") {
            options.flags = ASK(simple_flags(member));
            continue;
        }
        const bool known = ASK(take_language_option("simple_query_string", member, options));
        if (!known) return unsupported("simple_query_string", member.name);
    }
    if (!text) return bad_syntax("[simple_query_string] query text missing");
    return make_query(
        [query = text->text, options](const Scope& scope) -> Answer<NodePtr> {
            return plan_simple_query_string(scope, query, options);
        },
        common);
}

constexpr Parameter match_members[] = {
    {"query", Takes::any},
    {"operator", Takes::text},
    {"minimum_should_match", Takes::any},
    {"fuzziness", Takes::any},
    {"prefix_length", Takes::integer},
    {"fuzzy_transpositions", Takes::flag},
    {"max_expansions", Takes::integer},
    {"fuzzy_rewrite", Takes::text},
    {"analyzer", Takes::text},
};
constexpr Parameter match_only_members[] = {
    {"lenient", Takes::flag},
    {"zero_terms_query", Takes::text},
    {"cutoff_frequency", Takes::real, Use::no_effect, "frequent words cost no more than others"},
    {"auto_generate_synonyms_phrase_query", Takes::flag, Use::no_effect, "there are no synonyms"},
};
constexpr Parameter multi_match_members[] = {
    {"fields", Takes::any},
    {"type", Takes::text},
    {"tie_breaker", Takes::real},
    {"slop", Takes::integer},
    {"lenient", Takes::flag},
    {"zero_terms_query", Takes::text},
    {"cutoff_frequency", Takes::real, Use::no_effect, "frequent words cost no more than others"},
    {"auto_generate_synonyms_phrase_query", Takes::flag, Use::no_effect, "there are no synonyms"},
};
constexpr Parameter phrase_members[] = {
    {"query", Takes::any},
    {"slop", Takes::integer},
    {"zero_terms_query", Takes::text},
    {"analyzer", Takes::text},
};
constexpr Parameter phrase_prefix_members[] = {{"max_expansions", Takes::integer}};
constexpr Parameter language_members[] = {
    {"query", Takes::any},
    {"fields", Takes::array},
    {"default_operator", Takes::text},
    {"lenient", Takes::flag},
    {"minimum_should_match", Takes::any},
    {"fuzzy_prefix_length", Takes::integer},
    {"analyzer", Takes::text},
    {"analyze_wildcard", Takes::flag, Use::no_effect,
     "a pattern is compared with the words as they are indexed"},
    {"quote_field_suffix", Takes::text},
    {"auto_generate_synonyms_phrase_query", Takes::flag, Use::no_effect, "there are no synonyms"},
    {"fuzzy_max_expansions", Takes::integer},
    {"fuzzy_transpositions", Takes::flag},
};
constexpr Parameter query_string_members[] = {
    {"default_field", Takes::text},
    {"time_zone", Takes::text},
    {"fuzziness", Takes::any},
    {"phrase_slop", Takes::integer},
    {"allow_leading_wildcard", Takes::flag},
    {"tie_breaker", Takes::real},
    {"type", Takes::text},
    {"enable_position_increments", Takes::flag, Use::no_effect, "no word is left out"},
    {"escape", Takes::flag},
    {"max_determinized_states", Takes::integer, Use::no_effect,
     "a pattern takes time in proportion to the text"},
    {"rewrite", Takes::text},
    {"fuzzy_rewrite", Takes::text, Use::no_effect,
     "the nearest words count, blended, as on Elasticsearch"},
    {"quote_analyzer", Takes::text},
    {"auto_generate_phrase_queries", Takes::flag, Use::no_effect, "Elasticsearch takes it no more"},
    {"split_on_whitespace", Takes::flag, Use::no_effect, "Elasticsearch takes it no more"},
};
constexpr Parameter simple_members[] = {{"flags", Takes::any}};

constexpr QueryKind kinds[] = {
    {"match", parse_match, {match_members, match_only_members}, BodyShape::field},
    {"match_bool_prefix", parse_match_bool_prefix, {match_members}, BodyShape::field},
    {"match_phrase", parse_match_phrase, {phrase_members}, BodyShape::field},
    {"match_phrase_prefix",
     parse_match_phrase_prefix,
     {phrase_members, phrase_prefix_members},
     BodyShape::field},
    {"multi_match", parse_multi_match, {match_members, multi_match_members}},
    {"query_string", parse_query_string_body, {language_members, query_string_members}},
    {"simple_query_string", parse_simple_query_string, {language_members, simple_members}},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::match
