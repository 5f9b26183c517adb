// config/yaml.h -- a YAML document as flat dotted keys with the line each stands on. The one door
// to yaml-cpp (yaml.cc); only config/ includes this.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::config {

struct YamlEntry {
    std::string key;                 // "http.port"
    std::vector<std::string> items;  // one, unless `list`
    bool list = false;
    bool null = false;
    int line = 1;
};

/// Errors name file and line.
Result<std::vector<YamlEntry>> read_yaml(std::string_view text, const std::string& file);

}  // namespace elkhorn::config
