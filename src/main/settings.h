// main/settings.h -- every setting of `elkhorn serve`: one table for elkhorn.yml, ELKHORN_* and
// the flags.
#pragma once

#include "base/result.h"
#include "config/settings.h"

#include <span>
#include <string>

namespace elkhorn {

std::span<const config::Setting> known_settings();

/// elkhorn.yml beside us (or --config FILE, which must then be there), the environment, the flags.
Result<config::Settings> load_settings(const std::string& config_file, const config::Flags& flags);

}  // namespace elkhorn
