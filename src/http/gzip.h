// http/gzip.h -- compressed bodies, over zlib: gzip (RFC 1952) and zlib's own framing ("deflate").
//
// A body is taken whole or not at all: every member of a gzip body counts, and one that is cut,
// damaged or followed by anything else is refused. Half a body that looks whole would be the worst
// answer: its sender is told that everything was written.
//
// The limit is held while inflating, over all members together: it is passed by no more than one
// piece of 4 MB (http/pieces.h).
#pragma once

#include "base/budget.h"
#include "base/result.h"
#include "http/message.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace elkhorn::http {

/// Of less than a gigabyte.
std::string gzip(std::string_view bytes, int level = 1);

/// ErrorCode::too_large once the result would pass the limit, ErrorCode::invalid for input that is
/// damaged, cut, or goes on after its end. With a charge, what it makes is held in it beside what
/// is held already, and ErrorCode::overloaded where there is no more.
Result<std::string> gunzip(std::string_view bytes, std::size_t limit_bytes,
                           std::shared_ptr<Charge> charge = nullptr);

/// Whether Content-Encoding, all of its lines together, says that the body is for `gunzip`.
/// ErrorCode::invalid for codings that nobody here can undo, and for more than one on each other.
Result<bool> is_compressed(const Headers& headers);

/// Whether Accept-Encoding allows gzip: named, and not with a weight of nothing.
bool accepts_gzip(const Headers& headers);

}  // namespace elkhorn::http
