// store/offline/inspect.h -- where the bytes of a segment are.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace elkhorn::store {

struct FieldUse {
    std::uint64_t values = 0;
    std::uint64_t bytes = 0;  // all of them
    std::uint64_t index_bytes = 0;
};

struct SegmentUse {
    std::uint64_t rows = 0;
    std::uint64_t groups = 0;
    std::uint64_t file_bytes = 0;
    std::map<std::pair<std::string, std::string>, FieldUse> fields;  // by path and encoding
};

/// Adds what is in the segment at `path`; reads its directories only, and checks them.
Result<> inspect_segment(const std::string& path, SegmentUse& use);

}  // namespace elkhorn::store
