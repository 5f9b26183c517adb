// base/units.h -- sizes and durations as people write them: "64mb", "1.5 GiB", "30s", "5m".
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace elkhorn {

constexpr std::int64_t kibibyte = 1024;
constexpr std::int64_t mebibyte = 1024 * kibibyte;
constexpr std::int64_t gibibyte = 1024 * mebibyte;

/// b, k/kb/kib, m/mb/mib, g/gb/gib, t/tb/tib in any case; powers of 1024, as Elasticsearch counts.
Result<std::int64_t> parse_bytes(std::string_view text);

/// nanos, micros, ms, s, m, h, d; a number without a unit is milliseconds. Result in milliseconds.
Result<std::int64_t> parse_duration_ms(std::string_view text);

/// "4.2mb" as in _cat answers: one decimal, none for whole numbers.
std::string format_bytes(std::int64_t bytes);

}  // namespace elkhorn
