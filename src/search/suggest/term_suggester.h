// search/suggest/term_suggester.h -- words of a field near a word.
#pragma once

#include "search/base/context.h"
#include "search/base/failure.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search {

struct TermSuggester {
    enum class Mode : std::uint8_t { missing, popular, always };
    enum class Distance : std::uint8_t { damerau, levenshtein };

    std::string text;
    std::string field;
    std::string analyzer;  // empty: the field's
    std::size_t size = 5;
    std::size_t shard_size = 0;  // 0: as size
    bool by_frequency = false;
    Mode mode = Mode::missing;
    Distance distance = Distance::damerau;
    double accuracy = 0.5;
    int max_edits = 2;
    std::size_t max_inspections = 5;
    double max_term_freq = 0.01;
    double min_doc_freq = 0;
    int prefix_length = 1;
    std::size_t min_word_length = 4;
};

struct SuggestedWord {
    std::string text;
    float score = 0;
    double frequency = 0;
};

/// A word of the text and what it may have meant.
struct Suggestion {
    std::string text;
    std::uint32_t offset = 0;  // in UTF-16 units
    std::uint32_t length = 0;
    std::vector<SuggestedWord> options;
};

Answer<std::vector<Suggestion>> suggest_terms(const TermSuggester& suggester,
                                              const RequestContext& context);

}  // namespace elkhorn::search
