// store/code/compression.h -- zstd for what is kept, LZ4 for the log. Contexts are kept per thread.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace elkhorn::store {

constexpr int zstd_level = 1;

void append_zstd(std::string& out, std::string_view bytes, int level = zstd_level);
/// Exactly `raw_bytes` bytes must come out.
Result<std::string> read_zstd(std::string_view bytes, std::size_t raw_bytes);

void append_lz4(std::string& out, std::string_view bytes);
Result<std::string> read_lz4(std::string_view bytes, std::size_t raw_bytes);

}  // namespace elkhorn::store
