// search/words/phrase_match.h -- how often a phrase is in a text: Lucene's exact and sloppy phrase
// frequency, and the edit distance of fuzzy queries. Pure functions over tokens.
#pragma once

#include "store/code/column_values.h"
#include "text/analysis/stored/analyzer.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search {

struct PhraseTerm {
    std::string token;
    bool prefix = false;     // any token that begins with it
    std::int32_t place = 0;  // in the phrase
};

/// Positions of the terms of a phrase in the values of one row, and how many tokens there are.
class TextTokens {
public:
    void clear();
    /// Adds the next value: positions go on a hundred further, so that no phrase spans two values.
    /// A null analyzer is the standard one.
    void add(std::string_view text, const std::vector<PhraseTerm>& terms,
             const text::Analyzer* analyzer = nullptr);

    /// The same of a value whose words were found without its text.
    void add(std::uint32_t words, std::span<const store::WordPlaces::Found> found,
             std::size_t terms);

    std::uint32_t length() const { return length_; }

    /// Ascending.
    const std::vector<std::int32_t>& positions(std::size_t term) const { return positions_[term]; }

private:
    std::uint32_t length_ = 0;
    std::int32_t next_ = 0;
    std::vector<std::vector<std::int32_t>> positions_;  // by term
};

/// 0: not there. One term: how often it is there. Sloppy matches count the less the further apart.
float phrase_frequency(const TextTokens& tokens, const std::vector<PhraseTerm>& terms, int slop);

/// Characters to insert, delete, replace, and swap with a neighbour where that is allowed.
std::size_t fuzzy_distance(std::string_view a, std::string_view b, bool transpositions);

}  // namespace elkhorn::search
