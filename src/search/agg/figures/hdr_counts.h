// search/agg/figures/hdr_counts.h -- percentiles by counts of equal values, where two values are
// equal that agree in so many significant digits: HdrHistogram, as "hdr" of percentiles has it.
//
// Digits make 2^k steps between a power of two and the next one (1,024 at three digits), so a value
// is known by its power and its step. A percentile is the greatest value that counts as the same;
// how great that is depends on the power of the least value, as there.
//
// Counts are added up, so the order of the values does not matter.
#pragma once

#include "search/agg/core/aggregator.h"

#include <cstdint>
#include <vector>

namespace elkhorn::search::agg {

class HdrCounts {
public:
    explicit HdrCounts(int digits);

    /// Of a value that is not below 0.
    void add(std::uint32_t owner, double value) {
        table_.add(table_.find_or_add(owner, key_of(value)), 1);
    }

    void add(const HdrCounts& other, BucketMap above) {
        table_.merge(other.table_, above, [](std::int64_t key) { return key; });
    }

    bool empty(std::uint32_t owner) { return table_.of(owner).empty(); }

    /// Both want a value of that owner.
    double percentile(std::uint32_t owner, double percent);
    /// The percentage of values that are at most `value`.
    double rank(std::uint32_t owner, double value);

    std::size_t memory_bytes() const { return table_.memory_bytes(); }

private:
    struct Counted {
        std::int64_t key;
        std::uint64_t count;
    };

    std::int64_t key_of(double value) const;
    /// The least value of the key's step.
    double value_of(std::int64_t key) const;
    double step_of(std::int64_t key) const;
    void gather(std::uint32_t owner);

    int bits_;  // 2^bits_ steps from a power of two to the next
    BucketTable table_;
    std::vector<Counted> sorted_;  // of owner_ when it was asked for last, ascending
    std::uint64_t total_ = 0;      // of them
    std::uint32_t owner_ = no_bucket;
};

}  // namespace elkhorn::search::agg
