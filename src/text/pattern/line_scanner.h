// text/pattern/line_scanner.h -- matches rows of well-known classes and literals (access logs,
// syslog, key=value) without a regex engine, and gives exactly the engine's answer or none.
//
// How equality is kept: a backtracking engine answers with the first of its choices, in a fixed
// order, that works out. The scanner walks the same choices in the same order from the start of the
// line. Where it skips choices, it does so because they are certain to fail (a run of digits cannot
// give back digits to a following blank); where a class is scanned by hand (scan_class.h) and what
// follows it then fails, the scanner does not know what the engine would try next: it is not sure,
// and the engine runs.
//
// Only lines of plain ASCII are scanned. line_scanner_test.cc compares both on mutated lines.
#pragma once

#include "text/pattern/regex_syntax.h"
#include "text/pattern/scan_class.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::text {

class LineScanner {
public:
    /// Null where the tree holds what the scanner cannot walk.
    static std::shared_ptr<const LineScanner> compile(const RegexTree& tree);

    /// True: the line matches from its start, and `captures` (one for each of the tree's names)
    /// hold what took part. False: not sure; `captures` are then of no use.
    bool scan(std::string_view line, std::span<std::string_view> captures) const;

private:
    friend class ScannerCompiler;

    using Set = std::array<bool, 256>;

    struct Step {
        enum class Kind : std::uint8_t {
            literal,
            run,         // `low` to `high` characters of a set
            open,        // capture `number` begins
            close,       // and ends
            choice,      // the first of `choices` that leads to the end
            atomic,      // choices[0] alone, then on without a way back
            look,        // the next (or the former) character is in the set, or is not
            boundary,    // \b or not
            line_start,  // ^
            line_end,    // $
            known,       // scanned by hand
            accept,      // the end of an atomic group
            end,
        };

        Kind kind = Kind::end;
        RegexNode::Greed greed = RegexNode::Greed::greedy;
        bool sole = false;     // of run: no shorter one can lead to a match
        bool ahead = true;     // of look
        bool negated = false;  // of look and boundary
        ScanClass known = nullptr;
        int number = 0;  // of open and close; of choice: the first capture from here on
        std::size_t low = 0;
        std::size_t high = 0;
        std::uint32_t next = 0;
        std::uint32_t set = 0;
        std::string text;
        std::vector<std::uint32_t> choices;
    };

    enum class Outcome { no, yes, unsure };
    struct Walk;

    Outcome walk(std::uint32_t at, std::size_t position, Walk& state) const;
    Outcome run(const Step& step, std::size_t position, Walk& state) const;
    Outcome lazy_run(const Step& step, std::size_t position, Walk& state) const;
    Outcome choose(const Step& step, std::size_t position, Walk& state) const;
    std::size_t span_of(const Step& step, std::string_view line, std::size_t position) const;
    static bool at_boundary(std::string_view line, std::size_t position);

    std::vector<Step> steps_;
    std::vector<Set> sets_;
    std::uint32_t start_ = 0;
};

}  // namespace elkhorn::text
