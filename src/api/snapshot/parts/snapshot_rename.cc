#include "api/snapshot/parts/snapshot_rename.h"

#include "text/pattern/regex.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::api {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

search::Failure no_group(std::string_view group) {
    search::Failure failure;
    failure.status = 500;
    failure.type = "index_out_of_bounds_exception";
    failure.reason = fmt::format("No group {}", group);
    return failure;
}

/// The group that `text` begins with, after its $: its number, and how long it was written.
search::Answer<std::pair<std::size_t, std::size_t>> read_group(std::string_view text,
                                                               const text::Regex& regex) {
    const auto& names = regex.names();
    if (text.starts_with('{')) {
        const std::string_view name = text.substr(1, text.find('}') - 1);
        const auto it = std::ranges::find(names, name);
        if (it == names.end() || name.size() + 2 > text.size()) {
            return search::refuse("illegal_argument_exception",
                                  fmt::format("No group with name {{{}}}", name));
        }
        return std::pair(static_cast<std::size_t>(it - names.begin()) + 1, name.size() + 2);
    }
    if (text.empty() || !is_digit(text[0]))
        return search::refuse("illegal_argument_exception", "Illegal group reference");
    auto group = static_cast<std::size_t>(text[0] - '0');
    if (group > names.size()) return std::unexpected(no_group(text.substr(0, 1)));
    std::size_t length = 1;
    // A further digit belongs to it where there is such a group.
    for (; length < text.size() && is_digit(text[length]); ++length) {
        const std::size_t longer = group * 10 + static_cast<std::size_t>(text[length] - '0');
        if (longer > names.size()) break;
        group = longer;
    }
    return std::pair(group, length);
}

search::Answer<> append_replacement(std::string& out, std::string_view replacement,
                                    const text::Regex& regex, const text::RegexMatches& matches) {
    for (std::size_t i = 0; i < replacement.size(); ++i) {
        if (replacement[i] == '\\' && i + 1 < replacement.size()) {
            out.push_back(replacement[++i]);
        } else if (replacement[i] == '$') {
            const auto [group, length] = ASK(read_group(replacement.substr(i + 1), regex));
            out += matches.group(group);
            i += length;
        } else {
            out.push_back(replacement[i]);
        }
    }
    return {};
}

}  // namespace

search::Answer<std::string> rename_index(std::string_view name, std::string_view pattern,
                                         std::string_view replacement) {
    const auto regex = text::Regex::compile(pattern);
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
            return search::refuse("illegal_argument_exception",
                                  fmt::format("rename_pattern [{}] takes too long", pattern));
        }
        if (outcome == text::Regex::Outcome::missed) break;
        const std::string_view match = matches.group(0);
        const auto begin = static_cast<std::size_t>(match.data() - name.data());
        out += name.substr(at, begin - at);
        ASK(append_replacement(out, replacement, *regex, matches));
        at = begin + match.size();
        if (!match.empty()) continue;
        if (at < name.size()) out.push_back(name[at]);
        ++at;
    }
    if (at < name.size()) out += name.substr(at);
    return out;
}

}  // namespace elkhorn::api
