#include "config/settings.h"

#include "base/assert.h"
#include "base/nearest.h"
#include "base/units.h"
#include "config/yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

namespace elkhorn::config {
namespace {

std::string variable_of(std::string_view name) {
    std::string out = "ELKHORN_";
    for (const char c : to_upper(name))
        out.push_back(c == '.' || c == '-' ? '_' : c);
    return out;
}

std::vector<std::string> items_of(std::string_view text) {
    std::vector<std::string> items;
    if (trim(text).empty()) return items;
    for (const std::string_view item : split(text, ','))
        items.emplace_back(trim(item));
    return items;
}

/// "name: no such setting (did you mean http.port?)"
std::string unknown(std::string_view name, std::span<const Setting> known) {
    std::vector<std::string_view> names;
    for (const Setting& setting : known)
        names.push_back(setting.name);
    const std::string near = nearest_word(name, names);
    return fmt::format("there is no setting {}{}", name,
                       near.empty() ? "" : fmt::format(" (did you mean {}?)", near));
}

struct Given {
    std::string text;
    std::vector<std::string> items;
    std::string source;
    std::vector<SettingMap> maps;
    bool in_file = false;
};

Result<Given> from_file(const YamlEntry& entry, const Settings::Sources& sources) {
    Given given;
    given.source = fmt::format("{}: line {}", sources.file, entry.line);
    given.in_file = true;
    for (const std::string& item : entry.items) {
        auto filled = substitute(item, sources.environment);
        if (!filled) return within(given.source, std::move(filled).error());
        given.items.push_back(std::move(*filled));
    }
    for (const YamlMap& map : entry.maps) {
        SettingMap filled{map.members, fmt::format("{}: line {}", sources.file, map.line)};
        for (auto& [name, text] : filled.members) {
            auto value = substitute(text, sources.environment);
            if (!value) return within(filled.source, std::move(value).error());
            text = std::move(*value);
        }
        given.maps.push_back(std::move(filled));
    }
    given.text = join(given.items, ",");
    return given;
}

/// Mappings from a variable or a flag are what would stand behind the key in the file; where texts
/// are wanted they are refused.
Result<> settle_maps(const Setting& setting, Given& given) {
    if (setting.type != SettingType::maps) {
        if (given.maps.empty()) return {};
        return fail(ErrorCode::invalid, fmt::format("{}: {}: mappings where texts are wanted",
                                                    given.source, setting.name));
    }
    if (given.in_file || trim(given.text).empty()) return {};
    const auto entries = read_yaml("x: " + given.text, given.source);
    if (entries && entries->size() == 1 && entries->front().list &&
        entries->front().items.empty()) {
        for (const YamlMap& map : entries->front().maps)
            given.maps.push_back({map.members, given.source});
        given.text.clear();
        return {};
    }
    return fail(ErrorCode::invalid,
                fmt::format("{}: {} is no list of mappings such as [{{name: text}}]", given.source,
                            std::exchange(given.text, {})));
}

}  // namespace

Result<> Settings::convert(const Setting& setting, Value& value) {
    value.type = setting.type;
    const auto wrong = [&](std::string_view what) {
        return fail(ErrorCode::invalid, fmt::format("{}: {}: \"{}\" is no {}", value.source,
                                                    setting.name, value.text, what));
    };
    switch (setting.type) {
        case SettingType::text:
        case SettingType::list: return {};
        case SettingType::maps: return value.text.empty() ? Result<>() : wrong("list of mappings");
        case SettingType::integer: {
            const auto number = to_integer(value.text);
            if (!number) return wrong("whole number");
            value.integer = *number;
            return {};
        }
        case SettingType::real: {
            const auto number = to_double(value.text);
            if (!number) return wrong("number");
            value.real = *number;
            return {};
        }
        case SettingType::boolean: {
            const std::string lower = to_lower(value.text);
            if (lower != "true" && lower != "false") return wrong("true or false");
            value.integer = lower == "true" ? 1 : 0;
            return {};
        }
        case SettingType::bytes: {
            const auto size = parse_bytes(value.text);
            if (!size) return wrong("size such as 64mb");
            value.integer = *size;
            return {};
        }
        case SettingType::duration_ms: {
            const auto duration = parse_duration_ms(value.text);
            if (!duration) return wrong("duration such as 30s");
            value.integer = *duration;
            return {};
        }
    }
    return {};
}

Result<Settings> Settings::read(std::span<const Setting> known, const Sources& sources) {
    TextMap<Given> given;
    std::vector<std::string> mistakes;
    const auto is_known = [&](std::string_view name) {
        return std::ranges::find(known, name, &Setting::name) != known.end();
    };
    for (const YamlEntry& entry : TRY(read_yaml(sources.yaml, sources.file))) {
        if (entry.null) continue;
        auto value = from_file(entry, sources);
        if (!is_known(entry.key)) {
            mistakes.push_back(fmt::format("{}: line {}: {}", sources.file, entry.line,
                                           unknown(entry.key, known)));
        } else if (!value) {
            mistakes.push_back(value.error().message);
        } else {
            given[entry.key] = std::move(*value);
        }
    }
    for (const Setting& setting : known) {
        const std::string variable = variable_of(setting.name);
        if (auto text = sources.environment ? sources.environment(variable) : std::nullopt) {
            given[std::string(setting.name)] = {*text, items_of(*text), variable, {}};
        }
    }
    for (const auto& [name, text] : sources.flags) {
        if (is_known(name))
            given[name] = {text, items_of(text), "--" + name, {}};
        else
            mistakes.push_back(fmt::format("--{}: {}", name, unknown(name, known)));
    }
    Settings settings;
    for (const Setting& setting : known) {
        Value value;
        value.text = setting.fallback;
        value.items = items_of(setting.fallback);
        const auto it = given.find(setting.name);
        if (it != given.end()) {
            if (auto sound = settle_maps(setting, it->second); !sound)
                mistakes.push_back(sound.error().message);
            value.maps = it->second.maps;
            value.text = it->second.text;
            value.items = it->second.items;
            value.source = it->second.source;
        }
        if (auto converted = convert(setting, value); !converted) {
            mistakes.push_back(converted.error().message);
        }
        settings.values_.emplace(setting.name, std::move(value));
    }
    if (mistakes.empty()) return settings;
    return fail(ErrorCode::invalid, join(mistakes, "\n"));
}

Result<Settings> Settings::load(std::span<const Setting> known, const std::string& path,
                                const Flags& flags) {
    Sources sources;
    sources.flags = flags;
    if (!path.empty()) {
        std::ifstream in(path, std::ios::binary);
        if (!in) return fail(ErrorCode::not_found, fmt::format("{}: cannot be read", path));
        sources.file = path;
        sources.yaml.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return read(known, sources);
}

const Settings::Value& Settings::at(std::string_view name) const {
    const auto it = values_.find(name);
    ASSERT(it != values_.end());
    return it->second;
}

const std::string& Settings::text(std::string_view name) const {
    ASSERT(at(name).type == SettingType::text);
    return at(name).text;
}

std::int64_t Settings::integer(std::string_view name) const {
    const Value& value = at(name);
    ASSERT(value.type == SettingType::integer || value.type == SettingType::bytes ||
           value.type == SettingType::duration_ms);
    return value.integer;
}

double Settings::real(std::string_view name) const {
    ASSERT(at(name).type == SettingType::real);
    return at(name).real;
}

bool Settings::boolean(std::string_view name) const {
    ASSERT(at(name).type == SettingType::boolean);
    return at(name).integer != 0;
}

const std::vector<std::string>& Settings::list(std::string_view name) const {
    ASSERT(at(name).type == SettingType::list);
    return at(name).items;
}

const std::vector<SettingMap>& Settings::maps(std::string_view name) const {
    ASSERT(at(name).type == SettingType::maps);
    return at(name).maps;
}

bool Settings::given(std::string_view name) const {
    return at(name).source != "default";
}

const std::string& Settings::source(std::string_view name) const {
    return at(name).source;
}

}  // namespace elkhorn::config
