#include "search/match/word_expansion.h"

#include "base/strings.h"
#include "search/match/bm25.h"
#include "search/match/patterns.h"
#include "search/match/text_words.h"
#include "search/words/phrase_match.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <utility>
#include <vector>

namespace elkhorn::search {
namespace {

struct Word {
    std::string text;
    float boost = 1;
    double rows = 0;
};

using Weigh = std::function<float(std::string_view)>;

Answer<std::map<std::string, double>> words_that_pass(const Scope& scope, const Field& field,
                                                      const TextTest& test, std::size_t most) {
    if (scope.request == nullptr) return std::map<std::string, double>();
    const Statistics documents(*scope.request, *scope.index);
    if (scope.nested.empty()) return tokens_that_pass(documents, field, test, most);
    const Statistics objects(documents, scope.nested);
    return tokens_that_pass(objects, field, test, most);
}

/// The best first; of equal ones the first in order.
Answer<std::vector<Word>> best_words(const Scope& scope, const Field& field, const TextTest& test,
                                     const Rewrite& rewrite, const Weigh& weigh) {
    const bool all = rewrite.kind == Rewrite::Kind::scoring;
    std::vector<Word> words;
    for (const auto& [text, rows] : ASK(words_that_pass(
             scope, field, test, all ? most_clauses : std::numeric_limits<std::size_t>::max())))
        words.push_back({text, weigh(text), rows});
    if (all) {
        if (words.size() > most_clauses) return too_many_clauses();
        return words;
    }
    std::ranges::stable_sort(words, std::greater(), &Word::boost);
    if (words.size() > rewrite.most) words.resize(rewrite.most);
    return words;
}

Answer<NodePtr> written_out(const Scope& scope, const Field& field, const TextTest& test,
                            const Rewrite& rewrite, const Weigh& weigh) {
    const auto words = ASK(best_words(scope, field, test, rewrite, weigh));
    double commonest = 0;
    for (const Word& word : words)
        commonest = std::max(commonest, word.rows);
    std::vector<NodePtr> nodes;
    for (const Word& word : words) {
        const bool blended = rewrite.kind == Rewrite::Kind::top_blended;
        const auto frequency = blended ? std::optional(commonest) : std::nullopt;
        NodePtr node = field.is_text() ? token_term(field, word.text, frequency)
                                       : keyword_term(field, word.text, frequency);
        if (rewrite.kind == Rewrite::Kind::top_boost) node = constant_node(std::move(node), 1.0F);
        nodes.push_back(boosted(std::move(node), word.boost));
    }
    return any_of(std::move(nodes));
}

struct NamedRewrite {
    std::string_view name;
    Rewrite::Kind kind;
};

constexpr std::array whole_names{
    NamedRewrite{"constant_score", Rewrite::Kind::constant},
    NamedRewrite{"constant_score_boolean", Rewrite::Kind::constant},
    NamedRewrite{"constant_score_auto", Rewrite::Kind::constant},
    NamedRewrite{"scoring_boolean", Rewrite::Kind::scoring},
};

/// With a number behind; the longer names first.
constexpr std::array numbered_names{
    NamedRewrite{"top_terms_blended_freqs_", Rewrite::Kind::top_blended},
    NamedRewrite{"top_terms_boost_", Rewrite::Kind::top_boost},
    NamedRewrite{"top_terms_", Rewrite::Kind::top},
};

}  // namespace

Answer<Rewrite> rewrite_of(std::string_view name, const Rewrite& usual) {
    if (name.empty()) return usual;
    for (const NamedRewrite& known : whole_names) {
        if (name == known.name) return Rewrite{known.kind, 1024};
    }
    for (const NamedRewrite& known : numbered_names) {
        if (!name.starts_with(known.name)) continue;
        const auto most = to_integer(name.substr(known.name.size()));
        if (most && *most > 0 && *most <= 1024)
            return Rewrite{known.kind, static_cast<std::size_t>(*most)};
    }
    return cannot_create("illegal_argument_exception",
                         fmt::format("Failed to parse rewrite_method [{}]", name));
}

Answer<NodePtr> expanded(const Scope& scope, const Field& field, const TextTest& pattern,
                         const Rewrite& rewrite) {
    if (rewrite.kind == Rewrite::Kind::constant) return text_test(field, pattern);
    return written_out(scope, field, pattern, rewrite, [](std::string_view) { return 1.0F; });
}

Answer<NodePtr> fuzzy_node(const Scope& scope, const Field& field, const Fuzzy& fuzzy) {
    const Rewrite rewrite =
        ASK(rewrite_of(fuzzy.rewrite, {Rewrite::Kind::top_blended, fuzzy.max_expansions}));
    const TextTest near =
        fuzzy_test(fuzzy.word, fuzzy.edits, fuzzy.prefix_length, fuzzy.transpositions);
    if (rewrite.kind == Rewrite::Kind::constant) return text_test(field, near);
    return written_out(scope, field, near, rewrite, [&](std::string_view text) {
        const auto distance =
            static_cast<float>(fuzzy_distance(fuzzy.word, text, fuzzy.transpositions));
        const auto shorter = static_cast<float>(std::min(length_of(text), length_of(fuzzy.word)));
        return 1.0F - distance / std::max(1.0F, shorter);
    });
}

}  // namespace elkhorn::search
