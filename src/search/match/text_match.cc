#include "search/match/text_match.h"

#include "base/strings.h"
#include "search/match/patterns.h"
#include "search/match/source_nodes.h"
#include "search/match/word_expansion.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace elkhorn::search {
namespace {

Answer<NodePtr> word_node(const Scope& scope, const Field& field, const std::string& token,
                          const MatchOptions& options) {
    const int edits =
        options.fuzziness.empty() ? 0 : allowed_edits(options.fuzziness, length_of(token));
    if (edits == 0)
        return field.is_keyword() ? keyword_term(field, token) : token_term(field, token);
    return fuzzy_node(scope, field,
                      {token, edits, options.prefix_length, options.transpositions,
                       options.max_expansions, options.fuzzy_rewrite});
}

/// The words of each place.
using Places = std::vector<std::vector<QueryWord>>;

Places places_of(std::vector<QueryWord> words) {
    Places places;
    for (QueryWord& word : words) {
        if (places.empty() || places.back().front().place != word.place) places.emplace_back();
        places.back().push_back(std::move(word));
    }
    return places;
}

/// Every way through words that stand for one another is a phrase of its own.
Answer<NodePtr> phrases(const Field& field, const Places& places, const MatchOptions& options) {
    constexpr std::size_t most_ways = 256;
    const bool prefix = options.kind == MatchKind::phrase_prefix;
    if (prefix && places.size() == 1 && places[0].size() == 1)
        return text_test(field, prefix_test(places[0][0].text, false));
    std::vector<Phrase> ways{{{}, options.slop, prefix, options.max_expansions}};
    for (const auto& place : places) {
        std::vector<Phrase> longer;
        for (const Phrase& way : ways) {
            for (const QueryWord& word : place) {
                Phrase next = way;
                next.tokens.push_back(word.text);
                next.places.push_back(word.place);
                longer.push_back(std::move(next));
            }
        }
        ways = std::move(longer);
        if (ways.size() > most_ways)
            return cannot_create("too_many_clauses", "maxClauseCount is set to 256 for phrases");
    }
    std::vector<NodePtr> nodes;
    for (Phrase& way : ways)
        nodes.push_back(phrase(field, std::move(way)));
    return nodes.size() == 1 ? nodes[0] : any_of(std::move(nodes));
}

Answer<NodePtr> place_node(const Scope& scope, const Field& field,
                           const std::vector<QueryWord>& place, bool prefix,
                           const MatchOptions& options) {
    std::vector<NodePtr> nodes;
    for (const QueryWord& word : place) {
        nodes.push_back(prefix ? text_test(field, prefix_test(word.text, false))
                               : ASK(word_node(scope, field, word.text, options)));
    }
    return nodes.size() == 1 ? nodes[0] : any_of(std::move(nodes));
}

Answer<Words> analyzed(const Scope& scope, const Field& field, std::string_view text,
                       const MatchOptions& options) {
    std::shared_ptr<const text::Analyzer> analyzer;
    if (!options.analyzer.empty())
        analyzer = ASK(named_analyzer(*scope.index, options.query, options.analyzer));
    const Places places = places_of(ASK(query_words(field, text, analyzer.get())));
    Words words;
    if (places.empty()) return words;
    if (options.kind == MatchKind::phrase || options.kind == MatchKind::phrase_prefix) {
        words.node = ASK(phrases(field, places, options));
        return words;
    }
    if (places.size() > most_clauses) return too_many_clauses();
    std::vector<NodePtr> nodes;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const bool last = options.kind == MatchKind::words_prefix && i + 1 == places.size();
        nodes.push_back(ASK(place_node(scope, field, places[i], last, options)));
    }
    if (nodes.size() == 1) {
        words.node = nodes[0];
        return words;
    }
    words.joined = true;
    (options.all_words ? words.clauses.must : words.clauses.should) = std::move(nodes);
    if (!options.should_match.empty()) {
        words.clauses.should_match = ASK(should_match_count(
            static_cast<int>(words.clauses.should.size()), options.should_match));
    }
    words.node = bool_node(words.clauses);
    return words;
}

Answer<Words> exact(const Scope& scope, const Field& field, const Term& text,
                    const MatchOptions& options) {
    Words words;
    if (options.kind == MatchKind::phrase_prefix && !has_misfits(*scope.index, field)) {
        return cannot_create("illegal_argument_exception",
                             fmt::format("Can only use phrase prefix queries on text fields - not "
                                         "on [{}] which is of type [{}]",
                                         field.name, field.mapping->es_name));
    }
    const int edits = options.fuzziness.empty() || !field.is_keyword()
                          ? 0
                          : allowed_edits(options.fuzziness, length_of(text.text));
    if (edits > 0) {
        words.node = ASK(word_node(scope, field, text.text, options));
        return words;
    }
    if (options.kind == MatchKind::words_prefix && field.is_keyword()) {
        words.node = text_test(field, prefix_test(text.text, false));
        return words;
    }
    auto typed = term_node(scope, field.name, text);
    if (!has_misfits(*scope.index, field)) {
        words.node = ASK(std::move(typed));
        return words;
    }
    std::vector<NodePtr> nodes;
    if (typed) nodes.push_back(*typed);
    if (const Words misfits = ASK(analyzed(scope, field, text.text, options)); misfits.node) {
        nodes.push_back(misfits.node);
    }
    words.node = constant_node(any_of(std::move(nodes)), 1.0F);
    return words;
}

Answer<Words> match_known(const Scope& scope, const Field& field, const Term& text,
                          const MatchOptions& options) {
    const bool named = field.is_keyword() && !options.analyzer.empty();
    if (field.is_text() || named) return analyzed(scope, field, text.text, options);
    return exact(scope, field, text, options);
}

}  // namespace

Answer<Words> match_words(const Scope& scope, std::string_view name, const Term& text,
                          const MatchOptions& options) {
    Words words;
    if (name.starts_with('_') && !scope.index->mapping->find(name)) {
        words.node = ASK(term_node(scope, name, text));
        return words;
    }
    const Field field = scoped_field(scope, name);
    if (is_range_field(field)) {
        auto node = term_node(scope, name, text);
        if (!node && (!options.lenient || node.error().over))
            return std::unexpected(std::move(node).error());
        words.node = node ? *node : no_rows();
        return words;
    }
    if (!field.has_values()) {
        words.node = no_rows();
        return words;
    }
    auto found = match_known(scope, field, text, options);
    if (found || !options.lenient || found.error().over) return found;
    if (found.error().caused_by_type == "too_many_clauses") return found;  // of whatever field
    words.node = no_rows();
    return words;
}

Answer<NodePtr> match_node(const Scope& scope, std::string_view field, const Term& text,
                           const MatchOptions& options) {
    const Words words = ASK(match_words(scope, field, text, options));
    if (words.node) return words.node;
    return options.empty_matches_all ? all_rows() : no_rows();
}

std::pair<std::string, float> split_boost(std::string_view field) {
    const std::size_t caret = field.rfind('^');
    if (caret == std::string_view::npos) return {std::string(field), 1.0F};
    const auto boost = to_double(field.substr(caret + 1));
    return {std::string(field.substr(0, caret)), static_cast<float>(boost.value_or(1.0))};
}

Weights resolve_fields(const Scope& scope, const std::vector<std::string>& fields) {
    Weights weights;
    std::unordered_map<std::string, std::size_t> places;  // in weights; there may be many thousands
    const auto add = [&](const std::string& name, float boost) {
        const auto [place, is_new] = places.try_emplace(name, weights.size());
        if (is_new)
            weights.emplace_back(name, boost);
        else
            weights[place->second].second *= boost;
    };
    for (const std::string& given : fields) {
        const auto [name, boost] = split_boost(given);
        if (name.find('*') == std::string::npos) {
            add(name, boost);
            continue;
        }
        for (const std::string& found : expand_fields(*scope.index, name)) {
            if (scoped_field(scope, found).has_values()) add(found, boost);
        }
    }
    return weights;
}

Answer<int> should_match_count(int clauses, std::string_view rule) {
    rule = trim(rule);
    const auto number = [](std::string_view text) -> Answer<int> {
        const auto value = to_integer(text.starts_with('+') ? text.substr(1) : text);
        if (!value || *value > 1'000'000 || *value < -1'000'000) {
            return cannot_create("number_format_exception",
                                 fmt::format("For input string: \"{}\"", text));
        }
        return static_cast<int>(*value);
    };
    if (rule.find('<') != std::string_view::npos) {
        int result = clauses;
        for (const std::string_view part : split(rule, ' ')) {
            if (part.empty()) continue;
            const std::size_t sign = part.find('<');
            const int bound = ASK(number(part.substr(0, sign)));
            if (clauses <= bound) return result;
            if (sign == std::string_view::npos || part.substr(sign + 1).find('<') != part.npos) {
                return cannot_create("number_format_exception",
                                     fmt::format("For input string: \"{}\"", part));
            }
            result = ASK(should_match_count(clauses, part.substr(sign + 1)));
        }
        return result;
    }
    int result = clauses;
    if (rule.find('%') != std::string_view::npos) {
        const int percent = ASK(number(rule.substr(0, rule.size() - 1)));
        const float part = static_cast<float>(clauses * percent) * (1 / 100.0F);
        result = part < 0 ? clauses + static_cast<int>(part) : static_cast<int>(part);
    } else {
        const int given = ASK(number(rule));
        result = given < 0 ? clauses + given : given;
    }
    return std::max(result, 0);
}

int allowed_edits(std::string_view fuzziness, std::size_t length) {
    const std::string rule = to_upper(fuzziness);
    if (rule.starts_with("AUTO")) {
        std::size_t low = 3;
        std::size_t high = 6;
        if (const std::size_t comma = rule.find(',');
            rule.size() > 5 && comma != std::string::npos) {
            low = static_cast<std::size_t>(
                to_integer(std::string_view(rule).substr(5, comma - 5)).value_or(3));
            high = static_cast<std::size_t>(
                to_integer(std::string_view(rule).substr(comma + 1)).value_or(6));
        }
        return length < low ? 0 : length < high ? 1 : 2;
    }
    const auto edits = to_double(rule);
    return edits && *edits >= 1 ? (*edits >= 2 ? 2 : 1) : 0;
}

}  // namespace elkhorn::search
