#include "api/core/settings_text.h"

#include "base/bytes.h"
#include "base/strings.h"
#include "event/format.h"
#include "json/parse.h"
#include "text/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace elkhorn::api {
namespace {

// Settings whose first words these are, are kept and shown; most mean nothing to an engine without
// shards.
constexpr std::array<std::string_view, 31> known = {"number_of_shards",
                                                    "number_of_replicas",
                                                    "number_of_routing_shards",
                                                    "refresh_interval",
                                                    "codec",
                                                    "max_result_window",
                                                    "max_inner_result_window",
                                                    "max_docvalue_fields_search",
                                                    "max_script_fields",
                                                    "max_terms_count",
                                                    "max_regex_length",
                                                    "max_ngram_diff",
                                                    "max_shingle_diff",
                                                    "max_refresh_listeners",
                                                    "max_rescore_window",
                                                    "auto_expand_replicas",
                                                    "hidden",
                                                    "mapping",
                                                    "mapper",
                                                    "analysis",
                                                    "analyze",
                                                    "query",
                                                    "sort",
                                                    "translog",
                                                    "merge",
                                                    "routing",
                                                    "lifecycle",
                                                    "blocks",
                                                    "unassigned",
                                                    "search",
                                                    "plugins"};
constexpr std::array<std::string_view, 9> known_too = {
    "default_pipeline", "final_pipeline", "highlight", "indexing",     "gc_deletes",
    "priority",         "soft_deletes",   "write",     "creation_date"};

void flatten(const event::Value& value, const std::string& path, Settings& out) {
    if (value.is(event::Kind::object)) {
        for (const event::Member& member : value.as_object().members()) {
            flatten(member.value,
                    path.empty() ? std::string(member.name) : path + "." + std::string(member.name),
                    out);
        }
        return;
    }
    std::string text;
    event::append_text(text, value);
    std::string_view name = path;
    if (name.starts_with("index.")) name.remove_prefix(6);
    out[std::string(name)] = text;
}

}  // namespace

search::Answer<Settings> read_settings(const event::Value& settings) {
    Settings flat;
    flatten(settings, "", flat);
    for (const auto& [name, value] : flat) {
        const std::string_view first = std::string_view(name).substr(0, name.find('.'));
        if (std::ranges::find(known, first) == known.end() &&
            std::ranges::find(known_too, first) == known_too.end()) {
            return search::refuse(
                "illegal_argument_exception",
                fmt::format("unknown setting [index.{}] please check that any required plugins are "
                            "installed, "
                            "or check the breaking changes documentation for removed settings",
                            name));
        }
        const std::int64_t least = name == "number_of_shards" ? 1 : 0;
        if (name != "number_of_shards" && name != "number_of_replicas") continue;
        const auto number = to_integer(value);
        if (!number) {
            return search::refuse(
                "illegal_argument_exception",
                fmt::format("Failed to parse value [{}] for setting [index.{}]", value, name));
        }
        if (*number < least) {
            return search::refuse(
                "illegal_argument_exception",
                fmt::format("Failed to parse value [{}] for setting [index.{}] must be >= {}",
                            value, name, least));
        }
    }
    return flat;
}

std::string settings_text(const Settings& settings) {
    std::string out;
    for (const auto& [name, value] : settings) {
        if (!out.empty()) out.push_back(',');
        text::append_json_string(out, name);
        out.push_back(':');
        text::append_json_string(out, value);
    }
    return out;
}

Settings parse_settings_text(std::string_view text) {
    Settings settings;
    event::Arena arena;
    json::Parser parser;
    const auto parsed = parser.parse("{" + std::string(text) + "}", arena);
    if (!parsed) return settings;
    for (const event::Member& member : parsed->as_object().members()) {
        std::string value;
        event::append_text(value, member.value);
        settings[std::string(member.name)] = value;
    }
    return settings;
}

std::string setting(std::string_view text, std::string_view name) {
    if (text.empty()) return "";
    const Settings settings = parse_settings_text(text);
    const auto it = settings.find(name);
    return it == settings.end() ? "" : it->second;
}

}  // namespace elkhorn::api
