#include "search/agg/figures/value_clusters.h"

#include <algorithm>
#include <bit>
#include <queue>

namespace elkhorn::search::agg {
namespace {

using Cluster = ValueClusters::Cluster;

Cluster merged(const Cluster& a, const Cluster& b) {
    Cluster both;
    both.min = std::min(a.min, b.min);
    both.max = std::max(a.max, b.max);
    both.count = a.count + b.count;
    both.centre =
        (a.centre * static_cast<double>(a.count) + b.centre * static_cast<double>(b.count)) /
        static_cast<double>(both.count);
    return both;
}

/// Those with one centre are one.
void join_equal(std::vector<Cluster>& clusters) {
    std::vector<Cluster> joined;
    for (const Cluster& cluster : clusters) {
        if (!joined.empty() && joined.back().centre == cluster.centre) {
            joined.back() = merged(joined.back(), cluster);
        } else {
            joined.push_back(cluster);
        }
    }
    clusters = std::move(joined);
}

/// Neighbours in a list, of which the nearest two become one until `wanted` are left.
class Merger {
public:
    explicit Merger(std::vector<Cluster> clusters) : clusters_(std::move(clusters)) {
        const std::size_t size = clusters_.size();
        for (std::size_t i = 0; i < size; ++i) {
            next_.push_back(i + 1);
            before_.push_back(i == 0 ? size : i - 1);
        }
        for (std::size_t i = 0; i + 1 < size; ++i)
            offer(i);
    }

    std::vector<Cluster> left(std::size_t wanted) {
        std::size_t count = clusters_.size();
        while (count > wanted && !pairs_.empty()) {
            const Pair pair = pairs_.top();
            pairs_.pop();
            if (pair.version != version(pair.left)) continue;
            merge(pair.left);
            --count;
        }
        std::vector<Cluster> kept;
        for (std::size_t i = 0; i < clusters_.size(); i = next_[i])
            kept.push_back(clusters_[i]);
        return kept;
    }

private:
    struct Pair {
        double distance;
        std::size_t left;
        std::uint64_t version;  // documents in both: a pair that has changed since does not count

        bool operator<(const Pair& other) const {
            return distance != other.distance ? distance > other.distance : left > other.left;
        }
    };

    std::uint64_t version(std::size_t left) const {
        if (clusters_[left].count == 0 || next_[left] >= clusters_.size()) return 0;
        return clusters_[left].count + clusters_[next_[left]].count;
    }

    void offer(std::size_t left) {
        pairs_.push({clusters_[next_[left]].centre - clusters_[left].centre, left, version(left)});
    }

    void merge(std::size_t left) {
        const std::size_t right = next_[left];
        clusters_[left] = merged(clusters_[left], clusters_[right]);
        clusters_[right].count = 0;
        next_[left] = next_[right];
        if (next_[left] < clusters_.size()) {
            before_[next_[left]] = left;
            offer(left);
        }
        if (before_[left] < clusters_.size()) offer(before_[left]);
    }

    std::vector<Cluster> clusters_;  // those merged into others have no documents
    std::vector<std::size_t> next_;
    std::vector<std::size_t> before_;
    std::priority_queue<Pair> pairs_;
};

}  // namespace

std::uint64_t ValueClusters::ordered_bits(double value) {
    constexpr std::uint64_t sign = std::uint64_t{1} << 63U;
    const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);  // + 0.0: no negative zero
    return (bits & sign) != 0 ? ~bits : bits | sign;
}

void ValueClusters::add(double value) {
    const auto [it, fresh] =
        cells_.try_emplace(ordered_bits(value) >> left_out_, Cell{value, value});
    Cell& cell = it->second;
    cell.min = std::min(cell.min, value);
    cell.max = std::max(cell.max, value);
    cell.sum += value;
    ++cell.count;
    while (cells_.size() > most_cells)
        coarsen();
}

void ValueClusters::coarsen() {
    std::unordered_map<std::uint64_t, Cell> coarser;
    for (const auto& [bits, cell] : cells_) {
        const auto [it, fresh] = coarser.try_emplace(bits >> 1U, cell);
        if (fresh) continue;
        Cell& into = it->second;
        into.min = std::min(into.min, cell.min);
        into.max = std::max(into.max, cell.max);
        into.sum += cell.sum;
        into.count += cell.count;
    }
    cells_ = std::move(coarser);
    ++left_out_;
}

std::vector<Cluster> ValueClusters::make(std::size_t wanted, std::size_t seeds) const {
    std::vector<std::pair<std::uint64_t, const Cell*>> sorted;
    std::uint64_t total = 0;
    for (const auto& [bits, cell] : cells_) {
        sorted.emplace_back(bits, &cell);
        total += cell.count;
    }
    std::ranges::sort(sorted);
    const std::uint64_t together = std::max<std::uint64_t>(1, (total + seeds - 1) / seeds);
    std::vector<Cluster> clusters;
    for (const auto& [bits, cell] : sorted) {
        Cluster one{cell->min, cell->max, cell->sum / static_cast<double>(cell->count), 0};
        for (std::uint64_t left = cell->count; left > 0; left -= one.count) {
            const bool full = clusters.empty() || clusters.back().count == together;
            one.count = std::min(left, full ? together : together - clusters.back().count);
            if (full) {
                clusters.push_back(one);
            } else {
                clusters.back() = merged(clusters.back(), one);
            }
        }
    }
    join_equal(clusters);
    return Merger(std::move(clusters)).left(wanted);
}

}  // namespace elkhorn::search::agg
