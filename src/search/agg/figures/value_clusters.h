// search/agg/figures/value_clusters.h -- values put into so many clusters, near ones together: what
// the buckets of variable_width_histogram are.
//
//   values      counted by their bits, without the last ones once there are too many different ones
//   "seeds"     as many neighbours together as leave that many clusters, be they equal
//   merged      the two whose centres are nearest, until as many are left as are wanted
//
// How many bits are left out follows from the values alone, so the order they come in does not
// matter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace elkhorn::search::agg {

class ValueClusters {
public:
    struct Cluster {
        double min = 0;
        double max = 0;
        double centre = 0;
        std::uint64_t count = 0;
    };

    void add(double value);

    /// Of the values added so far, ascending.
    std::vector<Cluster> make(std::size_t wanted, std::size_t seeds) const;

    std::size_t memory_bytes() const { return cells_.size() * cell_bytes; }

private:
    static constexpr std::size_t most_cells = 65'536;
    static constexpr std::size_t cell_bytes = 80;

    struct Cell {
        double min = 0;
        double max = 0;
        double sum = 0;
        std::uint64_t count = 0;
    };

    static std::uint64_t ordered_bits(double value);
    void coarsen();

    std::unordered_map<std::uint64_t, Cell> cells_;  // by ordered bits without the last ones
    unsigned left_out_ = 0;                          // how many
};

}  // namespace elkhorn::search::agg
