#include "api/snapshot/parts/snapshot_rename.h"

#include "text/pattern/regex.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace elkhorn::api {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::unexpected<search::Failure> refuse(std::string reason) {
    return search::refuse("illegal_argument_exception", std::move(reason));
}

/// A pattern in which groups have numbers only. Ruby's rules, which text::Regex has, give plain
/// groups none beside named ones; Java's count them all.
class NumberedPattern {
public:
    explicit NumberedPattern(std::string_view pattern) : left_(pattern) {
        while (!left_.empty())
            step();
    }

    const std::string& text() const { return text_; }

    /// Of groups 1, 2, ...; empty for plain parentheses.
    const std::vector<std::string>& names() const { return names_; }

private:
    void step() {
        if (left_.starts_with("\\k<") && take_reference()) return;
        if (left_.front() == '\\') return copy(2);
        if (left_.front() == '[') ++classes_;
        if (left_.front() == ']' && classes_ > 0) --classes_;
        if (classes_ > 0 || left_.front() != '(') return copy(1);
        if (!left_.starts_with("(?")) {
            names_.emplace_back();
            return copy(1);
        }
        const bool named = left_.starts_with("(?<") && left_.size() > 3 && is_letter(left_[3]);
        const std::size_t end = named ? left_.find('>') : std::string_view::npos;
        if (end == std::string_view::npos) return copy(2);
        names_.emplace_back(left_.substr(3, end - 3));
        text_.push_back('(');
        left_.remove_prefix(end + 1);
    }

    /// \k<name> becomes the number of a group that has begun.
    bool take_reference() {
        const std::size_t end = left_.find('>');
        if (end == std::string_view::npos) return false;
        const auto it = std::ranges::find(names_, left_.substr(3, end - 3));
        if (it == names_.end()) return false;
        text_ += fmt::format("(?:\\{})", it - names_.begin() + 1);
        left_.remove_prefix(end + 1);
        return true;
    }

    void copy(std::size_t size) {
        size = std::min(size, left_.size());
        text_ += left_.substr(0, size);
        left_.remove_prefix(size);
    }

    std::string_view left_;  // of the constructor's pattern, and empty after it
    std::string text_;
    std::vector<std::string> names_;
    int classes_ = 0;  // how deep in [...]
};

search::Failure no_group(std::string_view group) {
    search::Failure failure;
    failure.status = 500;
    failure.type = "index_out_of_bounds_exception";
    failure.reason = fmt::format("No group {}", group);
    return failure;
}

struct Reference {
    std::size_t group = 0;
    std::size_t size = 0;  // of its text
};

/// What stands behind ${: a name and its brace.
search::Answer<Reference> read_name(std::string_view text, const std::vector<std::string>& names) {
    std::size_t size = 0;
    while (size < text.size() && (is_letter(text[size]) || is_digit(text[size])))
        ++size;
    const std::string_view name = text.substr(0, size);
    if (name.empty()) return refuse("named capturing group has 0 length name");
    if (size == text.size() || text[size] != '}')
        return refuse("named capturing group is missing trailing '}'");
    if (is_digit(name[0]))
        return refuse(fmt::format("capturing group name {{{}}} starts with digit character", name));
    const auto it = std::ranges::find(names, name);
    if (it == names.end()) return refuse(fmt::format("No group with name {{{}}}", name));
    return Reference{static_cast<std::size_t>(it - names.begin()) + 1, size + 1};
}

/// The group that `text` begins with, after its $.
search::Answer<Reference> read_group(std::string_view text, const std::vector<std::string>& names) {
    if (text.empty()) return refuse("Illegal group reference: group index is missing");
    if (text[0] == '{') {
        const Reference named = ASK(read_name(text.substr(1), names));
        return Reference{named.group, named.size + 1};
    }
    if (!is_digit(text[0])) return refuse("Illegal group reference");
    Reference read{static_cast<std::size_t>(text[0] - '0'), 1};
    if (read.group > names.size()) return std::unexpected(no_group(text.substr(0, 1)));
    // A further digit belongs to it where there is such a group.
    for (; read.size < text.size() && is_digit(text[read.size]); ++read.size) {
        const auto digit = static_cast<std::size_t>(text[read.size] - '0');
        if (read.group * 10 + digit > names.size()) break;
        read.group = read.group * 10 + digit;
    }
    return read;
}

search::Answer<> append_replacement(std::string& out, std::string_view replacement,
                                    const std::vector<std::string>& names,
                                    const text::RegexMatches& matches) {
    for (std::size_t i = 0; i < replacement.size(); ++i) {
        if (replacement[i] == '\\') {
            if (++i == replacement.size()) return refuse("character to be escaped is missing");
            out.push_back(replacement[i]);
        } else if (replacement[i] == '$') {
            const Reference read = ASK(read_group(replacement.substr(i + 1), names));
            out += matches.group(read.group);
            i += read.size;
        } else {
            out.push_back(replacement[i]);
        }
    }
    return {};
}

}  // namespace

search::Answer<std::string> rename_index(std::string_view name, std::string_view pattern,
                                         std::string_view replacement) {
    const NumberedPattern numbered(pattern);
    const auto regex = text::Regex::compile(numbered.text());
    if (!regex) {
        return search::refuse("pattern_syntax_exception",
                              fmt::format("{}\n{}", regex.error().message, pattern));
    }
    text::RegexMatches matches;
    std::string out;
    std::size_t at = 0;
    while (at <= name.size()) {
        const auto outcome = regex->search(name, at, matches);
        if (outcome == text::Regex::Outcome::gave_up) {
            return refuse(fmt::format("rename_pattern [{}] takes too long", pattern));
        }
        if (outcome == text::Regex::Outcome::missed) break;
        const std::string_view match = matches.group(0);
        const auto begin = static_cast<std::size_t>(match.data() - name.data());
        out += name.substr(at, begin - at);
        ASK(append_replacement(out, replacement, numbered.names(), matches));
        at = begin + match.size();
        if (!match.empty()) continue;
        if (at < name.size()) out.push_back(name[at]);
        ++at;
    }
    if (at < name.size()) out += name.substr(at);
    return out;
}

}  // namespace elkhorn::api
