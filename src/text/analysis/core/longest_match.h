// text/analysis/core/longest_match.h -- the longest match of a pattern at a place, in time that
// does not depend on what the pattern is: Lucene's own syntax of regular expressions, as
// simple_pattern has it.
//
//   . a|b (a) a* a+ a? a{2} a{2,} a{2,3} [a-z] [^a-z] "text" \x # (nothing) @ (any text)
//
//   Bounds    4,096 states a pattern; what & ~ and <1-9> would need is refused.
//   Cost      a step for each character and each state that is alive.
#pragma once

#include "text/analysis/core/token.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace elkhorn::text {

class LongestMatch {
public:
    /// With `classes` U+E000 stands for a letter, U+E001 for a digit and U+E002 for a character of
    /// Chinese or Japanese, which is no letter then.
    static Made<LongestMatch> compile(WideView pattern, bool classes = false);

    /// Where the longest match that begins at `at` ends; nothing where there is none. Takes what it
    /// does off `steps`, and stops at none.
    std::optional<std::size_t> end_of(WideView text, std::size_t at, std::size_t& steps) const;

private:
    friend class LongestMatchParser;

    enum class Kind : std::uint8_t { one, split, accept, letter, digit, east };

    struct Range {
        char32_t first;
        char32_t last;
    };

    struct State {
        Kind kind = Kind::accept;
        bool negated = false;
        std::uint32_t next = 0;
        std::uint32_t other = 0;  // of a split
        std::vector<Range> ranges = {};

        bool takes(char32_t c) const;
    };

    void add(std::vector<std::uint32_t>& alive, std::vector<std::uint32_t>& seen,
             std::uint32_t mark, std::uint32_t state) const;

    std::vector<State> states_;
    std::uint32_t start_ = 0;
};

}  // namespace elkhorn::text
