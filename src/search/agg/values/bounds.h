// search/agg/values/bounds.h -- what date_histogram and histogram have in common: bounds, filling
// of gaps, order, and buckets numbered by key.
#pragma once

#include "search/agg/core/order.h"
#include "search/agg/values/source.h"

#include <cstdint>
#include <optional>
#include <string>

namespace elkhorn::search::agg {

/// "extended_bounds" or "hard_bounds" of a date_histogram as given: texts are read once the field
/// is known.
struct BoundTexts {
    std::optional<std::string> min;
    std::optional<std::string> max;
    bool min_is_number = false;
    bool max_is_number = false;

    static std::optional<BoundTexts> read(Options& options, std::string_view key);
};

template <typename T>
struct Bounds {
    std::optional<T> min;
    std::optional<T> max;
};

struct HistogramOptions {
    SourceOptions source;
    std::uint64_t min_doc_count = 0;
    bool keyed = false;
    Order order = Order::by_key();

    void read(Options& options);
};

std::unexpected<Failure> refuse_bounds_outside(const std::string& hard_min,
                                               const std::string& hard_max, const std::string& min,
                                               const std::string& max);

}  // namespace elkhorn::search::agg
