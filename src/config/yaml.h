// config/yaml.h -- a YAML document as flat dotted keys with the line each stands on. The one door
// to yaml-cpp (yaml.cc); only config/ includes this.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::config {

/// One mapping of a list of them: {pattern: "logs-*", max_age: 30d}.
struct YamlMap {
    std::vector<std::pair<std::string, std::string>> members;
    int line = 1;
};

struct YamlEntry {
    std::string key;                 // "http.port"
    std::vector<std::string> items;  // one, unless `list`
    std::vector<YamlMap> maps;       // in place of items, where the list is one of mappings
    bool list = false;
    bool null = false;
    int line = 1;
};

/// Errors name file and line.
Result<std::vector<YamlEntry>> read_yaml(std::string_view text, const std::string& file);

}  // namespace elkhorn::config
