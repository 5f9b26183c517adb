#include "search/agg/values/sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace elkhorn::search::agg {
namespace {

/// Sum over k >= 1 of x^(2^k) 2^(k-1), plus x.
double sigma(double x) {
    if (x == 1) return std::numeric_limits<double>::infinity();
    double y = 1;
    double z = x;
    for (double before = -1; before != z; y += y) {
        x *= x;
        before = z;
        z += x * y;
    }
    return z;
}

double tau(double x) {
    if (x == 0 || x == 1) return 0;
    double y = 1;
    double z = 1 - x;
    for (double before = -1; before != z;) {
        x = std::sqrt(x);
        before = z;
        y *= 0.5;
        z -= (1 - x) * (1 - x) * y;
    }
    return z / 3;
}

}  // namespace

void CardinalitySketch::add(std::uint64_t hash, std::uint32_t threshold) {
    if (!registers_.empty()) return add_to_registers(hash);
    insert(hash == 0 ? 1 : hash);
    if (size_ > threshold) become_registers(threshold);
}

void CardinalitySketch::add(const CardinalitySketch& other, std::uint32_t threshold) {
    for (const std::uint64_t hash : other.hashes_) {
        if (hash != 0) add(hash, threshold);
    }
    if (other.registers_.empty()) return;
    if (registers_.empty()) become_registers(threshold);
    for (std::size_t i = 0; i < registers_.size(); ++i)
        registers_[i] = std::max(registers_[i], other.registers_[i]);
}

void CardinalitySketch::insert(std::uint64_t hash) {
    if (hashes_.size() < 2 * (static_cast<std::size_t>(size_) + 1)) grow();
    for (std::size_t at = hash;; ++at) {
        std::uint64_t& slot = hashes_[at & (hashes_.size() - 1)];
        if (slot == hash) return;
        if (slot == 0) {
            slot = hash;
            ++size_;
            return;
        }
    }
}

void CardinalitySketch::grow() {
    const std::vector<std::uint64_t> old = std::move(hashes_);
    hashes_.assign(std::max<std::size_t>(8, old.size() * 2), 0);
    size_ = 0;
    for (const std::uint64_t hash : old) {
        if (hash != 0) insert(hash);
    }
}

void CardinalitySketch::become_registers(std::uint32_t threshold) {
    // As Elasticsearch chooses: four bytes an entry at three quarters full, in powers of two.
    const auto entries = static_cast<std::uint32_t>(std::ceil(threshold / 0.75));
    precision_ = std::clamp(static_cast<int>(std::bit_width(entries * 4)), 4, 18);
    registers_.assign(std::size_t{1} << precision_, 0);
    for (const std::uint64_t hash : hashes_) {
        if (hash != 0) add_to_registers(hash);
    }
    hashes_ = std::vector<std::uint64_t>();  // gives its memory back, as {} would not
}

void CardinalitySketch::add_to_registers(std::uint64_t hash) {
    const std::size_t place = hash >> (64 - precision_);
    const std::uint64_t rest = (hash << precision_) | (std::uint64_t{1} << (precision_ - 1));
    const auto rank = static_cast<std::uint8_t>(std::countl_zero(rest) + 1);
    registers_[place] = std::max(registers_[place], rank);
}

double CardinalitySketch::estimate() const {
    const int longest = 64 - precision_;
    std::vector<double> counts(static_cast<std::size_t>(longest) + 2);
    for (const std::uint8_t rank : registers_)
        ++counts[rank];
    const auto m = static_cast<double>(registers_.size());
    double z = m * tau(1 - counts[static_cast<std::size_t>(longest) + 1] / m);
    for (int k = longest; k >= 1; --k)
        z = 0.5 * (z + counts[static_cast<std::size_t>(k)]);
    z += m * sigma(counts[0] / m);
    return m * m / (2 * std::log(2.0)) / z;
}

std::uint64_t CardinalitySketch::count() const {
    return registers_.empty() ? size_ : static_cast<std::uint64_t>(std::llround(estimate()));
}

}  // namespace elkhorn::search::agg
