#include "api/snapshot/parts/restore_settings.h"

#include "api/core/index_names.h"
#include "base/parameter.h"
#include "base/wildcard.h"

#include <fmt/format.h>

namespace elkhorn::api {
namespace {

// In Elasticsearch's lists.
constexpr std::string_view never_changed =
    "number_of_shards version.created uuid creation_date history.uuid";
constexpr std::string_view never_removed = "number_of_replicas auto_expand_replicas";

bool must_stay(std::string_view name) {
    return is_one_of(never_changed, name) || is_one_of(never_removed, name);
}

std::string_view without_prefix(std::string_view name) {
    if (name.starts_with("index.")) name.remove_prefix(6);
    return name;
}

/// The first name in the object, nested or dotted, that may not be changed; empty: none.
std::string unchangeable(const event::Value& value, const std::string& path) {
    if (!value.is(event::Kind::object))
        return is_one_of(never_changed, without_prefix(path)) ? std::string(without_prefix(path))
                                                              : "";
    for (const event::Member& member : value.as_object().members()) {
        std::string name(member.name);
        if (!path.empty()) name = path + "." + name;
        std::string found = unchangeable(member.value, name);
        if (!found.empty()) return found;
    }
    return "";
}

search::Answer<std::vector<std::string>> read_names(const event::Value& given) {
    if (given.is(event::Kind::string)) return name_list(given.as_string());
    std::vector<std::string> names;
    bool texts = given.is(event::Kind::array);
    if (texts) {
        for (const event::Value& value : given.as_array().values()) {
            texts = texts && value.is(event::Kind::string);
            if (texts) names.emplace_back(value.as_string());
        }
    }
    if (texts) return names;
    return search::refuse("illegal_argument_exception",
                          "malformed ignore_index_settings section, should be an array of strings");
}

}  // namespace

search::Answer<SettingsChange> read_settings_change(const event::Object& body) {
    SettingsChange change;
    if (const event::Value* given = body.find("index_settings")) {
        if (!given->is(event::Kind::object))
            return search::refuse("illegal_argument_exception", "malformed index_settings section");
        if (const std::string name = unchangeable(*given, ""); !name.empty())
            change.refused = fmt::format("cannot modify setting [index.{}] on restore", name);
        else
            change.over = ASK(read_settings(*given));
    }
    if (const event::Value* given = body.find("ignore_index_settings")) {
        for (const std::string& name : ASK(read_names(*given))) {
            // Elasticsearch, too, looks for what must stay under its full name only.
            if (change.refused.empty() && name.starts_with("index.") &&
                must_stay(without_prefix(name)))
                change.refused = fmt::format("cannot remove setting [{}] on restore", name);
            change.without.emplace_back(without_prefix(name));
        }
    }
    return change;
}

std::string changed_settings(std::string_view settings_json, const SettingsChange& change) {
    Settings settings = parse_settings_text(settings_json);
    for (const std::string& pattern : change.without) {
        std::erase_if(settings, [&](const auto& setting) {
            return matches_star(pattern, setting.first) && !must_stay(setting.first);
        });
    }
    for (const auto& [name, value] : change.over)
        settings[name] = value;
    return settings_text(settings);
}

}  // namespace elkhorn::api
