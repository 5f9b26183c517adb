#include "text/analysis/core/java_regex.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::text {
namespace {

/// Java's ^ and $ without MULTILINE are the ends of the text; Ruby's never are.
std::string with_ends_of_text(std::string_view pattern) {
    std::string out;
    int classes = 0;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '\\' && i + 1 < pattern.size()) {
            out += pattern.substr(i++, 2);
            continue;
        }
        if (c == '[') ++classes;
        if (c == ']' && classes > 0) --classes;
        if (classes == 0 && c == '^')
            out += "\\A";
        else if (classes == 0 && c == '$')
            out += "\\Z";
        else
            out.push_back(c);
    }
    return out;
}

/// (?s) is (?m) there.
std::string with_own_flags(std::string pattern) {
    for (std::size_t at = pattern.find("(?"); at != std::string::npos;
         at = pattern.find("(?", at + 1)) {
        for (std::size_t i = at + 2; i < pattern.size() && (std::isalpha(pattern[i]) != 0); ++i) {
            if (pattern[i] == 's') pattern[i] = 'm';
        }
    }
    return pattern;
}

constexpr std::string_view known_flags =
    "CASE_INSENSITIVE MULTILINE DOTALL UNICODE_CASE CANON_EQ UNIX_LINES LITERAL COMMENTS "
    "UNICODE_CHAR_CLASS UNICODE_CHARACTER_CLASS";

bool is_known_flag(std::string_view flag) {
    return has_element(split(known_flags, ' '), flag);
}

}  // namespace

RegexSubject::RegexSubject(WideView text) : bytes_(to_utf8(text)), ascii_(is_ascii(bytes_)) {
    if (ascii_) return;
    units_.reserve(bytes_.size() + 1);
    std::uint32_t unit = 0;
    for (const char c : bytes_) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xc0U) != 0x80U) {
            units_.push_back(unit);
            unit += byte >= 0xf0 ? 2 : 1;
        } else {
            units_.push_back(unit);
        }
    }
    units_.push_back(unit);
}

Made<JavaRegex> JavaRegex::compile(std::string_view pattern, std::string_view flags) {
    Regex::Options options;
    options.step_limit = 1'000'000;
    bool multiline = false;
    std::string prefix;
    for (const std::string_view flag : split(flags, '|')) {
        if (flag.empty()) continue;
        if (!is_known_flag(flag)) return refused(fmt::format("Unknown regex flag [{}]", flag));
        if (flag == "CASE_INSENSITIVE") options.ignore_case = true;
        if (flag == "DOTALL") options.dot_matches_newline = true;
        if (flag == "MULTILINE") multiline = true;
        if (flag == "COMMENTS") prefix = "(?x)";
        if (flag == "LITERAL" || flag == "CANON_EQ")
            return refused(fmt::format("regex flag [{}] is not supported", flag));
    }
    std::string text =
        with_own_flags(multiline ? std::string(pattern) : with_ends_of_text(pattern));
    auto regex = Regex::compile(prefix + text, options);
    if (!regex) {
        return refused(400, "pattern_syntax_exception",
                       fmt::format("{} in the pattern\n{}", regex.error().message, pattern));
    }
    return JavaRegex(std::move(*regex));
}

Made<std::optional<JavaRegex::Match>> JavaRegex::find(const RegexSubject& subject, std::size_t from,
                                                      RegexMatches& matches) const {
    switch (regex_.search(subject.bytes(), from, matches)) {
        case Regex::Outcome::missed: return std::nullopt;
        case Regex::Outcome::gave_up:
            return refused("a pattern took too many steps on this text: make it simpler");
        case Regex::Outcome::matched: break;
    }
    Match match;
    const char* base = subject.bytes().data();
    for (std::size_t i = 0; i <= groups(); ++i) {
        const std::string_view group = matches.group(i);
        if (group.data() == nullptr) {
            match.groups.emplace_back();
            continue;
        }
        const auto begin = static_cast<std::size_t>(group.data() - base);
        match.groups.emplace_back(
            std::pair(subject.unit(begin), subject.unit(begin + group.size())));
        if (i == 0) match.end_byte = begin + group.size();
    }
    return match;
}

Made<bool> JavaRegex::matches(WideView text) const {
    const RegexSubject subject(text);
    RegexMatches matches;
    const auto match = MADE(find(subject, 0, matches));
    return match && match->groups[0] == std::pair(std::size_t{0}, text.size());
}

Made<Wide> JavaRegex::replacement(WideView replacement, WideView subject,
                                  const Match& match) const {
    Wide out;
    const auto append = [&](std::size_t group) {
        if (const auto& span = match.groups[group])
            out += subject.substr(span->first, span->second - span->first);
    };
    for (std::size_t i = 0; i < replacement.size(); ++i) {
        const char16_t c = replacement[i];
        if (c == u'\\' && i + 1 < replacement.size()) {
            out.push_back(replacement[++i]);
            continue;
        }
        if (c != u'$') {
            out.push_back(c);
            continue;
        }
        if (i + 1 < replacement.size() && replacement[i + 1] == u'{') {
            const std::size_t end = replacement.find(u'}', i);
            if (end == WideView::npos)
                return refused("named capturing group is missing trailing '}'");
            const std::string name = to_utf8(replacement.substr(i + 2, end - i - 2));
            const auto it = std::ranges::find(regex_.names(), name);
            if (it == regex_.names().end())
                return refused(fmt::format("No group with name {{{}}}", name));
            append(static_cast<std::size_t>(it - regex_.names().begin()) + 1);
            i = end;
            continue;
        }
        std::size_t group = 0;
        std::size_t at = i + 1;
        for (; at < replacement.size() && replacement[at] >= u'0' && replacement[at] <= u'9';
             ++at) {
            const std::size_t longer =
                group * 10 + static_cast<std::size_t>(replacement[at] - u'0');
            if (at > i + 1 && longer > groups()) break;
            group = longer;
        }
        if (at == i + 1) return refused("Illegal group reference");
        if (group > groups())
            return refused(500, "index_out_of_bounds_exception", fmt::format("No group {}", group));
        append(group);
        i = at - 1;
    }
    return out;
}

Made<std::vector<JavaRegex::Replaced>> JavaRegex::replaced(WideView text, WideView replacement,
                                                           bool all) const {
    std::vector<Replaced> out;
    const RegexSubject subject(text);
    RegexMatches matches;
    for (std::size_t from = 0; from <= subject.bytes().size();) {
        const auto match = MADE(find(subject, from, matches));
        if (!match) break;
        const auto [begin, end] = *match->groups[0];
        out.push_back({begin, end, MADE(this->replacement(replacement, text, *match))});
        if (!all) break;
        from = match->end_byte;
        if (begin == end) {
            ++from;
            while (from < subject.bytes().size() &&
                   (static_cast<unsigned char>(subject.bytes()[from]) & 0xc0U) == 0x80U)
                ++from;
        }
    }
    return out;
}

}  // namespace elkhorn::text
