// config/pipeline_files.h -- from a path to a pipeline: a file, every file of a folder in name
// order, or a glob. Several files make one pipeline, as in Logstash.
#pragma once

#include "base/result.h"
#include "config/ast.h"
#include "config/environment.h"

#include <string>

namespace elkhorn::config {

/// Mistakes of all files are reported together. A path that names no file is an error.
Result<Pipeline> load_pipeline(const std::string& path,
                               const Lookup& environment = process_environment());

/// Past this many bytes a file is refused.
constexpr std::size_t pipeline_file_limit_bytes = 16 << 20;

}  // namespace elkhorn::config
