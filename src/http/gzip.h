// http/gzip.h -- gzip (RFC 1952) and zlib bodies, over zlib.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace elkhorn::http {

std::string gzip(std::string_view bytes, int level = 1);

/// Takes gzip and zlib ("deflate") framing. ErrorCode::too_large once the result would pass the
/// limit, ErrorCode::invalid for damaged or cut input.
Result<std::string> gunzip(std::string_view bytes, std::size_t limit_bytes);

}  // namespace elkhorn::http
