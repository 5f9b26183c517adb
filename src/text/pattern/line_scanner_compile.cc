// text/pattern/line_scanner_compile.cc -- from an expression's tree to the scanner's steps, or to
// the insight that it is not of the scanner's kind.

#include "text/pattern/line_scanner.h"

#include <algorithm>
#include <optional>

namespace elkhorn::text {

class ScannerCompiler {
public:
    using Step = LineScanner::Step;
    using Set = LineScanner::Set;
    using Kind = RegexNode::Kind;

    static constexpr std::size_t step_limit = 4000;
    static constexpr int copy_limit = 8;
    static constexpr std::size_t no_limit = ~std::size_t{0};

    explicit ScannerCompiler(LineScanner& out) : out_(out) {}

    bool compile(const RegexTree& tree) {
        if (tree.names.size() > 64) return false;
        const std::uint32_t end = add({});
        const auto start = build(tree.root, end);
        if (!start) return false;
        out_.start_ = *start;
        for (Step& step : out_.steps_)
            step.sole = is_sole(step);
        return true;
    }

private:
    using Index = std::optional<std::uint32_t>;

    std::uint32_t add(Step step) {
        out_.steps_.push_back(std::move(step));
        return static_cast<std::uint32_t>(out_.steps_.size() - 1);
    }

    std::uint32_t add_set(const Set& set) {
        const auto it = std::ranges::find(out_.sets_, set);
        if (it != out_.sets_.end()) return static_cast<std::uint32_t>(it - out_.sets_.begin());
        out_.sets_.push_back(set);
        return static_cast<std::uint32_t>(out_.sets_.size() - 1);
    }

    /// The node as one character of a set, looking through groups that capture nothing.
    static std::optional<Set> as_set(const RegexNode& node) {
        Set set{};
        switch (node.kind) {
            case Kind::any: set.fill(true); return set;
            case Kind::set:
                if (!node.ascii_known || node.ignore_case) return std::nullopt;
                for (std::size_t c = 0; c < 128; ++c)
                    set[c] = node.ascii.test(c);
                return set;
            case Kind::literal:
                if (node.text.size() != 1 || node.ignore_case || (node.text[0] & 0x80) != 0) {
                    return std::nullopt;
                }
                set[static_cast<unsigned char>(node.text[0])] = true;
                return set;
            case Kind::group:
                if (node.capture > 0) return std::nullopt;
                return as_set(node.children[0]);
            case Kind::sequence:
                if (node.children.size() != 1) return std::nullopt;
                return as_set(node.children[0]);
            default: return std::nullopt;
        }
    }

    /// The steps for `node`, going on at `next`. Nothing when the scanner cannot walk it.
    Index build(const RegexNode& node, std::uint32_t next) {
        if (out_.steps_.size() > step_limit) return std::nullopt;
        if (const auto set = as_set(node); set && node.kind != Kind::literal) {
            return add_run(*set, 1, 1, RegexNode::Greed::greedy, next);
        }
        switch (node.kind) {
            case Kind::literal: return literal(node, next);
            case Kind::sequence: return sequence(node, next);
            case Kind::choice: return choice(node, next);
            case Kind::repeat: return repeat(node, next);
            case Kind::group: return group(node, next);
            case Kind::atomic: return atomic(node.children[0], next);
            case Kind::look: return look(node, next);
            case Kind::assertion: return assertion(node, next);
            default: return std::nullopt;
        }
    }

    Index literal(const RegexNode& node, std::uint32_t next) {
        if (node.ignore_case) return std::nullopt;
        Step step;
        step.kind = Step::Kind::literal;
        step.text = node.text;
        step.next = next;
        return add(std::move(step));
    }

    Index sequence(const RegexNode& node, std::uint32_t next) {
        for (auto child = node.children.rbegin(); child != node.children.rend(); ++child) {
            const Index built = build(*child, next);
            if (!built) return std::nullopt;
            next = *built;
        }
        return next;
    }

    Index choice(const RegexNode& node, std::uint32_t next) {
        Step step;
        step.kind = Step::Kind::choice;
        step.number = first_capture(node);
        for (const RegexNode& child : node.children) {
            const Index built = build(child, next);
            if (!built) return std::nullopt;
            step.choices.push_back(*built);
        }
        return add(std::move(step));
    }

    /// Captures are numbered from left to right: a way that failed can have set those from here on.
    /// Where the choice itself captures nothing, what follows it is unknown here, and none is
    /// forgotten; they are then set again by the same steps or belong to an inner choice, which
    /// forgets them.
    static int first_capture(const RegexNode& node) {
        int first = node.capture > 0 ? node.capture - 1 : 64;
        for (const RegexNode& child : node.children)
            first = std::min(first, first_capture(child));
        return first;
    }

    Index group(const RegexNode& node, std::uint32_t next) {
        if (node.capture == 0) return group_body(node, next);
        Step close;
        close.kind = Step::Kind::close;
        close.number = node.capture - 1;
        close.next = next;
        const Index body = group_body(node, add(close));
        if (!body) return std::nullopt;
        Step open;
        open.kind = Step::Kind::open;
        open.number = node.capture - 1;
        open.next = *body;
        return add(open);
    }

    Index group_body(const RegexNode& node, std::uint32_t next) {
        const ScanClass known = captures_inside(node) ? nullptr : known_class(node);
        if (known == nullptr) return build(node.children[0], next);
        Step step;
        step.kind = Step::Kind::known;
        step.known = known;
        step.next = next;
        return add(step);
    }

    static bool captures_inside(const RegexNode& node) {
        return std::ranges::any_of(node.children, [](const RegexNode& child) {
            return child.capture > 0 || captures_inside(child);
        });
    }

    static ScanClass known_class(const RegexNode& node) {
        if (node.pattern.empty()) return nullptr;
        RegexTree tree;
        tree.root = node.children[0];
        return find_scan_class(to_pcre2(tree));
    }

    Index atomic(const RegexNode& inside, std::uint32_t next) {
        Step accept;
        accept.kind = Step::Kind::accept;
        const Index body = build(inside, add(accept));
        if (!body) return std::nullopt;
        Step step;
        step.kind = Step::Kind::atomic;
        step.choices.push_back(*body);
        step.next = next;
        return add(std::move(step));
    }

    std::uint32_t add_run(const Set& set, std::size_t low, std::size_t high, RegexNode::Greed greed,
                          std::uint32_t next) {
        Step step;
        step.kind = Step::Kind::run;
        step.greed = greed;
        step.low = low;
        step.high = high;
        step.set = add_set(set);
        step.next = next;
        return add(step);
    }

    Index repeat(const RegexNode& node, std::uint32_t next) {
        const RegexNode& inside = node.children[0];
        if (const auto set = as_set(inside)) {
            const auto high =
                node.high == RegexNode::no_limit ? no_limit : static_cast<std::size_t>(node.high);
            return add_run(*set, static_cast<std::size_t>(node.low), high, node.greed, next);
        }
        if (node.greed == RegexNode::Greed::possessive) {
            RegexNode greedy = node;
            greedy.greed = RegexNode::Greed::greedy;
            return atomic(greedy, next);
        }
        if (node.high == RegexNode::no_limit || node.high > copy_limit) return std::nullopt;
        if (node.high > 1 && (inside.capture > 0 || captures_inside(inside))) return std::nullopt;
        return copies(node, next);
    }

    /// a{1,3} is a(?:a(?:a)?)?
    Index copies(const RegexNode& node, std::uint32_t next) {
        std::uint32_t at = next;
        for (int i = node.high; i > 0; --i) {
            const Index body = build(node.children[0], at);
            if (!body) return std::nullopt;
            if (i <= node.low) {
                at = *body;
                continue;
            }
            Step step;
            step.kind = Step::Kind::choice;
            step.number = first_capture(node);
            step.choices = {*body, next};
            if (node.greed == RegexNode::Greed::lazy) std::swap(step.choices[0], step.choices[1]);
            at = add(std::move(step));
        }
        return at;
    }

    Index look(const RegexNode& node, std::uint32_t next) {
        const auto set = as_set(node.children[0]);
        if (!set) return std::nullopt;
        Step step;
        step.kind = Step::Kind::look;
        step.ahead = node.ahead;
        step.negated = node.negated;
        step.set = add_set(*set);
        step.next = next;
        return add(step);
    }

    Index assertion(const RegexNode& node, std::uint32_t next) {
        Step step;
        step.next = next;
        step.negated = node.text == "\\B";
        if (node.text == "\\b" || node.text == "\\B")
            step.kind = Step::Kind::boundary;
        else if (node.text == "^")
            step.kind = Step::Kind::line_start;
        else if (node.text == "$")
            step.kind = Step::Kind::line_end;
        else
            return std::nullopt;
        return add(step);
    }

    /// Whether the longest run is the only one that can lead on: what follows must take a
    /// character, and cannot take one that the run would have to give back.
    bool is_sole(const Step& step) const {
        if (step.kind != Step::Kind::run) return false;
        if (step.greed == RegexNode::Greed::possessive) return true;
        if (step.low == step.high) return true;
        if (step.greed == RegexNode::Greed::lazy) return false;
        Set first{};
        if (!first_characters(step.next, first, 0)) return false;
        const Set& own = out_.sets_[step.set];
        for (std::size_t c = 0; c < own.size(); ++c) {
            if (own[c] && first[c]) return false;
        }
        return true;
    }

    /// Adds the characters that the steps at `at` can begin with; false when they may take none, or
    /// when it is not known.
    bool first_characters(std::uint32_t at, Set& first, int depth) const {
        for (; depth < 50; ++depth) {
            const Step& step = out_.steps_[at];
            switch (step.kind) {
                case Step::Kind::literal:
                    first[static_cast<unsigned char>(step.text[0])] = true;
                    return true;
                case Step::Kind::run: {
                    const Set& set = out_.sets_[step.set];
                    for (std::size_t c = 0; c < set.size(); ++c)
                        first[c] = first[c] || set[c];
                    if (step.low > 0) return true;
                    break;
                }
                case Step::Kind::choice:
                    return std::ranges::all_of(step.choices, [&](std::uint32_t choice) {
                        return first_characters(choice, first, depth + 1);
                    });
                case Step::Kind::open:
                case Step::Kind::close:
                case Step::Kind::look:
                case Step::Kind::boundary:
                case Step::Kind::line_start:
                case Step::Kind::line_end: break;
                default: return false;
            }
            at = step.next;
        }
        return false;
    }

    LineScanner& out_;
};

std::shared_ptr<const LineScanner> LineScanner::compile(const RegexTree& tree) {
    auto scanner = std::make_shared<LineScanner>();
    if (!ScannerCompiler(*scanner).compile(tree)) return nullptr;
    return scanner;
}

}  // namespace elkhorn::text
