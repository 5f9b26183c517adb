// search/agg/values/sketch.h -- how many different values there were: counted exactly up to a
// threshold, then estimated with HyperLogLog in 2^precision bytes (1.04 / sqrt(2^precision)
// relative error: 0.8 % at 14).
//
// The estimate is Ertl's improved one ("New cardinality estimation algorithms for HyperLogLog
// sketches", 2017), which needs no tables of biases.
#pragma once

#include <cstdint>
#include <vector>

namespace elkhorn::search::agg {

class CardinalitySketch {
public:
    /// A well mixed hash of a value.
    void add(std::uint64_t hash, std::uint32_t threshold);
    /// What another of the same threshold was given.
    void add(const CardinalitySketch& other, std::uint32_t threshold);
    std::uint64_t count() const;

    std::size_t memory_bytes() const { return hashes_.capacity() * 8 + registers_.capacity(); }

private:
    void insert(std::uint64_t hash);
    void grow();
    void become_registers(std::uint32_t threshold);
    void add_to_registers(std::uint64_t hash);
    double estimate() const;

    std::vector<std::uint64_t>
        hashes_;  // open addressing; 0: free. Empty once there are registers.
    std::vector<std::uint8_t> registers_;
    std::uint32_t size_ = 0;
    int precision_ = 0;
};

/// Of an aggregation that counts different values: what others put together.
class CountsDistinct {
public:
    virtual ~CountsDistinct() = default;
    /// Null where the bucket has no value.
    virtual const CardinalitySketch* sketch(std::uint32_t bucket) const = 0;
    virtual std::uint32_t threshold() const = 0;
};

}  // namespace elkhorn::search::agg
