#include "search/agg/values/digest.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <numbers>
#include <numeric>
#include <utility>

namespace elkhorn::search::agg {
namespace {

constexpr std::size_t worth_buckets = 256;  // fewer are sorted faster by comparing

/// So that unsigned numbers are ordered as the values are, NaN last.
std::uint64_t ordered_bits(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    constexpr std::uint64_t sign = 1ULL << 63;
    return (bits & sign) != 0 ? ~bits : bits | sign;
}

double of_ordered_bits(std::uint64_t bits) {
    constexpr std::uint64_t sign = 1ULL << 63;
    return std::bit_cast<double>((bits & sign) != 0 ? bits & ~sign : ~bits);
}

/// By buckets of eleven bits, the lowest first, and only of the bits that are not alike in all: of
/// whole numbers that are few.
void sort_reals(std::vector<double>& values) {
    if (values.size() < worth_buckets) {
        std::ranges::sort(values);
        return;
    }
    constexpr int digit_bits = 11;
    constexpr std::uint64_t digit = (1U << digit_bits) - 1;
    std::vector<std::uint64_t> from(values.size());
    std::vector<std::uint64_t> to(values.size());
    std::uint64_t different = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        from[i] = ordered_bits(values[i]);
        different |= from[i] ^ from[0];
    }
    const int past = std::bit_width(different);
    for (int low = std::countr_zero(different); low < past; low += digit_bits) {
        std::array<std::uint32_t, digit + 1> places{};
        for (const std::uint64_t value : from)
            ++places[value >> low & digit];
        std::exclusive_scan(places.begin(), places.end(), places.begin(), 0U);
        for (const std::uint64_t value : from)
            to[places[value >> low & digit]++] = value;
        std::swap(from, to);
    }
    std::ranges::transform(from, values.begin(), of_ordered_bits);
}

}  // namespace

/// Sorts the fresh values in among the clusters, each a cluster of its own.
void Digest::merge_fresh() {
    if (fresh_.empty()) return;
    sort_reals(fresh_);
    min_ = clusters_.empty() ? fresh_.front() : std::min(min_, fresh_.front());
    max_ = clusters_.empty() ? fresh_.back() : std::max(max_, fresh_.back());
    std::vector<Cluster> merged;
    merged.reserve(clusters_.size() + fresh_.size());
    auto old = clusters_.begin();
    for (const double value : fresh_) {
        while (old != clusters_.end() && old->mean <= value)
            merged.push_back(*old++);
        merged.push_back({value, 1});
    }
    merged.insert(merged.end(), old, clusters_.end());
    clusters_ = std::move(merged);
    fresh_.clear();
}

void Digest::add(Digest& other, double compression) {
    if (other.clusters_.empty()) {
        for (const double value : other.fresh_)
            add(value, compression);
        return;
    }
    settle();
    other.settle();
    min_ = clusters_.empty() ? other.min_ : std::min(min_, other.min_);
    max_ = clusters_.empty() ? other.max_ : std::max(max_, other.max_);
    std::vector<Cluster> merged;
    merged.reserve(clusters_.size() + other.clusters_.size());
    std::ranges::merge(clusters_, other.clusters_, std::back_inserter(merged), {}, &Cluster::mean,
                       &Cluster::mean);
    clusters_ = std::move(merged);
    if (clusters_.size() > fresh_most) compress(compression);
}

void Digest::settle() {
    merge_fresh();
}

void Digest::compress(double compression) {
    merge_fresh();
    double total = 0;
    for (const Cluster& cluster : clusters_)
        total += cluster.weight;
    // The arcsine scale: a cluster may span one unit of k, which is little of q near 0 and 1.
    const double delta = 8 * std::max(20.0, std::min(compression, 1000.0));
    const auto limit_after = [&](double q) {
        const double k = delta / (2 * std::numbers::pi) * std::asin(2 * q - 1) + 1;
        const double most = delta / 4;
        return k >= most ? 1.0 : (std::sin(k * 2 * std::numbers::pi / delta) + 1) / 2;
    };
    std::vector<Cluster> made;
    double before = 0;
    Cluster last{0, 0};  // in the making; no weight: there is none yet
    double offsets = 0;  // of all in it from its first: equal values stay themselves
    double limit = total * limit_after(0);
    for (const Cluster& cluster : clusters_) {
        if (last.weight > 0 && before + last.weight + cluster.weight <= limit) {
            offsets += (cluster.mean - last.mean) * cluster.weight;
            last.weight += cluster.weight;
            continue;
        }
        if (last.weight > 0) {
            made.push_back({last.mean + offsets / last.weight, last.weight});
            before += last.weight;
            limit = total * limit_after(before / total);
        }
        last = cluster;
        offsets = 0;
    }
    if (last.weight > 0) made.push_back({last.mean + offsets / last.weight, last.weight});
    clusters_ = std::move(made);
}

double Digest::quantile_of(std::span<const Cluster> clusters, double min, double max, double q) {
    if (clusters.size() == 1) return clusters[0].mean;
    double total = 0;
    for (const Cluster& cluster : clusters)
        total += cluster.weight;
    const double index = q * total;
    double middle = clusters[0].weight / 2;
    if (index < middle) return (min * index + clusters[0].mean * (middle - index)) / middle;
    for (std::size_t i = 0; i + 1 < clusters.size(); ++i) {
        const double step = (clusters[i].weight + clusters[i + 1].weight) / 2;
        if (middle + step > index) {
            const double right = index - middle;
            const double left = middle + step - index;
            const double mean =
                (clusters[i].mean * left + clusters[i + 1].mean * right) / (left + right);
            return std::clamp(mean, clusters[i].mean, clusters[i + 1].mean);
        }
        middle += step;
    }
    const double right = index - middle;
    const double left = clusters.back().weight / 2 - right;
    if (left + right <= 0) return max;
    return std::clamp((clusters.back().mean * left + max * right) / (left + right),
                      clusters.back().mean, std::max(max, clusters.back().mean));
}

double Digest::quantile(double q) const {
    return quantile_of(clusters_, min_, max_, q);
}

double Digest::rank(double value) const {
    if (clusters_.size() == 1) return value < clusters_[0].mean ? 0 : 1;
    double total = 0;
    for (const Cluster& cluster : clusters_)
        total += cluster.weight;
    double before = 0;
    double left = (clusters_[1].mean - clusters_[0].mean) / 2;
    double right = left;
    const auto between = [&](const Cluster& cluster) {
        const double from = cluster.mean - left;
        const double to = cluster.mean + right;
        return (before + cluster.weight * (value - from) / (to - from)) / total;
    };
    // Each cluster reaches half way to its neighbours; the last one as far as the one before it.
    for (std::size_t i = 0; i + 2 < clusters_.size(); ++i) {
        if (value < clusters_[i].mean + right) return std::max(0.0, between(clusters_[i]));
        before += clusters_[i].weight;
        left = right;
        right = (clusters_[i + 2].mean - clusters_[i + 1].mean) / 2;
    }
    const Cluster& last = clusters_[clusters_.size() - 2];
    return value < last.mean + right ? between(last) : 1;
}

double Digest::median_absolute_deviation() const {
    const double median = quantile(0.5);
    std::vector<Cluster> distances;
    distances.reserve(clusters_.size());
    for (const Cluster& cluster : clusters_)
        distances.push_back({std::fabs(cluster.mean - median), cluster.weight});
    std::ranges::sort(distances, {}, &Cluster::mean);
    return quantile_of(distances, distances.front().mean, distances.back().mean, 0.5);
}

}  // namespace elkhorn::search::agg
