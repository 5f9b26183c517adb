// text/analysis/core/java_regex.h -- the regular expressions of analysis settings: Java's syntax
// where it is that of text/pattern/regex.h, over UTF-16 offsets.
//
//   Bounds    a search ends after so many steps, with a refusal.
#pragma once

#include "text/analysis/core/kinds.h"
#include "text/pattern/regex.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace elkhorn::text {

/// A text as UTF-8, which knows where its UTF-16 units are.
class RegexSubject {
public:
    explicit RegexSubject(WideView text);

    const std::string& bytes() const { return bytes_; }

    std::size_t unit(std::size_t byte) const { return ascii_ ? byte : units_[byte]; }

private:
    std::string bytes_;
    bool ascii_;
    std::vector<std::uint32_t> units_;  // by byte; empty for plain ASCII
};

class JavaRegex {
public:
    /// `flags` as "CASE_INSENSITIVE|DOTALL".
    static Made<JavaRegex> compile(std::string_view pattern, std::string_view flags);

    struct Match {
        /// Of group 0, 1, ... in UTF-16 units; nothing for one that took no part.
        std::vector<std::optional<std::pair<std::size_t, std::size_t>>> groups;
        std::size_t end_byte = 0;  // where the next search begins
    };

    /// The next match that begins at the byte `from` or later.
    Made<std::optional<Match>> find(const RegexSubject& subject, std::size_t from,
                                    RegexMatches& matches) const;

    std::size_t groups() const { return regex_.names().size(); }

    /// Whether the whole text matches.
    Made<bool> matches(WideView text) const;

    /// `replacement` with $1 and ${name} of a match.
    Made<Wide> replacement(WideView replacement, WideView subject, const Match& match) const;

    struct Replaced {
        std::size_t begin;  // in the text that was
        std::size_t end;
        Wide text;
    };

    /// What becomes of each match, in order; of the first alone where `all` is false.
    Made<std::vector<Replaced>> replaced(WideView text, WideView replacement, bool all) const;

private:
    explicit JavaRegex(Regex regex) : regex_(std::move(regex)) {}

    Regex regex_;
};

}  // namespace elkhorn::text
