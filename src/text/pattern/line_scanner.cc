#include "text/pattern/line_scanner.h"

#include "text/pattern/regex.h"

namespace elkhorn::text {
namespace {

constexpr int step_budget = 20'000;
constexpr int depth_budget = 200;

}  // namespace

struct LineScanner::Walk {
    std::string_view line;
    std::span<std::string_view> captures;
    std::array<std::uint32_t, 64> starts;
    std::size_t accepted = 0;  // where the innermost atomic group ended
    int steps = 0;
    int depth = 0;
};

bool LineScanner::at_boundary(std::string_view line, std::size_t position) {
    const auto word = [](char c) {
        return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
    };
    const bool before = position > 0 && word(line[position - 1]);
    const bool after = position < line.size() && word(line[position]);
    return before != after;
}

std::size_t LineScanner::span_of(const Step& step, std::string_view line,
                                 std::size_t position) const {
    const Set& set = sets_[step.set];
    const std::size_t end = step.high > line.size() - position ? line.size() : position + step.high;
    std::size_t i = position;
    while (i < end && set[static_cast<unsigned char>(line[i])])
        ++i;
    return i - position;
}

LineScanner::Outcome LineScanner::run(const Step& step, std::size_t position, Walk& state) const {
    std::size_t size = span_of(step, state.line, position);
    const Step& next = steps_[step.next];
    while (true) {
        if (size < step.low) return Outcome::no;
        const bool hopeless =
            next.kind == Step::Kind::literal &&
            (position + size >= state.line.size() || state.line[position + size] != next.text[0]);
        if (!hopeless) {
            const Outcome outcome = walk(step.next, position + size, state);
            if (outcome != Outcome::no) return outcome;
        }
        if (size == 0) return Outcome::no;
        --size;
    }
}

LineScanner::Outcome LineScanner::lazy_run(const Step& step, std::size_t position,
                                           Walk& state) const {
    const std::size_t limit = span_of(step, state.line, position);
    const Step& next = steps_[step.next];
    for (std::size_t size = step.low; size <= limit; ++size) {
        if (next.kind == Step::Kind::literal) {
            const std::size_t found = state.line.find(next.text, position + size);
            if (found == std::string_view::npos || found - position > limit) return Outcome::no;
            size = found - position;
        }
        const Outcome outcome = walk(step.next, position + size, state);
        if (outcome != Outcome::no) return outcome;
    }
    return Outcome::no;
}

LineScanner::Outcome LineScanner::choose(const Step& step, std::size_t position,
                                         Walk& state) const {
    for (const std::uint32_t choice : step.choices) {
        const Outcome outcome = walk(choice, position, state);
        if (outcome != Outcome::no) return outcome;
        for (std::size_t i = static_cast<std::size_t>(step.number); i < state.captures.size();
             ++i) {
            state.captures[i] = {};
        }
    }
    return Outcome::no;
}

LineScanner::Outcome LineScanner::walk(std::uint32_t at, std::size_t position, Walk& state) const {
    using Kind = Step::Kind;
    const std::string_view line = state.line;
    if (++state.depth > depth_budget) return Outcome::unsure;
    bool guessed = false;  // a class scanned by hand, which could match otherwise, is behind us
    const auto leave = [&](Outcome outcome) {
        --state.depth;
        return outcome == Outcome::no && guessed ? Outcome::unsure : outcome;
    };
    while (true) {
        if (++state.steps > step_budget) return leave(Outcome::unsure);
        const Step& step = steps_[at];
        switch (step.kind) {
            case Kind::literal:
                if (!line.substr(position).starts_with(step.text)) return leave(Outcome::no);
                position += step.text.size();
                break;
            case Kind::run: {
                if (step.greed == RegexNode::Greed::lazy)
                    return leave(lazy_run(step, position, state));
                if (!step.sole) return leave(run(step, position, state));
                const std::size_t size = span_of(step, line, position);
                if (size < step.low) return leave(Outcome::no);
                position += size;
                break;
            }
            case Kind::open:
                state.starts[static_cast<std::size_t>(step.number)] =
                    static_cast<std::uint32_t>(position);
                break;
            case Kind::close: {
                const std::size_t start = state.starts[static_cast<std::size_t>(step.number)];
                state.captures[static_cast<std::size_t>(step.number)] =
                    line.substr(start, position - start);
                break;
            }
            case Kind::choice: return leave(choose(step, position, state));
            case Kind::atomic: {
                const Outcome inside = walk(step.choices[0], position, state);
                if (inside != Outcome::yes) return leave(inside);
                position = state.accepted;
                break;
            }
            case Kind::look: {
                const bool there = step.ahead ? position < line.size() : position > 0;
                const bool fits = there && sets_[step.set][static_cast<unsigned char>(
                                               line[step.ahead ? position : position - 1])];
                if (fits == step.negated) return leave(Outcome::no);
                break;
            }
            case Kind::boundary:
                if (at_boundary(line, position) == step.negated) return leave(Outcome::no);
                break;
            case Kind::line_start:
                if (position > 0 && line[position - 1] != '\n') return leave(Outcome::no);
                break;
            case Kind::line_end:
                if (position < line.size() && line[position] != '\n') return leave(Outcome::no);
                break;
            case Kind::known: {
                const Scanned scanned = step.known(line, position);
                if (scanned.kind == Scanned::Kind::no) return leave(Outcome::no);
                if (scanned.kind == Scanned::Kind::unsure) return leave(Outcome::unsure);
                position += scanned.size;
                guessed = guessed || !scanned.sole;
                break;
            }
            case Kind::accept: state.accepted = position; return leave(Outcome::yes);
            case Kind::end: return leave(Outcome::yes);
        }
        at = step.next;
    }
}

bool LineScanner::scan(std::string_view line, std::span<std::string_view> captures) const {
    if (line.size() > (1U << 20) || !is_ascii(line)) return false;
    Walk state;
    state.line = line;
    state.captures = captures;
    return walk(start_, 0, state) == Outcome::yes;
}

}  // namespace elkhorn::text
