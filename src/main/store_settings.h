// main/store_settings.h -- the settings of memory, disk and retention as the store takes them.
#pragma once

#include "base/result.h"
#include "config/settings.h"
#include "store/node/store.h"

namespace elkhorn {

/// Errors name the file and line, the variable or the flag.
Result<> read_store_settings(const config::Settings& settings, store::Options& options);

}  // namespace elkhorn
