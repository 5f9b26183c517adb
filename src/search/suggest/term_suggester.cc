#include "search/suggest/term_suggester.h"

#include "search/base/field.h"
#include "search/match/bm25.h"
#include "search/match/text_words.h"
#include "search/suggest/characters.h"
#include "search/words/phrase_match.h"
#include "text/analysis/stored/analyzer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace elkhorn::search {
namespace {

using text::LocatedToken;

/// An index's part of the answer: words of its field with how many rows have them.
class Words {
public:
    Words(const RequestContext& request, const TermSuggester& suggester)
        : request_(request), suggester_(suggester) {}

    /// Refuses where no index has the field.
    Answer<> bind() {
        for (const auto& index : request_.indices) {
            Field field = find_field(*index, suggester_.field);
            if (!field.has_values()) continue;
            documents_ += static_cast<double>(index->documents + index->deleted);
            fields_.emplace_back(index.get(), std::move(field));
        }
        if (!fields_.empty() || request_.indices.empty()) return {};
        return refuse_in_phase("illegal_argument_exception",
                               fmt::format("no mapping found for field [{}]", suggester_.field));
    }

    double documents() const { return documents_; }

    /// The words that the text is made of, by the analyzer of the first index.
    Answer<std::vector<LocatedToken>> of_text() const {
        if (fields_.empty()) return std::vector<LocatedToken>();
        std::shared_ptr<const text::Analyzer> analyzer = fields_[0].second.analyzer;
        if (!suggester_.analyzer.empty())
            analyzer = ASK(named_analyzer(*fields_[0].first, "suggest", suggester_.analyzer));
        else if (fields_[0].second.is_keyword())
            analyzer = text::Analyzer::shared("keyword");
        if (analyzer == nullptr) analyzer = text::Analyzer::shared("");
        auto words = analyzer->located(suggester_.text);
        if (words) return std::move(*words);
        return refuse_in_phase("illegal_argument_exception",
                               "the text of a suggestion makes more words than may be held");
    }

    Answer<std::map<std::string, double>> near(const TextTest& test) const {
        std::map<std::string, double> all;
        for (const auto& [index, field] : fields_) {
            const Statistics statistics(request_, *index);
            for (const auto& [word, rows] : ASK(tokens_that_pass(statistics, field, test)))
                all[word] += rows;
        }
        return all;
    }

private:
    const RequestContext& request_;
    const TermSuggester& suggester_;
    double documents_ = 0;
    std::vector<std::pair<const store::IndexView*, Field>> fields_;
};

/// How alike two words are, 1 for the same.
float likeness(const TermSuggester& suggester, std::string_view a, std::string_view b,
               std::size_t edits) {
    const auto shorter = static_cast<float>(std::min(length_of(a), length_of(b)));
    const auto longer = static_cast<float>(std::max(length_of(a), length_of(b)));
    if (suggester.distance == TermSuggester::Distance::damerau)
        return 1.0F - static_cast<float>(edits) / std::max(1.0F, shorter);
    return 1.0F - static_cast<float>(fuzzy_distance(a, b, false)) / std::max(1.0F, longer);
}

/// How many rows a suggested word has to be in at least, and one more; nothing where the word
/// itself needs none.
std::optional<double> frequency_to_beat(const TermSuggester& suggester, double documents,
                                        double frequency) {
    if (suggester.mode == TermSuggester::Mode::missing && frequency > 0) return std::nullopt;
    const double most = suggester.max_term_freq;
    if (most >= 1 ? frequency > most : most > 0 && frequency > std::ceil(most * documents))
        return std::nullopt;
    double beat = suggester.mode == TermSuggester::Mode::popular ? frequency : 0;
    if (suggester.min_doc_freq >= 1)
        beat = std::max(beat, suggester.min_doc_freq);
    else if (suggester.min_doc_freq > 0)
        beat = std::max(beat, std::floor(suggester.min_doc_freq * documents) - 1);
    return beat;
}

struct Near {
    SuggestedWord word;
    std::size_t edits = 0;
};

Answer<std::vector<SuggestedWord>> options_of(const TermSuggester& suggester, const Words& words,
                                              const std::string& word) {
    std::vector<SuggestedWord> options;
    if (length_of(word) < suggester.min_word_length) return options;
    const auto edits = [&](std::string_view other) {
        return fuzzy_distance(word, other, true);
    };
    const auto most_edits = static_cast<std::size_t>(suggester.max_edits);
    TextTest test;
    test.prefix = beginning(word, static_cast<std::size_t>(suggester.prefix_length));
    const std::size_t room = 4 * most_edits;  // bytes of so many characters
    test.passes = [&](std::string_view other) {
        return other.size() <= word.size() + room && word.size() <= other.size() + room &&
               edits(other) <= most_edits;
    };
    const std::map<std::string, double> found = ASK(words.near(test));
    const auto itself = found.find(word);
    const auto beat =
        frequency_to_beat(suggester, words.documents(), itself == found.end() ? 0 : itself->second);
    if (!beat) return options;
    std::vector<Near> near;
    for (const auto& [text, frequency] : found) {
        if (text == word || frequency <= *beat) continue;
        const std::size_t far = edits(text);
        // As there: what is further away begins with the same letter at least.
        if (far > 1 && beginning(text, 1) != beginning(word, 1)) continue;
        const float score = likeness(suggester, word, text, far);
        if (score >= static_cast<float>(suggester.accuracy))
            near.push_back({{text, score, frequency}, far});
    }
    // Where enough are one letter away, those that are further are not looked at.
    const std::size_t wanted = std::max(suggester.shard_size, suggester.size);
    const std::size_t inspected = wanted * suggester.max_inspections;
    const auto nearest = std::ranges::count_if(near, [](const Near& one) { return one.edits < 2; });
    if (static_cast<std::size_t>(nearest) >= inspected)
        std::erase_if(near, [](const Near& one) { return one.edits > 1; });
    for (Near& one : near)
        options.push_back(std::move(one.word));
    return options;
}

void order(const TermSuggester& suggester, std::vector<SuggestedWord>& options) {
    std::ranges::sort(options, [&](const SuggestedWord& a, const SuggestedWord& b) {
        if (suggester.by_frequency && a.frequency != b.frequency) return a.frequency > b.frequency;
        if (a.score != b.score) return a.score > b.score;
        if (a.frequency != b.frequency) return a.frequency > b.frequency;
        return a.text < b.text;
    });
    if (options.size() > suggester.size) options.resize(suggester.size);
}

}  // namespace

Answer<std::vector<Suggestion>> suggest_terms(const TermSuggester& suggester,
                                              const RequestContext& context) {
    Words words(context, suggester);
    ASK(words.bind());
    std::vector<Suggestion> suggestions;
    for (const LocatedToken& token : ASK(words.of_text())) {
        ASK(context.go_on());
        Suggestion one{token.text, token.begin, token.end - token.begin, {}};
        one.options = ASK(options_of(suggester, words, token.text));
        order(suggester, one.options);
        if (context.answer) ASK(context.answer->take(sizeof(Suggestion) + token.text.size()));
        suggestions.push_back(std::move(one));
    }
    return suggestions;
}

}  // namespace elkhorn::search
