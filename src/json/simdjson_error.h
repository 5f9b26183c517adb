// json/simdjson_error.h -- simdjson's error codes in our words. Included by this room's .cc files
// only.
#pragma once

#include "base/result.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <string_view>

namespace elkhorn::json {

inline std::unexpected<Error> parse_failure(simdjson::error_code code) {
    return fail(ErrorCode::invalid, fmt::format("not JSON: {}", simdjson::error_message(code)));
}

inline std::unexpected<Error> too_deep(int levels) {
    return fail(ErrorCode::invalid, fmt::format("JSON nested deeper than {} levels", levels));
}

/// Whether anything but blanks follows the value just read.
inline bool bytes_follow(simdjson::ondemand::document& document) {
    const char* at = nullptr;
    return document.current_location().get(at) == simdjson::SUCCESS;
}

inline std::unexpected<Error> trailing_bytes() {
    return fail(ErrorCode::invalid, "not JSON: something follows the end of the value");
}

}  // namespace elkhorn::json
