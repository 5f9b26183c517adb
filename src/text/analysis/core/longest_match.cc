// A pattern becomes states by Thompson's construction, built from its end to its beginning: each
// part is given the state behind it and gives the state that it begins with.

#include "text/analysis/core/longest_match.h"

#include "text/analysis/core/kinds.h"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <memory>

namespace elkhorn::text {
namespace {

constexpr std::size_t most_states = 4096;
constexpr int deepest = 100;

bool is_east(char32_t c) {
    return (c >= 0x3040 && c <= 0x318f) || (c >= 0x31f0 && c <= 0x31ff) ||
           (c >= 0x3300 && c <= 0x337f) || (c >= 0x3400 && c <= 0x4dbf) ||
           (c >= 0x4e00 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) ||
           (c >= 0xff65 && c <= 0xff9f);
}

}  // namespace

bool LongestMatch::State::takes(char32_t c) const {
    const auto code = static_cast<UChar32>(c);
    switch (kind) {
        case Kind::letter: return u_isalpha(code) != 0 && !is_east(c);
        case Kind::digit: return u_isdigit(code) != 0;
        case Kind::east: return is_east(c);
        case Kind::one: break;
        default: return false;
    }
    bool in = false;
    for (const Range& range : ranges)
        in = in || (c >= range.first && c <= range.last);
    return in != negated;
}

/// A pattern as a tree, before it is states.
class LongestMatchParser {
public:
    LongestMatchParser(WideView pattern, bool classes) : pattern_(pattern), classes_(classes) {}

    Made<LongestMatch> compile() {
        const Node root = MADE(either());
        if (at_ != pattern_.size()) return bad("an unexpected )");
        LongestMatch match;
        match.states_.push_back({});
        match.start_ = MADE(emit(match, root, 0));
        return match;
    }

private:
    using State = LongestMatch::State;
    using Kind = LongestMatch::Kind;

    struct Node {
        enum class What : std::uint8_t { one, sequence, either, repeat } what = What::sequence;
        State state = {};
        std::vector<Node> parts = {};
        std::uint32_t least = 0;
        std::optional<std::uint32_t> most = {};
    };

    std::unexpected<Refusal> bad(std::string_view what) const {
        return refused(
            fmt::format("{} at position {} of the pattern [{}]", what, at_, to_utf8(pattern_)));
    }

    bool more() const { return at_ < pattern_.size(); }

    bool take(char16_t c) {
        if (!more() || pattern_[at_] != c) return false;
        ++at_;
        return true;
    }

    Made<Node> either() {
        if (++depth_ > deepest) return bad("too many parts in one another");
        Node node;
        node.what = Node::What::either;
        do
            node.parts.push_back(MADE(sequence()));
        while (take(u'|'));
        --depth_;
        return node.parts.size() == 1 ? std::move(node.parts[0]) : node;
    }

    Made<Node> sequence() {
        Node node;
        while (more() && pattern_[at_] != u'|' && pattern_[at_] != u')')
            node.parts.push_back(MADE(repeated()));
        return node;
    }

    Made<Node> repeated() {
        Node node = MADE(atom());
        for (int times = 0; more(); ++times) {
            if (times > deepest) return bad("too many repeats");
            std::uint32_t least = 0;
            std::optional<std::uint32_t> most;
            if (take(u'?')) {
                most = 1;
            } else if (take(u'+')) {
                least = 1;
            } else if (take(u'{')) {
                least = MADE(number());
                if (!take(u','))
                    most = least;
                else if (more() && pattern_[at_] != u'}')
                    most = MADE(number());
                if (!take(u'}')) return bad("expected a }");
                if (most && *most < least) return bad("a repeat that ends before it begins");
            } else if (!take(u'*')) {
                break;
            }
            Node outer;
            outer.what = Node::What::repeat;
            outer.least = least;
            outer.most = most;
            outer.parts.push_back(std::move(node));
            node = std::move(outer);
        }
        return node;
    }

    Made<std::uint32_t> number() {
        std::uint32_t value = 0;
        const std::size_t first = at_;
        for (; more() && pattern_[at_] >= u'0' && pattern_[at_] <= u'9'; ++at_) {
            value = value * 10 + static_cast<std::uint32_t>(pattern_[at_] - u'0');
            if (value > most_states) return bad("a repeat of more than 4,096 times");
        }
        if (at_ == first) return bad("expected a number");
        return value;
    }

    Node one(std::vector<LongestMatch::Range> ranges, bool negated = false) const {
        Node node;
        node.what = Node::What::one;
        node.state.kind = Kind::one;
        node.state.negated = negated;
        node.state.ranges = std::move(ranges);
        return node;
    }

    Made<Node> atom() {
        const char32_t c = next_code_point(pattern_, at_);
        if (classes_ && c >= 0xe000 && c <= 0xe002) {
            Node node = one({});
            node.state.kind = c == 0xe000 ? Kind::letter : c == 0xe001 ? Kind::digit : Kind::east;
            return node;
        }
        switch (c) {
            case U'.': return one({}, true);
            case U'#': return Node{};
            case U'@': {
                Node node;
                node.what = Node::What::repeat;
                node.parts.push_back(one({}, true));
                return node;
            }
            case U'(': {
                if (take(u')')) return Node{};
                Node node = MADE(either());
                if (!take(u')')) return bad("expected a )");
                return node;
            }
            case U'[': return set();
            case U'"': return quoted();
            case U'&':
            case U'~':
            case U'<': return bad("& ~ and < are not supported");
            case U'\\':
                if (!more()) return bad("a \\ without what it is for");
                return literal(next_code_point(pattern_, at_));
            default: return literal(c);
        }
    }

    Node literal(char32_t c) const { return one({{c, c}}); }

    Made<Node> quoted() {
        Node node;
        while (more() && pattern_[at_] != u'"')
            node.parts.push_back(literal(next_code_point(pattern_, at_)));
        if (!take(u'"')) return bad("expected a \"");
        return node;
    }

    Made<char32_t> set_character() {
        if (take(u'\\') && !more()) return bad("a \\ without what it is for");
        if (!more()) return bad("expected a ]");
        return next_code_point(pattern_, at_);
    }

    Made<Node> set() {
        const bool negated = take(u'^');
        std::vector<LongestMatch::Range> ranges;
        while (more() && pattern_[at_] != u']') {
            const char32_t first = MADE(set_character());
            char32_t last = first;
            if (at_ + 1 < pattern_.size() && pattern_[at_] == u'-' && pattern_[at_ + 1] != u']') {
                ++at_;
                last = MADE(set_character());
            }
            ranges.push_back({first, last});
        }
        if (!take(u']')) return bad("expected a ]");
        return one(std::move(ranges), negated);
    }

    Made<std::uint32_t> put(LongestMatch& match, State state) const {
        if (match.states_.size() >= most_states)
            return refused(fmt::format("the pattern [{}] is too large", to_utf8(pattern_)));
        match.states_.push_back(std::move(state));
        return static_cast<std::uint32_t>(match.states_.size() - 1);
    }

    Made<std::uint32_t> split(LongestMatch& match, std::uint32_t a, std::uint32_t b) const {
        State state;
        state.kind = Kind::split;
        state.next = a;
        state.other = b;
        return put(match, std::move(state));
    }

    Made<std::uint32_t> emit(LongestMatch& match, const Node& node, std::uint32_t behind) const {
        switch (node.what) {
            case Node::What::one: {
                State state = node.state;
                state.next = behind;
                return put(match, std::move(state));
            }
            case Node::What::sequence:
                for (auto part = node.parts.rbegin(); part != node.parts.rend(); ++part)
                    behind = MADE(emit(match, *part, behind));
                return behind;
            case Node::What::either: {
                std::uint32_t way = MADE(emit(match, node.parts[0], behind));
                for (std::size_t i = 1; i < node.parts.size(); ++i) {
                    const std::uint32_t other = MADE(emit(match, node.parts[i], behind));
                    way = MADE(split(match, way, other));
                }
                return way;
            }
            case Node::What::repeat: return emit_repeat(match, node, behind);
        }
        return behind;
    }

    Made<std::uint32_t> emit_repeat(LongestMatch& match, const Node& node,
                                    std::uint32_t behind) const {
        std::uint32_t way = behind;
        if (node.most) {
            for (std::uint32_t i = node.least; i < *node.most; ++i) {
                const std::uint32_t part = MADE(emit(match, node.parts[0], way));
                way = MADE(split(match, part, behind));
            }
        } else {
            way = MADE(split(match, behind, behind));
            const std::uint32_t body = MADE(emit(match, node.parts[0], way));
            match.states_[way].next = body;
        }
        for (std::uint32_t i = 0; i < node.least; ++i)
            way = MADE(emit(match, node.parts[0], way));
        return way;
    }

    WideView pattern_;  // the caller's
    bool classes_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

Made<LongestMatch> LongestMatch::compile(WideView pattern, bool classes) {
    return LongestMatchParser(pattern, classes).compile();
}

void LongestMatch::add(std::vector<std::uint32_t>& alive, std::vector<std::uint32_t>& seen,
                       std::uint32_t mark, std::uint32_t state) const {
    std::vector<std::uint32_t> open{state};
    while (!open.empty()) {
        const std::uint32_t next = open.back();
        open.pop_back();
        if (seen[next] == mark) continue;
        seen[next] = mark;
        if (states_[next].kind != Kind::split) {
            alive.push_back(next);
            continue;
        }
        open.push_back(states_[next].next);
        open.push_back(states_[next].other);
    }
}

std::optional<std::size_t> LongestMatch::end_of(WideView text, std::size_t at,
                                                std::size_t& steps) const {
    std::vector<std::uint32_t> seen(states_.size());
    std::vector<std::uint32_t> alive;
    std::vector<std::uint32_t> next;
    std::uint32_t mark = 0;
    std::optional<std::size_t> end;
    add(alive, seen, ++mark, start_);
    while (true) {
        for (const std::uint32_t state : alive)
            if (states_[state].kind == Kind::accept) end = at;
        if (at >= text.size() || alive.empty()) return end;
        if (steps < alive.size() + states_.size()) {
            steps = 0;
            return end;
        }
        steps -= alive.size();
        const char32_t c = next_code_point(text, at);
        next.clear();
        ++mark;
        for (const std::uint32_t state : alive) {
            if (states_[state].takes(c)) add(next, seen, mark, states_[state].next);
        }
        alive.swap(next);
    }
}

}  // namespace elkhorn::text
