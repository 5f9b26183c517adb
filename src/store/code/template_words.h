// store/code/template_words.h -- which of the wanted words stand where in texts that are kept as
// templates, and how often, by ordinals alone: a template's constant places are looked at once, and
// of the others those whose values may be a wanted word.
#pragma once

#include "store/code/template_text.h"

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace elkhorn::store {

Result<std::unique_ptr<WordPlaces>> word_places_in(std::shared_ptr<const TemplateTexts> texts,
                                                   std::vector<WantedWord> wanted);

/// The words that are in a text more than once, of all texts of a column: the others are there
/// once, and whoever scores needs to look at no text. Const and thread-safe.
class WordRepeats {
public:
    /// One walk over all words of the column, some 30 ns each.
    static Result<WordRepeats> find(const TemplateTexts& texts);

    std::uint64_t memory_bytes() const {
        return of_values_.capacity() * sizeof(Entry) + of_templates_.capacity() * sizeof(Entry);
    }

private:
    friend class TemplateCounts;  // template_repeats.cc

    /// A word by the ordinal of its first form, or a number with the highest bit set.
    using Key = std::uint64_t;

    struct Entry {
        Key key;
        std::uint32_t of;  // a value, or a template
        std::uint32_t times;

        auto operator<=>(const Entry&) const = default;
    };

    static constexpr Key number_bit = 1ULL << 63;

    /// By ordinal: forms of one word have one key, and digits are numbers wherever they stand.
    static Result<std::vector<Key>> keys_of(const TokenIndexReader& index);
    /// Those of one key, ascending by `of`.
    static std::span<const Entry> entries(const std::vector<Entry>& all, Key key);

    std::vector<Entry> of_values_;     // by key
    std::vector<Entry> of_templates_;  // of words that stand in constant places alone
};

Result<std::unique_ptr<WordCounts>> word_counts_in(std::shared_ptr<const TemplateTexts> texts,
                                                   std::shared_ptr<const WordRepeats> repeats,
                                                   std::string_view word);

}  // namespace elkhorn::store
