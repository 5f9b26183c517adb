#include "api/snapshot/parts/snapshot_body.h"

#include "api/core/error_body.h"
#include "base/strings.h"
#include "base/wildcard.h"
#include "event/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace elkhorn::api {

search::Answer<std::vector<std::string>> names_in(const event::Object& body) {
    std::vector<std::string> names;
    const event::Value* given = body.find("indices");
    if (given == nullptr) return names;
    if (given->is(event::Kind::string)) return name_list(given->as_string());
    const bool array = given->is(event::Kind::array);
    if (!array || !std::ranges::all_of(given->as_array().values(), [](const event::Value& value) {
            return value.is(event::Kind::string);
        })) {
        return search::refuse("illegal_argument_exception",
                              "malformed indices section, should be an array of strings");
    }
    for (const event::Value& value : given->as_array().values())
        names.emplace_back(value.as_string());
    return names;
}

search::Answer<bool> flag_in(const event::Object& body, std::string_view name, bool otherwise) {
    const event::Value* given = body.find(name);
    if (given == nullptr || given->is_null()) return otherwise;
    std::string text;
    event::append_text(text, *given);
    if (text == "true") return true;
    if (text == "false") return false;
    search::Failure failure;
    failure.type = "illegal_argument_exception";
    failure.reason = fmt::format("Could not convert [{}] to boolean", name);
    failure.caused_by_type = failure.type;
    failure.caused_by_reason =
        fmt::format("Failed to parse value [{}] as only [true] or [false] are allowed.", text);
    return std::unexpected(failure);
}

search::Answer<NameOptions> name_options_in(const event::Object& body) {
    NameOptions options;
    options.hidden = true;
    options.ignore_unavailable = ASK(flag_in(body, "ignore_unavailable", false));
    options.allow_no_indices = ASK(flag_in(body, "allow_no_indices", true));
    const event::Value* expand = body.find("expand_wildcards");
    if (expand == nullptr || expand->is_null()) return options;
    std::string words;
    if (expand->is(event::Kind::array)) {
        for (const event::Value& word : expand->as_array().values()) {
            if (!words.empty()) words.push_back(',');
            event::append_text(words, word);
        }
    } else {
        event::append_text(words, *expand);
    }
    ASK(read_expand_wildcards(words, options));
    return options;
}

search::Answer<std::vector<std::string>> select_indices(const std::vector<std::string>& known,
                                                        std::span<const std::string> names,
                                                        const NameOptions& options) {
    if (names.empty() || (names.size() == 1 && (names[0].empty() || names[0] == "_all")))
        return known;
    const auto missing = [](std::string_view name) {
        return std::unexpected(index_not_found(name, ""));
    };
    std::set<std::string> found;
    if (names.front().starts_with('-')) found.insert(known.begin(), known.end());
    for (const std::string& written : names) {
        std::string_view name = written;
        const bool exclude = name.starts_with('-');
        if (exclude || name.starts_with('+')) name.remove_prefix(1);
        const bool star = name.contains('*');
        bool fits = false;
        for (const std::string& one : known) {
            if (!matches_star(name, one)) continue;
            fits = true;
            if (exclude)
                found.erase(one);
            else
                found.insert(one);
        }
        if (!fits && !(star ? options.allow_no_indices : options.ignore_unavailable))
            return missing(name);
    }
    return std::vector<std::string>(found.begin(), found.end());
}

}  // namespace elkhorn::api
