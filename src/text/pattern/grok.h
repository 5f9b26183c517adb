// text/pattern/grok.h -- `%{IP:client} %{WORD:method}`: named patterns over regular expressions, as
// Logstash has them.
//
// Compiled once into a regular expression (text/pattern/regex.h) and, where the pattern is a row of
// well-known classes and literals, into a line scanner in front of it
// (text/pattern/line_scanner.h), which either gives the very same answer without a regex engine or
// says that it is not sure.
//
//   Threads   a Grok is immutable; each thread brings its own Grok::Scratch, and keeps it.
//   Bounds    a search gives up after a number of steps that `timeout_ms` scales.
#pragma once

#include "base/result.h"
#include "base/strings.h"
#include "text/pattern/regex.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::text {

class LineScanner;

/// Names and what they stand for.
class PatternLibrary {
public:
    /// What every Logstash has: text/pattern/grok_patterns.cc.
    static const PatternLibrary& standard();

    /// A later definition wins.
    void add(std::string_view name, std::string_view definition);
    /// A pattern file: a name, blanks and a definition a line; # begins a comment.
    void add_lines(std::string_view text);
    const std::string* find(std::string_view name) const;

private:
    TextMap<std::string> patterns_;
};

class Grok {
public:
    enum class Type : std::uint8_t { text, integer, real };

    struct Capture {
        std::string field;
        Type type = Type::text;
    };

    struct Options {
        bool named_captures_only = true;
        std::int64_t timeout_ms = 30'000;  // 0: as long as it takes
        bool scanner = true;               // off: for tests of the scanner
    };

    struct Scratch {
        RegexMatches matches;
        std::vector<std::string_view> scanned;
        bool by_scanner = false;

        /// After a match: what capture `i` holds, a view into the line; null data() when it took no
        /// part.
        std::string_view value(std::size_t i) const {
            return by_scanner ? scanned[i] : matches.group(i + 1);
        }
    };

    static Result<Grok> compile(std::string_view pattern, const PatternLibrary& library,
                                const Options& options);

    static Result<Grok> compile(std::string_view pattern) {
        return compile(pattern, PatternLibrary::standard(), Options{});
    }

    /// In the order of the pattern; one field may be there several times.
    const std::vector<Capture>& captures() const { return captures_; }

    bool has_scanner() const { return scanner_ != nullptr; }

    Regex::Outcome match(std::string_view line, Scratch& scratch) const;

private:
    Regex regex_;
    std::shared_ptr<const LineScanner> scanner_;  // null where the pattern is not of its kind
    std::vector<Capture> captures_;
};

}  // namespace elkhorn::text
