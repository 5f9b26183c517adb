// main/serve.h -- `elkhorn serve`: store, API, UI and inputs in one process, until SIGTERM or
// SIGINT.
#pragma once

#include "config/settings.h"

namespace elkhorn {

/// Exit codes: 0 after a clean end, 1 for trouble, 2 for wrong settings.
int serve(const config::Settings& settings);

}  // namespace elkhorn
