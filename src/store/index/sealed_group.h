// store/index/sealed_group.h -- what of an index lies in segments, as retention sees it, and how
// much of its tail a flush takes there.
#pragma once

#include <cstdint>
#include <optional>

namespace elkhorn::store {

/// A row group in a segment, as retention sees it.
struct SealedGroup {
    std::int64_t first_seq_no = 0;
    std::uint32_t live_rows = 0;
    std::uint64_t size_bytes = 0;
    std::optional<std::int64_t> newest_ms;  // of `@timestamp`; nothing without one
    std::uint64_t segment = 0;              // whose file it is in
};

enum class FlushScope : std::uint8_t {
    full_groups,  // the row group that grows stays in memory, and what made it in the log
    everything,
};

}  // namespace elkhorn::store
