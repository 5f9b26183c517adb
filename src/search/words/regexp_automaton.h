// search/words/regexp_automaton.h -- Lucene's regular expressions with "both" (&) and "not" (~),
// which no backtracking-free matcher at hand has: as a table of states, made by derivatives.
//
//   ab~(c)   what is left to be read after "ab" is ~(c); after "abc" it is ~(nothing but an end)
//
// An expression's derivative by a character is the expression that the rest of the text must fit;
// expressions that are equal are one state. What may be made is bounded, so that a hostile pattern
// is refused and a text costs a table look-up a character.
#pragma once

#include "search/base/failure.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace elkhorn::search {

/// Which of Lucene's operators count; one that does not is a character.
struct RegexpFlags {
    bool intersection = true;  // &
    bool complement = true;    // ~
    bool empty = true;         // #
    bool anystring = true;     // @
    bool interval = true;      // <1-99>
    bool automaton = true;     // <name>: none has a name
};

class RegexpAutomaton {
public:
    /// The pattern must be one that Lucene reads (regexp_test sees to that).
    static Answer<RegexpAutomaton> compile(std::string_view pattern, const RegexpFlags& flags,
                                           bool case_insensitive);

    /// Whether the whole text fits.
    bool fits(std::string_view text) const;

private:
    friend class RegexpExpressions;

    std::uint32_t kind_of(std::uint32_t point) const;

    std::vector<std::uint32_t> starts_;       // of kinds of characters, ascending code points
    std::array<std::uint32_t, 128> kinds_{};  // of ASCII
    std::vector<std::uint32_t> next_;         // by state and kind
    std::vector<char> accepts_;               // by state
};

}  // namespace elkhorn::search
