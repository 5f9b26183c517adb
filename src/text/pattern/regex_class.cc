#include "text/pattern/regex_class.h"

#include <fmt/format.h>

#include <array>

namespace elkhorn::text {
namespace {

constexpr int depth_limit = 50;

struct Posix {
    std::string_view name;
    std::string_view ranges;  // pairs: first and last character
};

constexpr std::array<Posix, 13> posix_classes = {{{"alnum", "09AZaz"},
                                                  {"alpha", "AZaz"},
                                                  {"blank", "  \t\t"},
                                                  {"cntrl", "\x01\x1f\x7f\x7f"},
                                                  {"digit", "09"},
                                                  {"graph", "!~"},
                                                  {"lower", "az"},
                                                  {"print", " ~"},
                                                  {"punct", "!/:@[`{~"},
                                                  {"space", "\t\r  "},
                                                  {"upper", "AZ"},
                                                  {"xdigit", "09AFaf"},
                                                  {"word", "09AZaz__"}}};

std::bitset<128> ascii_of(std::string_view ranges) {
    std::bitset<128> set;
    for (std::size_t i = 0; i + 1 < ranges.size(); i += 2) {
        for (char c = ranges[i]; c <= ranges[i + 1]; ++c)
            set.set(static_cast<std::size_t>(c));
    }
    return set;
}

/// A class on its way: what stands between the brackets, and which ASCII characters that means.
struct Class {
    std::string items;                // PCRE2's spelling, without brackets
    std::vector<std::string> nested;  // complete expressions for one character, joined by "or"
    std::bitset<128> ascii;
    bool ascii_known = true;

    std::string positive() const {
        if (nested.empty()) return items.empty() ? "(?!)" : "[" + items + "]";
        std::string out = "(?:";
        if (!items.empty()) out += "[" + items + "]|";
        for (const std::string& one : nested)
            out += one + "|";
        out.back() = ')';
        return out;
    }

    std::string negative() const {
        if (nested.empty() && !items.empty()) return "[^" + items + "]";
        return "(?:(?!" + positive() + ")(?s:.))";
    }
};

class ClassParser {
public:
    explicit ClassParser(std::string_view& pattern) : rest_(pattern) {}

    Result<RegexNode> bracket(int depth) {
        if (depth > depth_limit) return fail(ErrorCode::invalid, "classes are nested too deeply");
        rest_.remove_prefix(1);
        const bool negated = rest_.starts_with('^');
        if (negated) rest_.remove_prefix(1);
        RegexNode node;
        node.kind = RegexNode::Kind::set;
        bool first_part = true;
        std::string both;
        bool closed = false;
        while (!closed) {
            Class part;
            closed = TRY(items(part, depth, first_part));
            const std::string text = part.positive();
            both = first_part ? text : "(?:(?=" + both + ")" + text + ")";
            node.ascii = first_part ? part.ascii : node.ascii & part.ascii;
            node.ascii_known = (first_part || node.ascii_known) && part.ascii_known;
            node.text = first_part && closed && negated ? part.negative() : both;
            first_part = false;
            if (closed && negated && node.text == both) node.text = "(?:(?!" + both + ")(?s:.))";
        }
        if (negated) node.ascii.flip();
        return node;
    }

private:
    /// Up to `&&` (false) or the closing bracket (true).
    Result<bool> items(Class& out, int depth, bool first) {
        // A ] right after the [ is itself.
        if (first && rest_.starts_with(']') && rest_.find(']', 1) != std::string_view::npos) {
            rest_.remove_prefix(1);
            TRY(range_from(out, ']'));
        }
        while (true) {
            if (rest_.empty()) return fail(ErrorCode::invalid, "a [ is not closed by a ]");
            if (rest_.starts_with(']')) {
                rest_.remove_prefix(1);
                return true;
            }
            if (rest_.starts_with("&&")) {
                rest_.remove_prefix(2);
                return false;
            }
            if (rest_.starts_with("[:") && posix(out)) continue;
            if (rest_.front() == '[') {
                const RegexNode inside = TRY(bracket(depth + 1));
                merge(out, inside);
                continue;
            }
            if (rest_.front() == '\\' && class_escape(out)) continue;
            const std::uint32_t c =
                rest_.front() == '\\' ? TRY(read_escape(rest_)) : take_code_point(rest_);
            TRY(range_from(out, c));
        }
    }

    static void merge(Class& out, const RegexNode& inside) {
        out.ascii |= inside.ascii;
        out.ascii_known = out.ascii_known && inside.ascii_known;
        if (inside.text.starts_with('[') && !inside.text.starts_with("[^")) {
            out.items += inside.text.substr(1, inside.text.size() - 2);
        } else {
            out.nested.push_back(inside.text);
        }
    }

    bool posix(Class& out) {
        const std::size_t end = rest_.find(":]");
        if (end == std::string_view::npos) return false;
        std::string_view name = rest_.substr(2, end - 2);
        const bool negated = name.starts_with('^');
        if (negated) name.remove_prefix(1);
        for (const Posix& known : posix_classes) {
            if (known.name != name) continue;
            out.items += rest_.substr(0, end + 2);
            const auto set = ascii_of(known.ranges);
            out.ascii |= negated ? ~set : set;
            if (name == "cntrl" || name == "space")
                out.ascii_known = false;  // NUL and VT: leave it
            rest_.remove_prefix(end + 2);
            return true;
        }
        return false;
    }

    /// \d \w \s \h \p{..}: sets, which begin no range.
    bool class_escape(Class& out) {
        if (rest_.size() < 2) return false;
        RegexNode set;
        if (escape_set(rest_[1], set)) {
            rest_.remove_prefix(2);
            merge(out, set);
            return true;
        }
        if (rest_[1] != 'p' && rest_[1] != 'P') return false;
        const std::size_t end = rest_.find('}');
        if (end == std::string_view::npos || rest_.size() < 3 || rest_[2] != '{') return false;
        out.items += rest_.substr(0, end + 1);
        out.ascii_known = false;
        rest_.remove_prefix(end + 1);
        return true;
    }

    Result<> range_from(Class& out, std::uint32_t first) {
        std::uint32_t last = first;
        if (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']') {
            std::string_view after = rest_.substr(1);
            RegexNode set;
            const bool set_follows =
                after.front() == '[' ||
                (after.size() > 1 && after[0] == '\\' && escape_set(after[1], set));
            if (!set_follows) {
                last = after.front() == '\\' ? TRY(read_escape(after)) : take_code_point(after);
                rest_ = after;
                if (last < first) return fail(ErrorCode::invalid, "a range in [ ] runs backwards");
            }
        }
        append_code_point(out.items, first);
        if (last != first) {
            out.items += '-';
            append_code_point(out.items, last);
        }
        for (std::uint32_t c = first; c <= last && c < 128; ++c)
            out.ascii.set(c);
        return {};
    }

    std::string_view& rest_;
};

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char l = static_cast<char>(c | 0x20);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

std::uint32_t take_hex(std::string_view& text, std::size_t limit) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < limit && !text.empty() && hex_digit(text.front()) >= 0; ++i) {
        value = value * 16 + static_cast<std::uint32_t>(hex_digit(text.front()));
        text.remove_prefix(1);
    }
    return value;
}

}  // namespace

bool escape_set(char letter, RegexNode& node) {
    std::string_view ranges;
    std::string text;
    switch (letter | 0x20) {
        case 'd':
            ranges = "09";
            text = "0-9";
            break;
        case 'w':
            ranges = "09AZaz__";
            text = "0-9A-Za-z_";
            break;
        case 's':
            ranges = "\t\r  ";
            text = "\\t-\\r ";
            break;
        case 'h':
            ranges = "09AFaf";
            text = "0-9A-Fa-f";
            break;
        default: return false;
    }
    const bool negated = letter < 'a';
    if (letter < 'A' || (letter > 'Z' && letter < 'a')) return false;
    node.kind = RegexNode::Kind::set;
    node.text = (negated ? "[^" : "[") + text + "]";
    node.ascii = ascii_of(ranges);
    if (negated) node.ascii.flip();
    node.ascii_known = true;
    return true;
}

std::uint32_t take_code_point(std::string_view& text) {
    const auto lead = static_cast<unsigned char>(text.front());
    std::size_t length = 1;
    if (lead >= 0xC2 && lead <= 0xDF) length = 2;
    if (lead >= 0xE0 && lead <= 0xEF) length = 3;
    if (lead >= 0xF0 && lead <= 0xF4) length = 4;
    std::uint32_t value = lead;
    if (length > 1 && length <= text.size()) {
        value = lead & (0x7FU >> length);
        for (std::size_t i = 1; i < length; ++i) {
            const auto next = static_cast<unsigned char>(text[i]);
            if ((next & 0xC0) != 0x80) {
                length = 1;
                value = lead;
                break;
            }
            value = value << 6 | (next & 0x3FU);
        }
    } else {
        length = 1;
    }
    text.remove_prefix(length);
    return value;
}

void append_code_point(std::string& out, std::uint32_t c) {
    const bool plain =
        c < 128 && ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'));
    if (plain)
        out.push_back(static_cast<char>(c));
    else
        out += fmt::format("\\x{{{:x}}}", c);
}

Result<std::uint32_t> read_escape(std::string_view& pattern) {
    pattern.remove_prefix(1);
    if (pattern.empty()) return fail(ErrorCode::invalid, "a backslash stands at the end");
    const std::uint32_t c = take_code_point(pattern);
    switch (c) {
        case 'n': return '\n';
        case 't': return '\t';
        case 'r': return '\r';
        case 'f': return '\f';
        case 'v': return '\v';
        case 'a': return '\a';
        case 'e': return 0x1B;
        case 'b': return '\b';  // only in a class is it read as a character
        case '0': {
            std::uint32_t value = 0;
            for (int i = 0; i < 2 && !pattern.empty() && pattern[0] >= '0' && pattern[0] <= '7';
                 ++i) {
                value = value * 8 + static_cast<std::uint32_t>(pattern[0] - '0');
                pattern.remove_prefix(1);
            }
            return value;
        }
        case 'x': {
            if (!pattern.starts_with('{')) return take_hex(pattern, 2);
            pattern.remove_prefix(1);
            const std::uint32_t value = take_hex(pattern, 6);
            if (!pattern.starts_with('}')) return fail(ErrorCode::invalid, "\\x{ is not closed");
            pattern.remove_prefix(1);
            if (value > 0x10FFFF) return fail(ErrorCode::invalid, "\\x{ } is no character");
            return value;
        }
        case 'u': return take_hex(pattern, 4);
        default: return c;
    }
}

Result<RegexNode> parse_class(std::string_view& pattern) {
    return ClassParser(pattern).bracket(0);
}

}  // namespace elkhorn::text
