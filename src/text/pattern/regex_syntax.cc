#include "text/pattern/regex_syntax.h"

#include "text/pattern/regex_class.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::text {
namespace {

using Kind = RegexNode::Kind;
using Greed = RegexNode::Greed;

constexpr int depth_limit = 200;
constexpr std::size_t node_limit = 100'000;
constexpr int repeat_limit = 65'535;  // PCRE2's

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_pattern_name(char c) {
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '-';
}

bool is_field_name(char c) {
    return is_pattern_name(c) || c == '@' || c == '[' || c == ']' || c == ':' || c == '.';
}

/// `%{NAME:field=definition}` at the front of a text.
struct GrokReference {
    std::string_view name;
    std::string_view field;
    std::string_view definition;
    bool defines = false;
    std::size_t size = 0;

    static bool read(std::string_view text, GrokReference& out) {
        if (!text.starts_with("%{")) return false;
        std::size_t i = 2;
        while (i < text.size() && is_pattern_name(text[i]))
            ++i;
        out.name = text.substr(2, i - 2);
        if (out.name.empty()) return false;
        if (i < text.size() && text[i] == ':') {
            const std::size_t start = ++i;
            while (i < text.size() && is_field_name(text[i]))
                ++i;
            out.field = text.substr(start, i - start);
        }
        const std::size_t equals = i;
        int depth = 0;
        for (; i < text.size(); ++i) {
            if (text[i] == '\\')
                ++i;
            else if (text[i] == '{')
                ++depth;
            else if (text[i] == '}' && depth-- == 0)
                break;
        }
        if (i >= text.size()) return false;
        out.defines = text[equals] == '=';
        if (out.defines) out.definition = text.substr(equals + 1, i - equals - 1);
        out.size = i + 1;
        return true;
    }
};

class Parser {
public:
    explicit Parser(const RegexSyntax& syntax) : syntax_(syntax) {}

    Result<RegexTree> whole(std::string_view pattern) {
        named_ = syntax_.find != nullptr || !syntax_.capture_plain || has_named_group(pattern);
        RegexTree tree;
        tree.root = TRY(text(pattern));
        tree.names = std::move(names_);
        return tree;
    }

private:
    struct Flags {
        bool ignore_case = false;
        bool extended = false;
    };

    static bool has_named_group(std::string_view pattern) {
        for (std::size_t at = pattern.find("(?"); at != pattern.npos;
             at = pattern.find("(?", at + 1)) {
            const std::string_view rest = pattern.substr(at + 2);
            if (rest.starts_with('\'')) return true;
            if (rest.starts_with('<') && !rest.starts_with("<=") && !rest.starts_with("<!"))
                return true;
        }
        return false;
    }

    /// A pattern of its own: the whole, or the definition behind a %{NAME}.
    Result<RegexNode> text(std::string_view pattern) {
        const std::string_view outer = rest_;
        const Flags outer_flags = flags_;
        rest_ = pattern;
        auto node = alternatives(true);
        const std::size_t column = pattern.size() - rest_.size() + 1;
        rest_ = outer;
        flags_ = outer_flags;
        if (!node) return within(fmt::format("column {}", column), std::move(node).error());
        return node;
    }

    Result<RegexNode> alternatives(bool top) {
        if (++depth_ > depth_limit) return fail(ErrorCode::invalid, "nested too deeply");
        RegexNode choice;
        choice.kind = Kind::choice;
        while (true) {
            choice.children.push_back(TRY(sequence()));
            if (!rest_.starts_with('|')) break;
            rest_.remove_prefix(1);
        }
        --depth_;
        if (top && !rest_.empty()) return fail(ErrorCode::invalid, "a ) without its (");
        if (choice.children.size() == 1) {
            RegexNode only = std::move(choice.children[0]);
            return only;
        }
        return choice;
    }

    Result<RegexNode> sequence() {
        RegexNode sequence;
        while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
            if (skip_blank()) continue;
            if (++nodes_ > node_limit)
                return fail(ErrorCode::too_large, "the pattern is too large");
            RegexNode atom = TRY(this->atom());
            if (atom.kind == Kind::sequence && atom.children.empty()) continue;  // a comment
            atom = TRY(repeated(std::move(atom)));
            RegexNode* last = sequence.children.empty() ? nullptr : &sequence.children.back();
            if (last != nullptr && last->kind == Kind::literal && atom.kind == Kind::literal &&
                last->ignore_case == atom.ignore_case) {
                last->text += atom.text;
            } else {
                sequence.children.push_back(std::move(atom));
            }
        }
        return sequence;
    }

    bool skip_blank() {
        if (!flags_.extended) return false;
        const char c = rest_.front();
        if (c == '#') {
            const std::size_t end = rest_.find('\n');
            rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
            return true;
        }
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r') return false;
        rest_.remove_prefix(1);
        return true;
    }

    /// `{2,3}` at the front: its bounds and its length, or 0.
    std::size_t braces(int& low, int& high) const {
        if (!rest_.starts_with('{')) return 0;
        std::size_t i = 1;
        const auto number = [&](int& out) {
            const std::size_t start = i;
            out = 0;
            while (i < rest_.size() && is_digit(rest_[i]) && i - start < 6) {
                out = out * 10 + (rest_[i++] - '0');
            }
            return i > start;
        };
        const bool has_low = number(low);
        if (!has_low) low = 0;
        high = low;
        bool has_high = false;
        if (i < rest_.size() && rest_[i] == ',') {
            ++i;
            has_high = number(high);
            if (!has_high) high = RegexNode::no_limit;
        }
        if (i >= rest_.size() || rest_[i] != '}' || (!has_low && !has_high)) return 0;
        return i + 1;
    }

    Result<RegexNode> repeated(RegexNode atom) {
        while (true) {
            while (!rest_.empty() && skip_blank()) {
            }
            if (rest_.empty()) return atom;
            RegexNode repeat;
            repeat.kind = Kind::repeat;
            std::size_t size = 1;
            const char c = rest_.front();
            bool braced = false;
            if (c == '*') {
                repeat.low = 0;
            } else if (c == '+') {
                repeat.low = 1;
            } else if (c == '?') {
                repeat.high = 1;
            } else {
                size = braces(repeat.low, repeat.high);
                braced = true;
                if (size == 0) return atom;
                if (repeat.low > repeat_limit || repeat.high > repeat_limit) {
                    return fail(ErrorCode::invalid, "a { } counts too far");
                }
                if (repeat.high != RegexNode::no_limit && repeat.high < repeat.low) {
                    return fail(ErrorCode::invalid, "a { } counts backwards");
                }
            }
            rest_.remove_prefix(size);
            // In Ruby a{2}+ repeats a{2}, and a{2}? makes it optional.
            const bool exact = braced && repeat.low == repeat.high;
            if (rest_.starts_with('?') && !exact) {
                repeat.greed = Greed::lazy;
                rest_.remove_prefix(1);
            } else if (rest_.starts_with('+') && !braced) {
                repeat.greed = Greed::possessive;
                rest_.remove_prefix(1);
            }
            if (++depth_of_repeats_ > node_limit)
                return fail(ErrorCode::too_large, "too many repeats");
            repeat.children.push_back(std::move(atom));
            atom = std::move(repeat);
        }
    }

    RegexNode literal(std::string_view bytes) const {
        RegexNode node;
        node.kind = Kind::literal;
        node.ignore_case = flags_.ignore_case;
        node.text = bytes;
        return node;
    }

    static RegexNode spelled(Kind kind, std::string_view text) {
        RegexNode node;
        node.kind = kind;
        node.text = text;
        return node;
    }

    Result<RegexNode> atom() {
        const char c = rest_.front();
        if (c == '%' && syntax_.find) {
            GrokReference reference;
            if (GrokReference::read(rest_, reference)) return pattern(reference);
        }
        switch (c) {
            case '(': return group();
            case '[': {
                RegexNode node = TRY(parse_class(rest_));
                node.ignore_case = flags_.ignore_case;
                return node;
            }
            case '.': rest_.remove_prefix(1); return spelled(Kind::any, ".");
            case '^':
            case '$': rest_.remove_prefix(1); return spelled(Kind::assertion, c == '^' ? "^" : "$");
            case '\\': return escape();
            case '*':
            case '+':
            case '?': return fail(ErrorCode::invalid, fmt::format("nothing before the {}", c));
            default: {
                const std::string_view before = rest_;
                take_code_point(rest_);
                return literal(before.substr(0, before.size() - rest_.size()));
            }
        }
    }

    Result<RegexNode> escape() {
        if (rest_.size() < 2) return fail(ErrorCode::invalid, "a backslash stands at the end");
        const char c = rest_[1];
        RegexNode set;
        if (escape_set(c, set)) {
            rest_.remove_prefix(2);
            return set;
        }
        if (std::string_view("bBAzZG").find(c) != std::string_view::npos) {
            const auto text = rest_.substr(0, 2);
            rest_.remove_prefix(2);
            return spelled(Kind::assertion, text);
        }
        if (c == 'R' || c == 'X' || c == 'K') {
            const auto text = rest_.substr(0, 2);
            rest_.remove_prefix(2);
            return spelled(Kind::raw, text);
        }
        if ((c == 'p' || c == 'P') && rest_.size() > 2 && rest_[2] == '{') {
            const std::size_t end = rest_.find('}');
            if (end == rest_.npos) return fail(ErrorCode::invalid, "a \\p{ is not closed");
            RegexNode node = spelled(Kind::set, rest_.substr(0, end + 1));
            rest_.remove_prefix(end + 1);
            return node;
        }
        if (c == 'k' || (c >= '1' && c <= '9')) return back_reference();
        if (c == 'g') return fail(ErrorCode::invalid, "calls of groups (\\g) are not supported");
        const std::uint32_t code_point = TRY(read_escape(rest_));
        std::string bytes;
        append_utf8(bytes, code_point);
        return literal(bytes);
    }

    static void append_utf8(std::string& out, std::uint32_t c) {
        const auto put = [&](std::uint32_t byte) {
            out.push_back(static_cast<char>(byte));
        };
        if (c < 0x80) {
            put(c);
        } else if (c < 0x800) {
            put(0xC0 | c >> 6);
            put(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            put(0xE0 | c >> 12);
            put(0x80 | (c >> 6 & 0x3F));
            put(0x80 | (c & 0x3F));
        } else {
            put(0xF0 | c >> 18);
            put(0x80 | (c >> 12 & 0x3F));
            put(0x80 | (c >> 6 & 0x3F));
            put(0x80 | (c & 0x3F));
        }
    }

    Result<RegexNode> back_reference() {
        RegexNode node = spelled(Kind::reference, "");
        if (rest_[1] != 'k') {
            std::size_t i = 1;
            while (i < rest_.size() && is_digit(rest_[i]) && i < 4) {
                node.capture = node.capture * 10 + (rest_[i++] - '0');
            }
            rest_.remove_prefix(i);
        } else {
            const std::size_t end = rest_.find_first_of(">'", 3);
            if (end == rest_.npos) return fail(ErrorCode::invalid, "a \\k is not closed");
            const std::string_view name = rest_.substr(3, end - 3);
            rest_.remove_prefix(end + 1);
            const auto last = std::find(names_.rbegin(), names_.rend(), name);
            if (last != names_.rend()) node.capture = static_cast<int>(names_.rend() - last);
        }
        if (node.capture < 1 || static_cast<std::size_t>(node.capture) > names_.size()) {
            return fail(ErrorCode::invalid, "a reference to a group that is not there");
        }
        return node;
    }

    Result<RegexNode> pattern(const GrokReference& reference) {
        const std::string* definition = nullptr;
        std::string own;
        if (reference.defines) {
            own = reference.definition;
            definition = &own;
        } else {
            definition = syntax_.find(reference.name);
        }
        if (definition == nullptr) {
            return fail(ErrorCode::invalid, fmt::format("there is no pattern {}", reference.name));
        }
        if (++pattern_depth_ > depth_limit / 4) {
            return fail(ErrorCode::invalid,
                        fmt::format("the pattern {} refers to itself", reference.name));
        }
        RegexNode node;
        node.kind = Kind::group;
        node.pattern = reference.name;
        if (!reference.field.empty())
            node.capture = capture(reference.field);
        else if (syntax_.capture_every_pattern)
            node.capture = capture(reference.name);
        auto inside = text(*definition);
        if (!inside) return within(fmt::format("in {}", reference.name), std::move(inside).error());
        node.children.push_back(std::move(*inside));
        --pattern_depth_;
        rest_.remove_prefix(reference.size);
        return node;
    }

    int capture(std::string_view name) {
        names_.emplace_back(name);
        return static_cast<int>(names_.size());
    }

    Result<RegexNode> group() {
        rest_.remove_prefix(1);
        RegexNode node;
        node.kind = Kind::group;
        const Flags outer = flags_;
        if (rest_.starts_with('?')) {
            bool complete = false;
            TRY(special_group(node, complete));
            if (complete) return node;
        } else if (!named_) {
            node.capture = capture("");
        }
        node.children.push_back(TRY(alternatives(false)));
        if (!rest_.starts_with(')')) return fail(ErrorCode::invalid, "a ( is not closed by a )");
        rest_.remove_prefix(1);
        flags_ = outer;
        return node;
    }

    bool take(std::string_view symbol) {
        if (!rest_.starts_with(symbol)) return false;
        rest_.remove_prefix(symbol.size());
        return true;
    }

    /// What follows `(?`; `complete` when nothing more belongs to the group.
    Result<> special_group(RegexNode& node, bool& complete) {
        if (take("?:")) return {};
        if (take("?#")) {
            const std::size_t end = rest_.find(')');
            if (end == rest_.npos) return fail(ErrorCode::invalid, "a comment is not closed");
            rest_.remove_prefix(end + 1);
            node = RegexNode();
            complete = true;
            return {};
        }
        if (take("?>")) {
            node.kind = Kind::atomic;
            return {};
        }
        for (const auto& [symbol, ahead, negated] : looks) {
            if (!take(symbol)) continue;
            node.kind = Kind::look;
            node.ahead = ahead;
            node.negated = negated;
            return {};
        }
        if (rest_.starts_with("?<") || rest_.starts_with("?'")) {
            const char close = rest_[1] == '<' ? '>' : '\'';
            const std::size_t end = rest_.find(close, 2);
            if (end == rest_.npos || end == 2)
                return fail(ErrorCode::invalid, "a group's name is not closed");
            node.capture = capture(rest_.substr(2, end - 2));
            rest_.remove_prefix(end + 1);
            return {};
        }
        return flag_group(node, complete);
    }

    Result<> flag_group(RegexNode& node, bool& complete) {
        rest_.remove_prefix(1);
        node.kind = Kind::flags;
        bool on = true;
        for (; !rest_.empty() && rest_.front() != ':' && rest_.front() != ')';
             rest_.remove_prefix(1)) {
            switch (rest_.front()) {
                case '-':
                    on = false;
                    node.text += '-';
                    break;
                case 'i':
                    flags_.ignore_case = on;
                    node.text += 'i';
                    break;
                case 'm': node.text += 's'; break;
                case 'x': flags_.extended = on; break;
                case 'a':
                case 'u':
                case 'd': break;
                default: return fail(ErrorCode::invalid, "an unknown kind of group (?");
            }
        }
        if (rest_.empty()) return fail(ErrorCode::invalid, "a (? is not closed");
        complete = rest_.front() == ')';
        rest_.remove_prefix(1);
        return {};
    }

    struct Look {
        std::string_view symbol;
        bool ahead;
        bool negated;
    };

    static constexpr Look looks[] = {
        {"?=", true, false}, {"?!", true, true}, {"?<=", false, false}, {"?<!", false, true}};

    const RegexSyntax& syntax_;
    std::string_view rest_;
    Flags flags_;
    bool named_ = false;
    int depth_ = 0;
    int pattern_depth_ = 0;
    std::size_t nodes_ = 0;
    std::size_t depth_of_repeats_ = 0;
    std::vector<std::string> names_;
};

}  // namespace

Result<RegexTree> parse_regex(std::string_view pattern, const RegexSyntax& syntax) {
    return Parser(syntax).whole(pattern);
}

}  // namespace elkhorn::text
