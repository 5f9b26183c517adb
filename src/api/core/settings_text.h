// api/core/settings_text.h -- an index's settings as the store keeps them: flat members of a JSON
// object, every value a string, names without "index.":
// `"number_of_replicas":"0","refresh_interval":"5s"`.
#pragma once

#include "event/value.h"
#include "search/base/failure.h"

#include <map>
#include <string>
#include <string_view>

namespace elkhorn::api {

using Settings = std::map<std::string, std::string, std::less<>>;

/// From the "settings" of a request: nested or dotted, with or without "index.". Unknown names and
/// values that cannot be are refused in Elasticsearch's words.
search::Answer<Settings> read_settings(const event::Value& settings);

std::string settings_text(const Settings& settings);
Settings parse_settings_text(std::string_view text);

/// The value of one setting; empty when it is not there.
std::string setting(std::string_view settings_text, std::string_view name);

}  // namespace elkhorn::api
