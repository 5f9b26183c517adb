// api/search/parts/stored_scripts.h -- the scripts that the node keeps: as JSON,
// {"lang":"painless","source":"..."}, by their ids (store/meta).
#pragma once

#include "api/core/api.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace elkhorn::api {

struct StoredScript {
    std::string lang;
    std::string source;
    std::string json;  // the whole
};

std::optional<StoredScript> stored_script(store::Store& store, std::string_view id);

/// For search::RequestContext: language and source. `store` outlives it.
std::function<std::optional<std::pair<std::string, std::string>>(std::string_view)> stored_scripts(
    store::Store& store);

}  // namespace elkhorn::api
