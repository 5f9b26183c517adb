#include "text/analysis/core/options.h"

#include "base/strings.h"
#include "text/analysis/words/stop_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::text {
namespace {

void append_hex_escape(Wide& out, std::string_view digits) {
    std::uint32_t unit = 0;
    for (const char c : digits) {
        unit = unit * 16 + static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    out.push_back(static_cast<char16_t>(unit));
}

/// The JSON string that begins at `at`, which moves behind it; false where there is none.
bool read_json_string(std::string_view text, std::size_t& at, std::string& out) {
    Wide escaped;
    const auto flush = [&] {
        append_utf8(out, escaped);
        escaped.clear();
    };
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] != '\\') {
            flush();
            out.push_back(text[at]);
            continue;
        }
        if (++at == text.size()) return false;
        static constexpr std::string_view from = "nrtbf";
        static constexpr std::string_view to = "\n\r\t\b\f";
        if (text[at] == 'u') {
            if (at + 4 >= text.size()) return false;
            append_hex_escape(escaped, text.substr(at + 1, 4));
            at += 4;
            continue;
        }
        flush();
        const std::size_t known = from.find(text[at]);
        out.push_back(known == std::string_view::npos ? text[at] : to[known]);
    }
    flush();
    if (at == text.size()) return false;
    ++at;
    return true;
}

bool read_json_list(std::string_view text, std::vector<std::string>& out) {
    std::size_t at = 1;
    const auto skip = [&] {
        while (at < text.size() && (text[at] == ' ' || text[at] == '\n'))
            ++at;
    };
    for (skip(); at < text.size(); skip()) {
        if (text[at] == ']') return at + 1 == text.size();
        std::string element;
        if (text[at] == '"') {
            if (!read_json_string(text, at, element)) return false;
        } else {
            const std::size_t end = std::min(text.find_first_of(",]", at), text.size());
            element = trim(text.substr(at, end - at));
            const bool scalar = !element.empty() && (to_double(element) || element == "true" ||
                                                     element == "false" || element == "null");
            if (!scalar) return false;
            at = end;
        }
        out.push_back(std::move(element));
        skip();
        if (at < text.size() && text[at] == ',') ++at;
    }
    return false;
}

}  // namespace

std::optional<std::vector<std::string>> json_list(std::string_view text) {
    std::vector<std::string> elements;
    if (!text.starts_with('[') || !read_json_list(text, elements)) return std::nullopt;
    return elements;
}

std::string as_json_list(const std::vector<std::string>& words) {
    std::string out = "[";
    for (const std::string& word : words) {
        out += out.size() > 1 ? ",\"" : "\"";
        for (const char c : word) {
            if (c == '"' || c == '\\') out.push_back('\\');
            out.push_back(c);
        }
        out.push_back('"');
    }
    return out + "]";
}

std::vector<std::string> list_elements(std::string_view text) {
    if (auto list = json_list(text)) return std::move(*list);
    std::vector<std::string> elements;
    if (text.empty()) return elements;
    for (const std::string_view element : split(text, ','))
        elements.emplace_back(trim(element));
    return elements;
}

WordSet::WordSet(const std::vector<std::string>& words, bool ignore_case)
    : ignore_case_(ignore_case) {
    for (const std::string& word : words)
        words_.insert(ignore_case ? lowered(to_wide(word)) : to_wide(word));
}

bool WordSet::has(WideView word) const {
    if (words_.empty()) return false;
    return ignore_case_ ? words_.contains(lowered(word)) : words_.contains(word);
}

bool Options::has(std::string_view key) const {
    return map_.contains(key);
}

std::string Options::text(std::string_view key, std::string_view otherwise) const {
    const auto it = map_.find(key);
    return it == map_.end() ? std::string(otherwise) : it->second;
}

std::vector<std::string> Options::list(std::string_view key) const {
    if (const auto it = map_.find(key); it != map_.end()) return list_elements(it->second);
    std::vector<std::string> elements;  // key.0, key.1, ...
    for (std::size_t i = 0;; ++i) {
        const auto it = map_.find(fmt::format("{}.{}", key, i));
        if (it == map_.end()) return elements;
        elements.push_back(it->second);
    }
}

Made<std::int32_t> Options::integer(std::string_view key, std::int32_t otherwise) const {
    const auto it = map_.find(key);
    if (it == map_.end()) return otherwise;
    const auto number = to_integer(it->second);
    if (number && *number >= INT32_MIN && *number <= INT32_MAX)
        return static_cast<std::int32_t>(*number);
    Refusal refusal;
    refusal.status = 500;
    refusal.type = "settings_exception";
    refusal.reason =
        fmt::format("Failed to parse int setting [{}] with value [{}]", key, it->second);
    refusal.caused_by_type = "number_format_exception";
    refusal.caused_by_reason = fmt::format("For input string: \"{}\"", it->second);
    return std::unexpected(std::move(refusal));
}

Made<bool> Options::flag(std::string_view key, bool otherwise) const {
    const auto it = map_.find(key);
    if (it == map_.end()) return otherwise;
    if (it->second == "true") return true;
    if (it->second == "false") return false;
    return refused(fmt::format("Failed to parse value [{}] as only [true] or [false] are allowed.",
                               it->second));
}

Made<std::vector<std::string>> Options::words(std::string_view key) const {
    if (has(fmt::format("{}_path", key))) {
        return refused(fmt::format(
            "[{}_path] is not supported: analysis reads no files; give the words as [{}]", key,
            key));
    }
    return list(key);
}

Made<std::vector<std::string>> Options::stop_words(std::string_view key,
                                                   std::string_view otherwise) const {
    auto given = words(key);
    if (!given) return std::unexpected(std::move(given).error());
    const bool any = has(key) || !given->empty();
    std::vector<std::string> words;
    for (const std::string& word : any ? *given : std::vector{std::string(otherwise)}) {
        if (word == "_none_") continue;
        // The analyzer cjk has a list that others cannot name.
        const auto named = word == "_cjk_" && any ? std::nullopt : named_stop_words(word);
        if (!named) {
            words.push_back(word);
            continue;
        }
        for (const std::string_view one : split(*named, ' '))
            if (!one.empty()) words.emplace_back(one);
    }
    return words;
}

}  // namespace elkhorn::text
