// search/sort/sort_pick.h -- one value for several, as a sort's mode says. Only search/sort*.cc
// include it.
#pragma once

#include "search/sort/sort.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

namespace elkhorn::search {

inline std::int64_t rounded(double value) {
    if (value >= 9.2233720368547758e18) return std::numeric_limits<std::int64_t>::max();
    if (value <= -9.2233720368547758e18) return std::numeric_limits<std::int64_t>::min();
    return static_cast<std::int64_t>(std::floor(value + 0.5));
}

/// The least or the greatest unless the key names another mode. There is at least one; they may
/// change their places.
template <typename T>
T pick(SortMode mode, bool descending, std::vector<T>& values) {
    if (values.size() == 1) return values[0];
    const auto average = [&](double sum, double count) {
        if constexpr (std::is_integral_v<T>)
            return rounded(sum / count);
        else
            return sum / count;
    };
    switch (mode) {
        case SortMode::sum:
        case SortMode::avg: {
            double sum = 0;
            std::uint64_t exact = 0;
            for (const T value : values) {
                sum += static_cast<double>(value);
                if constexpr (std::is_integral_v<T>) exact += static_cast<std::uint64_t>(value);
            }
            if (mode == SortMode::avg) return average(sum, static_cast<double>(values.size()));
            if constexpr (std::is_integral_v<T>)
                return static_cast<T>(exact);
            else
                return sum;
        }
        case SortMode::median: {
            std::ranges::sort(values);
            const std::size_t middle = values.size() / 2;
            if (values.size() % 2 == 1) return values[middle];
            return average(
                static_cast<double>(values[middle - 1]) + static_cast<double>(values[middle]), 2);
        }
        default: break;
    }
    const bool greatest = mode == SortMode::max || (mode == SortMode::none && descending);
    return greatest ? *std::ranges::max_element(values) : *std::ranges::min_element(values);
}

}  // namespace elkhorn::search
