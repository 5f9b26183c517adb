// search/agg/values/digest.h -- where in a set of numbers a value lies and which value lies where,
// without keeping them all: exact up to some thousands of values, then a t-digest (Dunning,
// "Computing extremely accurate quantiles using t-digests"), whose clusters are small at both ends.
//
// A quantile lies between the middles of neighbouring values, as Elasticsearch 7's digest has it:
// of 1, 2 and 3 the median is 2 and the quantile 0.25 is 1.25.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace elkhorn::search::agg {

class Digest {
public:
    /// More compression keeps more clusters.
    void add(double value, double compression) {
        if (fresh_.size() >= fresh_most) compress(compression);
        fresh_.push_back(value);
    }

    /// What another was given; it is settled by that.
    void add(Digest& other, double compression);

    bool empty() const { return fresh_.empty() && clusters_.empty(); }

    /// Both want `settle` to have been called since the last add, and at least one value.
    double quantile(double q) const;
    /// The fraction of values that are at most `value`.
    double rank(double value) const;
    double median_absolute_deviation() const;
    void settle();

    std::size_t memory_bytes() const {
        return fresh_.capacity() * 8 + clusters_.capacity() * sizeof(Cluster);
    }

private:
    struct Cluster {
        double mean;
        double weight;
    };

    static constexpr std::size_t fresh_most = 16'384;

    void compress(double compression);
    void merge_fresh();
    static double quantile_of(std::span<const Cluster> clusters, double min, double max, double q);

    std::vector<double> fresh_;      // added since
    std::vector<Cluster> clusters_;  // ascending once settled
    double min_ = 0;
    double max_ = 0;
};

}  // namespace elkhorn::search::agg
