// search/agg/core/selection.h -- which rows of a row group an aggregation is given, and for which
// of its parent's buckets: one pass over rows serves all buckets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace elkhorn::search::agg {

/// The bucket that nothing was counted in: whoever is asked for it answers as over no documents.
constexpr std::uint32_t no_bucket = ~std::uint32_t{0};

/// Rows of a row group and the bucket that each goes to.
struct Selection {
    std::span<const std::uint32_t> rows;     // ascending; a row may be there for several buckets
    std::span<const std::uint32_t> buckets;  // of each of them; empty: all go to bucket 0
    std::uint32_t bucket_count = 1;          // every bucket is below it
    bool whole = false;                      // each row of the group once, all to bucket 0

    /// Whether there are rows and all of them go to bucket 0.
    bool all_in_first() const { return buckets.empty() && !rows.empty(); }

    /// Calls visit(row, bucket).
    template <typename Visit>
    void for_each(Visit&& visit) const {
        if (!buckets.empty()) {
            for (std::size_t i = 0; i < rows.size(); ++i)
                visit(rows[i], buckets[i]);
        } else if (whole) {
            const auto count = static_cast<std::uint32_t>(rows.size());
            for (std::uint32_t row = 0; row < count; ++row)
                visit(row, std::uint32_t{0});
        } else {
            for (const std::uint32_t row : rows)
                visit(row, std::uint32_t{0});
        }
    }
};

/// Selections made for the aggregations below; kept, so that a warm one allocates nothing.
struct SelectionBuffer {
    std::vector<std::uint32_t> rows;
    std::vector<std::uint32_t> buckets;

    void clear() {
        rows.clear();
        buckets.clear();
    }

    void add(std::uint32_t row, std::uint32_t bucket) {
        rows.push_back(row);
        buckets.push_back(bucket);
    }

    Selection selection(std::uint32_t bucket_count) const {
        return {rows, buckets, bucket_count, false};
    }

    std::size_t memory_bytes() const { return (rows.capacity() + buckets.capacity()) * 4; }
};

}  // namespace elkhorn::search::agg
