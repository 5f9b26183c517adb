// search/agg_digest.h -- where in a set of numbers a value lies and which value lies where, without
// keeping them all: exact up to some thousands of values, then a t-digest (Dunning, "Computing
// extremely accurate quantiles using t-digests"), whose clusters are small at both ends.
//
// From 200 values on, equal ones are taken together into clusters as heavy as Elasticsearch's
// digest makes them, for it shows: between a hundred 2s and a hundred 3s lies more than one number.
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

    bool empty() const { return fresh_.empty() && clusters_.empty(); }

    /// Both want `settle` to have been called since the last add, and at least one value.
    double quantile(double q) const;
    /// The fraction of values that are at most `value`.
    double rank(double value) const;
    double median_absolute_deviation() const;
    void settle(double compression);

    std::size_t memory_bytes() const {
        return fresh_.capacity() * 8 + clusters_.capacity() * sizeof(Cluster);
    }

private:
    struct Cluster {
        double mean;
        double weight;
    };

    static constexpr std::size_t fresh_most = 4096;

    void compress(double compression);
    void merge_fresh();
    void join_equal(double compression);
    static double quantile_of(std::span<const Cluster> clusters, double min, double max, double q);

    std::vector<double> fresh_;      // added since
    std::vector<Cluster> clusters_;  // ascending once settled
    double min_ = 0;
    double max_ = 0;
};

}  // namespace elkhorn::search::agg
