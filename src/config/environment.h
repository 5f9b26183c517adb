// config/environment.h -- `${NAME}` and `${NAME:default}` in texts. A name starts with a letter, an
// underscore or a dot and goes on with those and digits. What is no such hole stays as written.
#pragma once

#include "base/result.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace elkhorn::config {

using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

/// The process's own variables.
Lookup process_environment();

/// A name that is unknown and has no default is an error naming it.
Result<std::string> substitute(std::string_view text, const Lookup& lookup);

}  // namespace elkhorn::config
