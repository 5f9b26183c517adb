// text/analysis/core/word_parts.h -- where a term is taken apart by the two word delimiter filters:
// at delimiters, at changes of case and between letters and digits. "Wi-Fi's 500mAh" has the parts
// Wi, Fi, 500, m, Ah.
#pragma once

#include "text/analysis/core/options.h"

#include <cstdint>
#include <map>
#include <string_view>

namespace elkhorn::text {

/// Bits of what a character is.
enum WordClass : std::uint8_t {
    word_lower = 1,
    word_upper = 2,
    word_digit = 4,
    word_delimiter = 8
};

constexpr std::uint8_t word_alpha = word_lower | word_upper;

struct WordRules {
    bool word_parts = true;
    bool number_parts = true;
    bool catenate_words = false;
    bool catenate_numbers = false;
    bool catenate_all = false;
    bool keep_original = false;
    bool split_on_case = true;
    bool split_on_numbers = true;
    bool possessive = true;  // 's at the end of a part goes
    bool ignore_keywords = false;
    bool adjust_offsets = true;
    WordSet protected_words;
    std::map<char16_t, std::uint8_t> table;  // characters that are something else

    std::uint8_t class_of(char16_t c) const;

    bool generates(std::uint8_t type) const {
        return (word_parts && (type & word_alpha) != 0) ||
               (number_parts && (type & word_digit) != 0);
    }

    bool catenates(std::uint8_t type) const {
        return (catenate_words && (type & word_alpha) != 0) ||
               (catenate_numbers && (type & word_digit) != 0);
    }
};

Made<WordRules> word_rules(const Options& options);

/// Walks the parts of a term. `begin` and `end` are units of the term; done() behind the last.
class WordParts {
public:
    WordParts(WideView term, const WordRules& rules);

    bool done() const { return done_; }

    std::size_t begin() const { return begin_; }

    std::size_t end() const { return end_; }

    /// Letters, digits or both.
    std::uint8_t type() const;
    /// All of the term but delimiters around it.
    bool single() const;
    void next();

private:
    bool breaks(std::uint8_t before, std::uint8_t after) const;
    bool possessive_ends_at(std::size_t at) const;

    WideView term_;  // the caller's
    const WordRules& rules_;
    std::size_t first_ = 0;
    std::size_t last_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool final_possessive_ = false;
    bool skip_possessive_ = false;
    bool done_ = false;
};

}  // namespace elkhorn::text
