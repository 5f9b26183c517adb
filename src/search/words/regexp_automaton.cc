#include "search/words/regexp_automaton.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace elkhorn::search {
namespace {

constexpr std::size_t most_states = 10'000;
constexpr std::size_t most_entries = 1 << 18;  // of the table: states by kinds of characters
constexpr std::size_t most_expressions = 100'000;
constexpr std::uint32_t last_point = 0x10'ffff;

using Range = std::pair<std::uint32_t, std::uint32_t>;  // both ends belong to it
using Ranges = std::vector<Range>;

std::uint32_t take_point(std::string_view text, std::size_t& at) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    std::uint32_t point = more == 0 ? lead : lead & (0x3fU >> static_cast<unsigned>(more));
    for (int i = 0; i < more && at < text.size(); ++i)
        point = point << 6U | (static_cast<unsigned char>(text[at++]) & 0x3fU);
    return std::min(point, last_point);
}

Ranges inverted(Ranges ranges) {
    std::ranges::sort(ranges);
    Ranges others;
    std::uint32_t from = 0;
    for (const auto& [first, last] : ranges) {
        if (first > from) others.emplace_back(from, first - 1);
        from = std::max(from, last + 1);
    }
    if (from <= last_point) others.emplace_back(from, last_point);
    return others;
}

/// \d \s \w and, of the great letter, all others.
Ranges class_of(char letter) {
    Ranges ranges;
    switch (letter | 0x20) {
        case 'd': ranges = {{'0', '9'}}; break;
        case 's': ranges = {{'\t', '\n'}, {'\r', '\r'}, {' ', ' '}}; break;
        default: ranges = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}; break;
    }
    return letter < 'a' ? inverted(std::move(ranges)) : ranges;
}

Ranges with_both_cases(Ranges ranges) {
    const std::size_t given = ranges.size();
    for (std::size_t i = 0; i < given; ++i) {
        const auto [first, last] = ranges[i];
        const std::uint32_t small = std::max<std::uint32_t>(first, 'a');
        const std::uint32_t great = std::max<std::uint32_t>(first, 'A');
        if (small <= std::min<std::uint32_t>(last, 'z'))
            ranges.emplace_back(small - 32, std::min<std::uint32_t>(last, 'z') - 32);
        if (great <= std::min<std::uint32_t>(last, 'Z'))
            ranges.emplace_back(great + 32, std::min<std::uint32_t>(last, 'Z') + 32);
    }
    return ranges;
}

}  // namespace

/// Expressions, each made once: equal ones have one number.
class RegexpExpressions {
public:
    using Id = std::uint32_t;

    RegexpExpressions() {
        make({Kind::nothing, {}, {}});
        make({Kind::end, {}, {}});
        make({Kind::complement, {nothing}, {}});
    }

    static constexpr Id nothing = 0;
    static constexpr Id end = 1;
    static constexpr Id everything = 2;

    bool too_many() const { return all_.size() > most_expressions; }

    Id set(Ranges ranges) {
        std::ranges::sort(ranges);
        return ranges.empty() ? nothing : make({Kind::set, {}, std::move(ranges)});
    }

    Id sequence(Id first, Id second) {
        if (first == nothing || second == nothing) return nothing;
        if (first == end) return second;
        if (second == end) return first;
        if (all_[first].kind == Kind::sequence) {
            const auto parts = all_[first].parts;
            return sequence(parts[0], sequence(parts[1], second));
        }
        return make({Kind::sequence, {first, second}, {}});
    }

    Id any(const std::vector<Id>& given) {
        std::vector<Id> parts = joined(Kind::any, given);
        std::erase(parts, nothing);
        if (std::ranges::binary_search(parts, everything)) return everything;
        if (parts.empty()) return nothing;
        return parts.size() == 1 ? parts[0] : make({Kind::any, std::move(parts), {}});
    }

    Id all(const std::vector<Id>& given) {
        std::vector<Id> parts = joined(Kind::all, given);
        std::erase(parts, everything);
        if (std::ranges::binary_search(parts, nothing)) return nothing;
        if (parts.empty()) return everything;
        return parts.size() == 1 ? parts[0] : make({Kind::all, std::move(parts), {}});
    }

    Id complement(Id part) {
        if (all_[part].kind == Kind::complement) return all_[part].parts[0];
        return make({Kind::complement, {part}, {}});
    }

    Id star(Id part) {
        if (part == nothing || part == end) return end;
        return all_[part].kind == Kind::star ? part : make({Kind::star, {part}, {}});
    }

    /// Whether the empty text fits.
    bool may_end(Id id) const { return all_[id].may_end; }

    /// What the rest must fit once `point` was read.
    Id derivative(Id id, std::uint32_t point) {
        const auto known = derived_.find({id, point});
        if (known != derived_.end()) return known->second;
        const Id rest = derive(id, point);
        derived_.emplace(std::pair(id, point), rest);
        return rest;
    }

    /// Builds the table of states that can be reached from `first`; false: there are too many.
    bool fill(RegexpAutomaton& automaton, Id first) {
        find_kinds(automaton);
        std::map<Id, std::uint32_t> numbers{{first, 0}};
        std::vector<Id> states{first};
        for (std::size_t state = 0; state < states.size(); ++state) {
            automaton.accepts_.push_back(may_end(states[state]) ? 1 : 0);
            for (const std::uint32_t point : automaton.starts_) {
                const Id rest = derivative(states[state], point);
                const auto [number, is_new] =
                    numbers.try_emplace(rest, static_cast<std::uint32_t>(states.size()));
                if (is_new) states.push_back(rest);
                automaton.next_.push_back(number->second);
            }
            if (states.size() > most_states || automaton.next_.size() > most_entries || too_many())
                return false;
            derived_.clear();
        }
        return true;
    }

private:
    enum class Kind : std::uint8_t { nothing, end, set, sequence, any, all, complement, star };

    struct Expression {
        Kind kind;
        std::vector<Id> parts;
        Ranges ranges;
        bool may_end = false;

        auto key() const { return std::tie(kind, parts, ranges); }
    };

    /// The parts of parts of the same kind in their place, each once.
    std::vector<Id> joined(Kind kind, const std::vector<Id>& given) const {
        std::vector<Id> parts;
        for (const Id part : given) {
            if (all_[part].kind == kind)
                parts.insert(parts.end(), all_[part].parts.begin(), all_[part].parts.end());
            else
                parts.push_back(part);
        }
        std::ranges::sort(parts);
        parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
        return parts;
    }

    Id make(Expression made) {
        const auto ends = [&](Id part) {
            return all_[part].may_end;
        };
        switch (made.kind) {
            case Kind::nothing:
            case Kind::set: break;
            case Kind::end:
            case Kind::star: made.may_end = true; break;
            case Kind::any: made.may_end = std::ranges::any_of(made.parts, ends); break;
            case Kind::complement: made.may_end = !ends(made.parts[0]); break;
            default: made.may_end = std::ranges::all_of(made.parts, ends); break;
        }
        auto key = std::tuple(made.kind, made.parts, made.ranges);
        const auto [place, is_new] =
            numbers_.try_emplace(std::move(key), static_cast<Id>(all_.size()));
        if (is_new) all_.push_back(std::move(made));
        return place->second;
    }

    Id derive(Id id, std::uint32_t point) {
        if (too_many()) return nothing;
        const Expression expression = all_[id];  // a copy: what is made moves the others
        std::vector<Id> rests;
        switch (expression.kind) {
            case Kind::nothing:
            case Kind::end: return nothing;
            case Kind::set: {
                const bool holds = std::ranges::any_of(expression.ranges, [&](const Range& range) {
                    return point >= range.first && point <= range.second;
                });
                return holds ? end : nothing;
            }
            case Kind::sequence: {
                const auto& [first, second] = std::pair(expression.parts[0], expression.parts[1]);
                const Id rest = sequence(derivative(first, point), second);
                return may_end(first) ? any({rest, derivative(second, point)}) : rest;
            }
            case Kind::complement: return complement(derivative(expression.parts[0], point));
            case Kind::star: return sequence(derivative(expression.parts[0], point), id);
            case Kind::any:
            case Kind::all:
                for (const Id part : expression.parts)
                    rests.push_back(derivative(part, point));
                return expression.kind == Kind::any ? any(rests) : all(rests);
        }
        return nothing;
    }

    /// Characters that no set of the pattern tells apart are of one kind.
    void find_kinds(RegexpAutomaton& automaton) const {
        std::vector<std::uint32_t>& starts = automaton.starts_;
        starts.push_back(0);
        for (const Expression& expression : all_) {
            for (const auto& [first, last] : expression.ranges) {
                starts.push_back(first);
                if (last < last_point) starts.push_back(last + 1);
            }
        }
        std::ranges::sort(starts);
        starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
        for (std::uint32_t point = 0; point < automaton.kinds_.size(); ++point)
            automaton.kinds_[point] = static_cast<std::uint32_t>(
                std::ranges::upper_bound(starts, point) - starts.begin() - 1);
    }

    std::vector<Expression> all_;
    std::map<std::tuple<Kind, std::vector<Id>, Ranges>, Id> numbers_;
    std::map<std::pair<Id, std::uint32_t>, Id> derived_;
};

namespace {

/// Reads a pattern by Lucene's grammar; what it would complain of is never met here.
class Reader {
public:
    using Id = RegexpExpressions::Id;

    Reader(std::string_view pattern, const RegexpFlags& flags, bool both_cases,
           RegexpExpressions& expressions)
        : pattern_(pattern), flags_(flags), both_cases_(both_cases), make_(expressions) {}

    Id read() { return pattern_.empty() ? RegexpExpressions::end : read_any(); }

private:
    bool more() const { return at_ < pattern_.size() && !make_.too_many(); }

    bool peek(std::string_view any) const { return more() && any.find(pattern_[at_]) != any.npos; }

    bool take(char c) {
        if (!more() || pattern_[at_] != c) return false;
        ++at_;
        return true;
    }

    Id read_any() {
        std::vector<Id> parts;
        do
            parts.push_back(read_all());
        while (take('|'));
        return make_.any(parts);
    }

    Id read_all() {
        std::vector<Id> parts;
        do
            parts.push_back(read_sequence());
        while (flags_.intersection && take('&'));
        return make_.all(parts);
    }

    Id read_sequence() {
        std::vector<Id> parts;
        do
            parts.push_back(read_repeated());
        while (more() && !peek(flags_.intersection ? ")|&" : ")|"));
        Id all = RegexpExpressions::end;
        for (auto part = parts.rbegin(); part != parts.rend(); ++part)
            all = make_.sequence(*part, all);
        return all;
    }

    Id read_repeated() {
        Id part = read_complement();
        while (peek("?*+{")) {
            if (take('?')) {
                part = make_.any({part, RegexpExpressions::end});
            } else if (take('*')) {
                part = make_.star(part);
            } else if (take('+')) {
                part = make_.sequence(part, make_.star(part));
            } else {
                take('{');
                part = read_counts(part);
            }
        }
        return part;
    }

    std::uint32_t read_number() {
        std::uint32_t number = 0;
        while (peek("0123456789"))
            number = std::min<std::uint32_t>(
                most_expressions, number * 10 + static_cast<std::uint32_t>(pattern_[at_++] - '0'));
        return number;
    }

    Id read_counts(Id part) {
        const std::uint32_t least = read_number();
        std::optional<std::uint32_t> most = least;
        if (take(',')) most = peek("0123456789") ? std::optional(read_number()) : std::nullopt;
        take('}');
        if (most && *most < least) return RegexpExpressions::nothing;
        Id all = most ? RegexpExpressions::end : make_.star(part);
        for (std::uint32_t i = least; most && i < *most && !make_.too_many(); ++i)
            all = make_.any({make_.sequence(part, all), RegexpExpressions::end});
        for (std::uint32_t i = 0; i < least && !make_.too_many(); ++i)
            all = make_.sequence(part, all);
        return all;
    }

    Id read_complement() {
        if (flags_.complement && take('~')) return make_.complement(read_complement());
        if (take('[')) return read_class();
        return read_single();
    }

    Id read_single() {
        if (take('.')) return make_.set({{0, last_point}});
        if (flags_.empty && take('#')) return RegexpExpressions::nothing;
        if (flags_.anystring && take('@')) return RegexpExpressions::everything;
        if (take('"')) {
            const std::size_t from = at_;
            at_ = std::min(pattern_.find('"', at_), pattern_.size());
            const Id text = literal(pattern_.substr(from, at_ - from));
            take('"');
            return text;
        }
        if (take('(')) {
            const Id inside = peek(")") ? RegexpExpressions::end : read_any();
            take(')');
            return inside;
        }
        if (flags_.interval && peek("<")) return read_interval();
        if (take('\\') && peek("dDsSwW")) return make_.set(class_of(pattern_[at_++]));
        return more() ? one(take_point(pattern_, at_)) : RegexpExpressions::end;
    }

    Id one(std::uint32_t point) { return set({{point, point}}); }

    Id set(Ranges ranges) {
        return make_.set(both_cases_ ? with_both_cases(std::move(ranges)) : std::move(ranges));
    }

    Id literal(std::string_view text) {
        std::vector<std::uint32_t> points;
        for (std::size_t at = 0; at < text.size();)
            points.push_back(take_point(text, at));
        Id all = RegexpExpressions::end;
        for (auto point = points.rbegin(); point != points.rend(); ++point)
            all = make_.sequence(one(*point), all);
        return all;
    }

    Id read_interval() {
        const std::size_t close = pattern_.find('>', at_);
        const std::string_view inner = pattern_.substr(at_ + 1, close - at_ - 1);
        at_ = close + 1;
        const std::size_t dash = inner.find('-');
        const std::int64_t from = to_integer(inner.substr(0, dash)).value_or(0);
        const std::int64_t to = to_integer(inner.substr(dash + 1)).value_or(0);
        std::vector<Id> numbers;
        for (std::int64_t i = std::min(from, to); i <= std::max(from, to); ++i)
            numbers.push_back(make_.sequence(make_.star(one('0')), literal(std::to_string(i))));
        return make_.any(numbers);
    }

    Id read_class() {
        const bool inverse = take('^');
        Ranges ranges;
        do {
            if (peek("\\") && at_ + 1 < pattern_.size() &&
                std::string_view("dDsSwW").find(pattern_[at_ + 1]) != std::string_view::npos) {
                const Ranges more_of_them = class_of(pattern_[at_ + 1]);
                ranges.insert(ranges.end(), more_of_them.begin(), more_of_them.end());
                at_ += 2;
                continue;
            }
            take('\\');
            if (!more()) break;
            const std::uint32_t first = take_point(pattern_, at_);
            ranges.emplace_back(first, first);
            if (!take('-')) continue;
            if (peek("]")) {
                ranges.emplace_back('-', '-');
                continue;
            }
            take('\\');
            if (more()) ranges.back().second = take_point(pattern_, at_);
        } while (more() && !peek("]"));
        take(']');
        if (both_cases_) ranges = with_both_cases(std::move(ranges));
        return make_.set(inverse ? inverted(std::move(ranges)) : std::move(ranges));
    }

    std::string_view pattern_;  // the caller's
    const RegexpFlags& flags_;  // the caller's
    bool both_cases_;
    RegexpExpressions& make_;  // the caller's
    std::size_t at_ = 0;
};

}  // namespace

Answer<RegexpAutomaton> RegexpAutomaton::compile(std::string_view pattern, const RegexpFlags& flags,
                                                 bool case_insensitive) {
    RegexpExpressions expressions;
    const auto first = Reader(pattern, flags, case_insensitive, expressions).read();
    RegexpAutomaton automaton;
    if (!expressions.too_many() && expressions.fill(automaton, first)) return automaton;
    return cannot_create(
        "too_complex_to_determinize_exception",
        fmt::format("Determinizing the regular expression [{}] would result in more than {} "
                    "states.",
                    pattern, most_states));
}

std::uint32_t RegexpAutomaton::kind_of(std::uint32_t point) const {
    if (point < kinds_.size()) return kinds_[point];
    return static_cast<std::uint32_t>(std::ranges::upper_bound(starts_, point) - starts_.begin() -
                                      1);
}

bool RegexpAutomaton::fits(std::string_view text) const {
    std::size_t state = 0;
    for (std::size_t at = 0; at < text.size();)
        state = next_[state * starts_.size() + kind_of(take_point(text, at))];
    return accepts_[state] != 0;
}

}  // namespace elkhorn::search
