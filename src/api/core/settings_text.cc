#include "api/core/settings_text.h"

#include "api/core/index_settings.h"
#include "base/bytes.h"
#include "base/strings.h"
#include "event/format.h"
#include "json/parse.h"
#include "text/json_text.h"

#include <fmt/format.h>

namespace elkhorn::api {
namespace {

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
    std::string_view name = path;
    if (name.starts_with("index.")) name.remove_prefix(6);
    // A word of analysis may hold commas: its lists stay lists.
    if (value.is(event::Kind::array) && name.starts_with("analysis."))
        event::append_json(text, value);
    else
        event::append_text(text, value);
    out[std::string(name)] = text;
}

/// The longest name in the table that `name` is, or that it begins with up to a dot.
const Parameter* find_setting(std::string_view name) {
    for (std::string_view part = name;;) {
        if (const Parameter* found = find_parameter(index_settings, part)) return found;
        const std::size_t dot = part.rfind('.');
        if (dot == std::string_view::npos) return nullptr;
        part = part.substr(0, dot);
    }
}

search::Answer<> check_number(std::string_view name, std::string_view value) {
    const std::int64_t least = name == "number_of_shards" ? 1 : 0;
    const auto number = to_integer(value);
    if (!number) {
        return search::refuse(
            "illegal_argument_exception",
            fmt::format("Failed to parse value [{}] for setting [index.{}]", value, name));
    }
    if (*number >= least) return {};
    return search::refuse("illegal_argument_exception",
                          fmt::format("Failed to parse value [{}] for setting [index.{}] must be "
                                      ">= {}",
                                      value, name, least));
}

}  // namespace

search::Answer<Settings> read_settings(const event::Value& settings) {
    Settings flat;
    flatten(settings, "", flat);
    for (const auto& [name, value] : flat) {
        const Parameter* declared = find_setting(name);
        if (declared == nullptr) {
            return search::refuse(
                "illegal_argument_exception",
                fmt::format("unknown setting [index.{}] please check that any required plugins are "
                            "installed, "
                            "or check the breaking changes documentation for removed settings",
                            name));
        }
        if (declared->use == Use::refused && !is_one_of(declared->words, value)) {
            return search::refuse(
                "illegal_argument_exception",
                fmt::format("setting [index.{}] is not supported: {}", name, declared->note));
        }
        if (declared->takes == Takes::integer && declared->use == Use::used)
            ASK(check_number(name, value));
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
