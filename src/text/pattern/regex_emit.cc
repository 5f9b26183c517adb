// text/pattern/regex_emit.cc -- what a parsed expression says: PCRE2's spelling of it, and the text
// that every match must hold.

#include "text/pattern/regex_syntax.h"

#include <fmt/format.h>

namespace elkhorn::text {
namespace {

using Kind = RegexNode::Kind;
using Greed = RegexNode::Greed;

void append_literal(std::string& out, std::string_view text) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool word = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        if (word || byte >= 0x80)
            out.push_back(c);
        else if (byte < 0x21 || byte == 0x7f)
            out += fmt::format("\\x{:02x}", byte);
        else
            (out += '\\').push_back(c);
    }
}

void append(std::string& out, const RegexNode& node);

/// As one item that a quantifier may follow.
void append_unit(std::string& out, const RegexNode& node) {
    const bool single = node.kind == Kind::any || node.kind == Kind::group ||
                        node.kind == Kind::atomic ||
                        (node.kind == Kind::set && node.text.starts_with('[')) ||
                        (node.kind == Kind::literal && node.text.size() == 1);
    if (!single) out += "(?:";
    append(out, node);
    if (!single) out += ')';
}

void append_repeat(std::string& out, const RegexNode& node) {
    append_unit(out, node.children[0]);
    if (node.low == 0 && node.high == RegexNode::no_limit)
        out += '*';
    else if (node.low == 1 && node.high == RegexNode::no_limit)
        out += '+';
    else if (node.low == 0 && node.high == 1)
        out += '?';
    else if (node.high == RegexNode::no_limit)
        out += fmt::format("{{{},}}", node.low);
    else if (node.high == node.low)
        out += fmt::format("{{{}}}", node.low);
    else
        out += fmt::format("{{{},{}}}", node.low, node.high);
    if (node.greed == Greed::lazy) out += '?';
    if (node.greed == Greed::possessive) out += '+';
}

void append_within(std::string& out, std::string_view open, const RegexNode& node) {
    out += open;
    for (const RegexNode& child : node.children)
        append(out, child);
    out += ')';
}

void append(std::string& out, const RegexNode& node) {
    switch (node.kind) {
        case Kind::literal: append_literal(out, node.text); break;
        case Kind::any:
        case Kind::set:
        case Kind::assertion:
        case Kind::raw: out += node.text; break;
        case Kind::sequence:
            for (const RegexNode& child : node.children)
                append(out, child);
            break;
        case Kind::choice:
            // Always within a group of its own, for it may stand in a sequence.
            out += "(?:";
            for (const RegexNode& child : node.children) {
                append(out, child);
                out += '|';
            }
            out.back() = ')';
            break;
        case Kind::repeat: append_repeat(out, node); break;
        case Kind::group: append_within(out, node.capture > 0 ? "(" : "(?:", node); break;
        case Kind::atomic: append_within(out, "(?>", node); break;
        case Kind::look: {
            const std::string open = node.ahead ? "(?" : "(?<";
            out += open + (node.negated ? '!' : '=');
            // Alternatives of different lengths may look behind only where they stand bare.
            const RegexNode& inside = node.children[0];
            if (inside.kind != Kind::choice) append(out, inside);
            for (std::size_t i = 0; inside.kind == Kind::choice && i < inside.children.size();
                 ++i) {
                if (i > 0) out += '|';
                append(out, inside.children[i]);
            }
            out += ')';
            break;
        }
        case Kind::flags:
            if (node.children.empty())
                out += "(?" + node.text + ")";
            else
                append_within(out, "(?" + node.text + ":", node);
            break;
        case Kind::reference: out += fmt::format("\\g{{{}}}", node.capture); break;
    }
}

void longest_literal(const RegexNode& node, std::string& best) {
    switch (node.kind) {
        case Kind::literal:
            if (!node.ignore_case && node.text.size() > best.size()) best = node.text;
            break;
        case Kind::repeat:
            if (node.low > 0) longest_literal(node.children[0], best);
            break;
        case Kind::sequence:
        case Kind::group:
        case Kind::atomic:
        case Kind::flags:
            for (const RegexNode& child : node.children)
                longest_literal(child, best);
            break;
        default: break;
    }
}

}  // namespace

std::string to_pcre2(const RegexTree& tree) {
    std::string out;
    append(out, tree.root);
    return out;
}

std::string required_literal(const RegexTree& tree) {
    std::string best;
    longest_literal(tree.root, best);
    return best;
}

}  // namespace elkhorn::text
