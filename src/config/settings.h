// config/settings.h -- elkhorn.yml and its kin: a flat view of dotted keys over a YAML file, the
// environment and the command line, by a table of the keys there are.
//
//   constexpr Setting known[] = {{"http.port", SettingType::integer, "9200", "Its port."}};
//   const Settings settings = TRY(Settings::load(known, "elkhorn.yml", flags));
//   settings.integer("http.port");
//
// A setting of type `maps` is a list of mappings, such as rules; in the environment and in flags it
// is written as YAML writes a list on one line: [{pattern: "logs-*", max_age: 30d}].
//
// Precedence: default < file < ELKHORN_HTTP_PORT < flags. In the file keys may be nested or dotted,
// and texts may hold ${VAR:default}. A key that nobody knows is an error with file, line and the
// nearest right key; so is a value of the wrong type. Every mistake is reported at once.
#pragma once

#include "base/result.h"
#include "base/strings.h"
#include "config/environment.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::config {

enum class SettingType { text, integer, real, boolean, bytes, duration_ms, list, maps };

struct Setting {
    std::string_view name;
    SettingType type = SettingType::text;
    std::string_view fallback;  // as it would stand in the file; a list is separated by commas
    std::string_view help;
};

/// One mapping of a list of them, with where it stands, for messages.
struct SettingMap {
    std::vector<std::pair<std::string, std::string>> members;
    std::string source;
};

using Flags = std::vector<std::pair<std::string, std::string>>;

class Settings {
public:
    struct Sources {
        std::string file = "elkhorn.yml";  // for messages
        std::string yaml;
        Lookup environment = process_environment();
        Flags flags;  // without their dashes: {"http.port", "9201"}
    };

    static Result<Settings> read(std::span<const Setting> known, const Sources& sources);

    /// Reads the file; an empty path means there is none.
    static Result<Settings> load(std::span<const Setting> known, const std::string& path,
                                 const Flags& flags);

    /// Asking for a name that is not in the table, or by another type, is a bug.
    const std::string& text(std::string_view name) const;
    std::int64_t integer(std::string_view name) const;  // bytes and durations, too
    double real(std::string_view name) const;
    bool boolean(std::string_view name) const;
    const std::vector<std::string>& list(std::string_view name) const;
    const std::vector<SettingMap>& maps(std::string_view name) const;

    /// False where the default holds.
    bool given(std::string_view name) const;
    /// "elkhorn.yml: line 3", "ELKHORN_HTTP_PORT", "--http.port" or "default".
    const std::string& source(std::string_view name) const;

private:
    struct Value {
        SettingType type = SettingType::text;
        std::string text;
        std::vector<std::string> items;
        std::vector<SettingMap> maps;
        std::int64_t integer = 0;
        double real = 0;
        std::string source = "default";
    };

    static Result<> convert(const Setting& setting, Value& value);
    const Value& at(std::string_view name) const;

    TextMap<Value> values_;
};

}  // namespace elkhorn::config
