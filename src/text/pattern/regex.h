// text/pattern/regex.h -- a compiled regular expression in Ruby's syntax, run by PCRE2's
// just-in-time code. PCRE2 stays behind this door.
//
//   Bounds    a search gives up after `step_limit` steps, whatever the text: no line can hang a
//             worker.
//   Threads   a Regex is immutable; each thread brings its own RegexMatches, and keeps it.
//   Bytes     texts of plain ASCII run in code without UTF-8; others in code that takes any bytes,
//             an invalid one matching nothing. The answer is the same.
#pragma once

#include "base/result.h"
#include "text/pattern/regex_syntax.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::text {

/// Whether every byte is below 0x80.
bool is_ascii(std::string_view text);

class RegexMatches {
public:
    RegexMatches();
    ~RegexMatches();
    RegexMatches(RegexMatches&&) noexcept;
    RegexMatches& operator=(RegexMatches&&) noexcept;

    /// After a search that matched; a view into its subject. Group 0 is the whole match. A group
    /// that took no part has a null data().
    std::string_view group(std::size_t i) const {
        return i < groups_.size() ? groups_[i] : std::string_view();
    }

private:
    friend class Regex;
    struct Parts;
    std::vector<std::string_view> groups_;  // into the subject
    std::unique_ptr<Parts> parts_;
};

class Regex {
public:
    enum class Outcome { matched, missed, gave_up };

    struct Options {
        bool ignore_case = false;
        bool dot_matches_newline = false;
        std::uint32_t step_limit = 10'000'000;
    };

    static Result<Regex> compile(std::string_view pattern) { return compile(pattern, Options{}); }

    static Result<Regex> compile(std::string_view pattern, const Options& options);
    static Result<Regex> compile(const RegexTree& tree, const Options& options);

    /// The leftmost match that begins at `from` or later.
    Outcome search(std::string_view subject, std::size_t from, RegexMatches& matches) const;

    /// Without groups.
    bool found_in(std::string_view subject, RegexMatches& matches) const {
        return search(subject, 0, matches) == Outcome::matched;
    }

    /// Names of groups 1, 2, ...; empty for plain parentheses.
    const std::vector<std::string>& names() const { return names_; }

private:
    struct Code;
    std::shared_ptr<const Code> ascii_;  // null where the pattern itself needs UTF-8
    std::shared_ptr<const Code> utf8_;
    std::vector<std::string> names_;
    std::string required_;  // every match holds it
    std::uint32_t step_limit_ = 0;
};

}  // namespace elkhorn::text
