#include "search/agg/figures/hdr_counts.h"

#include "base/assert.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace elkhorn::search::agg {
namespace {

constexpr std::int64_t zero_key = std::numeric_limits<std::int64_t>::min();

}  // namespace

HdrCounts::HdrCounts(int digits)
    : bits_(static_cast<int>(
          std::bit_width(static_cast<std::uint64_t>(2 * std::pow(10, digits)) - 1) - 1)) {
    ASSERT(digits >= 0 && digits <= 5);
}

std::int64_t HdrCounts::key_of(double value) const {
    if (value == 0) return zero_key;
    int power = 0;
    const double part = std::frexp(value, &power);  // in [0.5, 1)
    const auto steps = std::int64_t{1} << bits_;
    return power * steps + static_cast<std::int64_t>(part * 2 * static_cast<double>(steps)) - steps;
}

double HdrCounts::value_of(std::int64_t key) const {
    if (key == zero_key) return 0;
    const auto steps = std::int64_t{1} << bits_;
    const std::int64_t power = key >> bits_;
    const std::int64_t step = key - power * steps + steps;
    return std::ldexp(static_cast<double>(step), static_cast<int>(power) - bits_ - 1);
}

double HdrCounts::step_of(std::int64_t key) const {
    return std::ldexp(1.0, static_cast<int>(key >> bits_) - bits_ - 1);
}

void HdrCounts::gather(std::uint32_t owner) {
    if (owner_ == owner) return;
    owner_ = owner;
    sorted_.clear();
    total_ = 0;
    for (const std::uint32_t bucket : table_.of(owner)) {
        sorted_.push_back({table_.key(bucket), table_.count(bucket)});
        total_ += table_.count(bucket);
    }
    std::ranges::sort(sorted_, {}, &Counted::key);
}

double HdrCounts::percentile(std::uint32_t owner, double percent) {
    gather(owner);
    ASSERT(!sorted_.empty());
    const double wanted =
        std::floor(std::clamp(percent, 0.0, 100.0) / 100.0 * static_cast<double>(total_) + 0.5);
    const auto target = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(wanted));
    const auto least = std::ranges::find_if(
        sorted_, [](const Counted& counted) { return counted.key != zero_key; });
    std::uint64_t seen = 0;
    for (const Counted& counted : sorted_) {
        seen += counted.count;
        if (seen < target) continue;
        if (percent == 0 || counted.key == zero_key) return value_of(counted.key);
        return value_of(counted.key) + step_of(counted.key) - step_of(least->key);
    }
    return value_of(sorted_.back().key);
}

double HdrCounts::rank(std::uint32_t owner, double value) {
    gather(owner);
    ASSERT(total_ > 0);
    if (value < 0) return 0;
    const std::int64_t key = key_of(value);
    std::uint64_t seen = 0;
    for (const Counted& counted : sorted_) {
        if (counted.key <= key) seen += counted.count;
    }
    return 100.0 * static_cast<double>(seen) / static_cast<double>(total_);
}

}  // namespace elkhorn::search::agg
