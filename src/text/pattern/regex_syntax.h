// text/pattern/regex_syntax.h -- Ruby's regular expressions (Oniguruma), and grok's `%{NAME:field}`
// in them, as a tree: what the PCRE2 text, the literals that every match must hold, and the line
// scanner are made from.
//
// Where the two dialects differ: \h is a hex digit, ^ and $ are line ends, (?m) lets the dot match
// a line break, a{,3} counts from 0, a{2}+ repeats a{2}, classes nest and intersect, group names
// hold any characters, and plain parentheses do not capture once there is a named group.
#pragma once

#include "base/result.h"

#include <bitset>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::text {

struct RegexNode {
    enum class Kind : std::uint8_t {
        literal,    // `text`, bytes
        any,        // the dot
        set,        // one character of a class; `text` is PCRE2's spelling
        sequence,   // all `children`
        choice,     // the first of `children` that fits
        repeat,     // children[0], `low` to `high` times
        group,      // children[0]; captured when `capture` > 0
        atomic,     // children[0], its first match only
        look,       // children[0] ahead or behind
        assertion,  // `text`: ^ $ \b \B \A \z \Z \G
        flags,      // `text`: from here on; with a child: within it
        reference,  // to the text of group `capture`
        raw,        // `text` as it stands: \R \X \K
    };
    enum class Greed : std::uint8_t { greedy, lazy, possessive };

    static constexpr int no_limit = -1;

    Kind kind = Kind::sequence;
    Greed greed = Greed::greedy;
    bool ahead = true;         // of look
    bool negated = false;      // of look
    bool ignore_case = false;  // of literal and set
    bool ascii_known = false;  // `ascii` holds the class as far as ASCII goes
    int low = 0;
    int high = no_limit;
    int capture = 0;
    std::string text;
    std::string pattern;  // of a group that was %{PATTERN}: its name
    std::bitset<128> ascii;
    std::vector<RegexNode> children;
};

struct RegexTree {
    RegexNode root;
    std::vector<std::string> names;  // of captures 1, 2, ...; empty for plain parentheses
};

struct RegexSyntax {
    /// Makes %{NAME} mean something: the definition of a pattern, or null.
    std::function<const std::string*(std::string_view name)> find;
    bool dot_matches_newline = false;
    bool capture_plain = true;           // parentheses capture where no group has a name
    bool capture_every_pattern = false;  // %{IP} captures as IP
};

/// Errors name the column, and the pattern when it was reached through %{NAME}.
Result<RegexTree> parse_regex(std::string_view pattern, const RegexSyntax& syntax);

/// For PCRE2 with MULTILINE and without EXTENDED; the dot by RegexSyntax::dot_matches_newline.
std::string to_pcre2(const RegexTree& tree);

/// The longest text that every match holds; may be empty.
std::string required_literal(const RegexTree& tree);

}  // namespace elkhorn::text
