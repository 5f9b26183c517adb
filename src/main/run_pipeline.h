// main/run_pipeline.h -- `elkhorn pipeline -f FILE | -e TEXT`: runs a Logstash file until every
// input has ended and everything is delivered.
#pragma once

#include "config/settings.h"

#include <string>

namespace elkhorn {

/// One of `file` and `text` is given. With `check_only` mistakes are told and nothing runs. Exit
/// codes: 0 when all is delivered, 1 for trouble, 2 for mistakes in the file.
int run_pipeline(const config::Settings& settings, const std::string& file, const std::string& text,
                 bool check_only);

}  // namespace elkhorn
