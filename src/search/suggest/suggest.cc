#include "search/suggest/suggest.h"

#include "base/parameter.h"
#include "base/strings.h"
#include "json/writer.h"
#include "search/base/members.h"
#include "search/query/core/query_parse.h"
#include "search/suggest/characters.h"
#include "search/suggest/completion_suggester.h"
#include "search/suggest/suggest_members.h"
#include "search/suggest/term_suggester.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace elkhorn::search {

using Suggester = std::variant<TermSuggester, CompletionSuggester>;

class SuggestRequest {
public:
    std::vector<std::pair<std::string, Suggester>> suggestions;  // by name
};

namespace {

using event::Kind;
using event::Member;
using event::Value;

std::unexpected<Failure> refused(std::string reason) {
    return refuse("illegal_argument_exception", std::move(reason));
}

Answer<int> at_least(const Member& member, int least, std::string_view reason) {
    const double number = ASK(number_option(member));
    if (number < least) return refused(std::string(reason));
    return static_cast<int>(std::min(number, 1e6));
}

Answer<TermSuggester::Mode> mode_of(const std::string& name) {
    if (name == "missing") return TermSuggester::Mode::missing;
    if (name == "popular") return TermSuggester::Mode::popular;
    if (name == "always") return TermSuggester::Mode::always;
    return refused(
        fmt::format("No enum constant org.elasticsearch.search.suggest.term."
                    "TermSuggestionBuilder.SuggestMode.{}",
                    name));
}

Answer<TermSuggester::Distance> distance_of(const std::string& name) {
    if (name == "internal" || name == "damerau_levenshtein")
        return TermSuggester::Distance::damerau;
    if (name == "levenshtein") return TermSuggester::Distance::levenshtein;
    if (name == "jaro_winkler" || name == "ngram") {
        return refused(
            fmt::format("string_distance [{}] is not there: take internal, "
                        "damerau_levenshtein or levenshtein",
                        name));
    }
    return refused(fmt::format("Illegal distance option {}", name));
}

/// Names of words and of choices.
Answer<bool> take_choice(const Member& member, TermSuggester& suggester) {
    const std::string_view name = member.name;
    if (name == "text") {
        suggester.text = ASK(text_option("term", member));
    } else if (name == "field") {
        suggester.field = ASK(text_option("term", member));
    } else if (name == "analyzer") {
        suggester.analyzer = ASK(text_option("term", member));
    } else if (name == "sort") {
        const std::string sort = ASK(text_option("term", member));
        if (sort != "score" && sort != "frequency")
            return refused(fmt::format("Illegal suggest sort {}", sort));
        suggester.by_frequency = sort == "frequency";
    } else if (name == "suggest_mode") {
        suggester.mode = ASK(mode_of(ASK(text_option("term", member))));
    } else if (name == "string_distance") {
        suggester.distance = ASK(distance_of(ASK(text_option("term", member))));
    } else {
        return false;
    }
    return true;
}

Answer<bool> take_number(const Member& member, TermSuggester& suggester) {
    const std::string_view name = member.name;
    if (name == "size") {
        suggester.size =
            static_cast<std::size_t>(ASK(at_least(member, 1, "size must be positive")));
    } else if (name == "shard_size") {
        suggester.shard_size =
            static_cast<std::size_t>(ASK(at_least(member, 1, "shardSize must be positive")));
    } else if (name == "accuracy") {
        suggester.accuracy = ASK(number_option(member));
        if (suggester.accuracy < 0 || suggester.accuracy > 1)
            return refused("accuracy must be between 0 and 1");
    } else if (name == "max_edits") {
        suggester.max_edits = ASK(at_least(member, 1, "maxEdits must be between 1 and 2"));
        if (suggester.max_edits > 2) return refused("maxEdits must be between 1 and 2");
    } else if (name == "max_inspections") {
        suggester.max_inspections =
            static_cast<std::size_t>(ASK(at_least(member, 0, "maxInspections must be positive")));
    } else if (name == "max_term_freq") {
        suggester.max_term_freq = ASK(number_option(member));
    } else if (name == "min_doc_freq") {
        suggester.min_doc_freq = ASK(number_option(member));
    } else if (name == "prefix_length") {
        suggester.prefix_length = ASK(at_least(member, 0, "prefixLength must be positive"));
    } else if (name == "min_word_length") {
        suggester.min_word_length = static_cast<std::size_t>(
            ASK(at_least(member, 1, "minWordLength must be greater or equal to 1")));
    } else {
        return false;
    }
    return true;
}

Answer<> read_term(const Value& body, TermSuggester& suggester) {
    constexpr std::array<ParameterTable, 1> tables = {term_suggester_members};
    ASK(check_members("[term] of [suggest]", body, tables));
    for (const Member& member : body.as_object().members()) {
        const bool taken =
            ASK(take_choice(member, suggester)) || ASK(take_number(member, suggester));
        if (!taken)
            return bad_syntax(
                fmt::format("suggester[term] doesn't support field [{}]", member.name));
    }
    if (suggester.field.empty())
        return refuse("parse_exception", "the required field option [field] is missing");
    return {};
}

Answer<CompletionSuggester::Fuzzy> read_fuzzy(const Value& body) {
    CompletionSuggester::Fuzzy fuzzy;
    if (!body.is(Kind::object)) return fuzzy;
    constexpr std::array<ParameterTable, 1> tables = {completion_fuzzy_members};
    ASK(check_members("[fuzzy] of [completion]", body, tables));
    for (const Member& member : body.as_object().members()) {
        if (member.name == "fuzziness") {
            const std::string edits = to_upper(ASK(text_option("fuzzy", member)));
            const auto number = to_integer(edits);
            if (edits != "AUTO" && (!number || *number < 0))
                return refused(fmt::format("Invalid fuzziness value: {}", edits));
            // AUTO would depend on a length that nobody knows yet; two is the most there is.
            fuzzy.edits =
                edits == "AUTO" ? 1 : static_cast<int>(std::min<std::int64_t>(*number, 2));
        } else if (member.name == "transpositions") {
            fuzzy.transpositions = ASK(boolean_option(member));
        } else if (member.name == "min_length") {
            fuzzy.min_length = ASK(at_least(member, 0, "fuzzyMinLength must not be negative"));
        } else if (member.name == "prefix_length") {
            fuzzy.prefix_length =
                ASK(at_least(member, 0, "fuzzyPrefixLength must not be negative"));
        }
    }
    return fuzzy;
}

Answer<CompletionSuggester> read_completion(const Value& body) {
    constexpr std::array<ParameterTable, 1> tables = {completion_members};
    const MemberCheck check = ASK(check_members("[completion] of [suggest]", body, tables));
    if (!check.undeclared.empty())
        return bad_content(fmt::format("[completion] unknown field [{}]", check.undeclared));
    CompletionSuggester suggester;
    for (const Member& member : body.as_object().members()) {
        if (member.name == "field") {
            suggester.field = ASK(text_option("completion", member));
        } else if (member.name == "size") {
            suggester.size =
                static_cast<std::size_t>(ASK(at_least(member, 1, "size must be positive")));
        } else if (member.name == "skip_duplicates") {
            suggester.skip_duplicates = ASK(boolean_option(member));
        } else if (member.name == "fuzzy") {
            const bool off = member.value.is(Kind::boolean) && !member.value.as_boolean();
            if (!off) suggester.fuzzy = ASK(read_fuzzy(member.value));
        }
    }
    if (suggester.field.empty())
        return refuse("parse_exception", "the required field option [field] is missing");
    return suggester;
}

/// What all suggesters look for, given beside them.
struct Texts {
    std::string text;
    std::optional<std::string> prefix;
    std::optional<std::string> regex;
};

Answer<Suggester> with_texts(Suggester suggester, const Texts& texts) {
    if (auto* completion = std::get_if<CompletionSuggester>(&suggester); completion != nullptr) {
        completion->regex = texts.regex && !texts.prefix;
        completion->text = texts.prefix ? *texts.prefix : texts.regex.value_or(texts.text);
        if (completion->text.empty() && !texts.prefix && !texts.regex) {
            return refuse_in_phase("illegal_argument_exception",
                                   "The required text option is missing");
        }
        return suggester;
    }
    auto& term = std::get<TermSuggester>(suggester);
    if (term.text.empty()) term.text = texts.text;
    if (term.text.empty()) return refused("The required text option is missing");
    return suggester;
}

Answer<Suggester> read_suggestion(std::string_view name, const Value& body,
                                  const std::string& text) {
    constexpr std::array<ParameterTable, 1> tables = {suggestion_members};
    ASK(check_members("[suggest]", body, tables));
    Texts texts;
    texts.text = text;
    std::optional<Suggester> suggester;
    for (const Member& member : body.as_object().members()) {
        if (member.name == "text") {
            texts.text = ASK(text_option("suggest", member));
        } else if (member.name == "prefix") {
            texts.prefix = ASK(text_option("suggest", member));
        } else if (member.name == "regex") {
            texts.regex = ASK(text_option("suggest", member));
        } else if (member.name == "term" && member.value.is(Kind::object)) {
            TermSuggester term;
            ASK(read_term(member.value, term));
            suggester = std::move(term);
        } else if (member.name == "completion" && member.value.is(Kind::object)) {
            suggester = ASK(read_completion(member.value));
        } else {
            return bad_syntax(fmt::format("suggestion does not support [{}]", member.name));
        }
    }
    if (!suggester) return bad_syntax(fmt::format("missing suggestion object in [{}]", name));
    return with_texts(std::move(*suggester), texts);
}

void write(json::Writer& out, const Suggestion& suggestion) {
    out.begin_object().member("text", suggestion.text).member("offset", suggestion.offset);
    out.member("length", suggestion.length).key("options").begin_array();
    for (const SuggestedWord& word : suggestion.options) {
        out.begin_object().member("text", word.text).member("score", word.score);
        out.member("freq", static_cast<std::int64_t>(word.frequency)).end_object();
    }
    out.end_array().end_object();
}

Answer<> write_terms(json::Writer& out, const TermSuggester& suggester,
                     const RequestContext& context) {
    for (const Suggestion& suggestion : ASK(suggest_terms(suggester, context)))
        write(out, suggestion);
    return {};
}

Answer<> write_completions(json::Writer& out, const CompletionSuggester& suggester,
                           const RequestContext& context, const ShowSource& show_source) {
    out.begin_object().member("text", suggester.text).member("offset", 0);
    out.member("length", utf16_length(suggester.text)).key("options").begin_array();
    for (const Completion& found : ASK(complete(suggester, context))) {
        out.begin_object().member("text", found.text).member("_index", found.context.index->name);
        out.member("_type", "_doc").member("_id", ASK(found.context.group->id(found.row)));
        out.member("_score", found.score);
        const std::string source = ASK(show_source(found.context, found.row));
        if (!source.empty()) out.key("_source").raw(source);
        out.end_object();
    }
    out.end_array().end_object();
    return {};
}

}  // namespace

Answer<std::shared_ptr<const SuggestRequest>> parse_suggest(const Value& body) {
    auto request = std::make_shared<SuggestRequest>();
    std::string text;
    for (const Member& member : body.as_object().members()) {
        if (member.name == "text") text = ASK(text_option("suggest", member));
    }
    for (const Member& member : body.as_object().members()) {
        if (member.name == "text") continue;
        if (!member.value.is(Kind::object)) {
            return refused(fmt::format("unexpected token [{}] after [{}]", token_name(member.value),
                                       member.name));
        }
        request->suggestions.emplace_back(member.name,
                                          ASK(read_suggestion(member.name, member.value, text)));
    }
    return request;
}

Answer<std::string> suggest(const SuggestRequest& request, const RequestContext& context,
                            const ShowSource& show_source, bool typed_keys) {
    json::Writer out;
    out.begin_object();
    for (const auto& [name, suggester] : request.suggestions) {
        const auto* term = std::get_if<TermSuggester>(&suggester);
        const std::string_view type = term != nullptr ? "term" : "completion";
        out.key(typed_keys ? fmt::format("{}#{}", type, name) : name).begin_array();
        if (term != nullptr)
            ASK(write_terms(out, *term, context));
        else
            ASK(write_completions(out, std::get<CompletionSuggester>(suggester), context,
                                  show_source));
        out.end_array();
    }
    out.end_object();
    std::string text = out.take();
    if (context.answer) ASK(context.answer->made(text.size()));
    return text;
}

}  // namespace elkhorn::search
