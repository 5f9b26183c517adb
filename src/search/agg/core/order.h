// search/agg/core/order.h -- "order" of buckets: by _count, by _key, or by a metric inside them,
// each up or down, several after one another; equal ones go by key, upwards. Buckets without a
// number come last.
#pragma once

#include "search/agg/core/buckets.h"
#include "search/agg/core/options.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace elkhorn::search::agg {

class Order {
public:
    static Order by_key() { return Order({Part{By::key, true, {}, nullptr, {}}}); }

    static Order by_count() { return Order({Part{By::count, false, {}, nullptr, {}}}); }

    /// The member "order", or `otherwise`.
    static Order read(Options& options, Order otherwise);

    /// Finds the metrics among what is inside `parent`; refuses paths that lead nowhere.
    Answer<> bind(const Aggregator& parent);

    bool starts_with_key() const { return parts_.front().by == By::key; }

    bool starts_with_count_down() const {
        return parts_.front().by == By::count && !parts_.front().up;
    }

    /// Keys alone, upwards: how histograms have their buckets anyway.
    bool is_by_key_up() const { return starts_with_key() && parts_.front().up; }

    /// Brings the first `keep` buckets in order and drops the others. compare(a, b) of keys: < 0,
    /// 0, > 0.
    template <typename CompareKeys>
    void arrange(std::vector<Bucket>& buckets, std::size_t keep, CompareKeys&& compare) const {
        const std::vector<std::vector<double>> numbers = numbers_of(buckets);
        std::vector<std::uint32_t> places(buckets.size());
        std::iota(places.begin(), places.end(), 0U);
        const auto less = [&](std::uint32_t a, std::uint32_t b) {
            for (std::size_t i = 0; i < parts_.size(); ++i) {
                const Part& part = parts_[i];
                int way = 0;
                if (part.by == By::key) {
                    way = compare(buckets[a], buckets[b]);
                } else if (part.by == By::count) {
                    way = buckets[a].count < buckets[b].count   ? -1
                          : buckets[a].count > buckets[b].count ? 1
                                                                : 0;
                } else {
                    way = compare_numbers(numbers[i][a], numbers[i][b], part.up);
                }
                if (way != 0) return (way < 0) == part.up;
            }
            return compare(buckets[a], buckets[b]) < 0;
        };
        keep = std::min(keep, places.size());
        std::partial_sort(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(keep),
                          places.end(), less);
        std::vector<Bucket> arranged;
        arranged.reserve(keep);
        for (std::size_t i = 0; i < keep; ++i)
            arranged.push_back(buckets[places[i]]);
        buckets = std::move(arranged);
    }

private:
    enum class By { key, count, path };

    struct Part {
        By by = By::key;
        bool up = true;
        std::string path;
        const Aggregator* metric = nullptr;  // of the tree this order belongs to
        std::string metric_key;
    };

    explicit Order(std::vector<Part> parts) : parts_(std::move(parts)) {}

    static void add_part(Options& options, const event::Value& element, Order& order);
    std::vector<std::vector<double>> numbers_of(const std::vector<Bucket>& buckets) const;

    /// Those without a number are last whichever the way.
    static int compare_numbers(double a, double b, bool up) {
        if (std::isnan(a) || std::isnan(b)) {
            if (std::isnan(a) && std::isnan(b)) return 0;
            return std::isnan(a) == up ? 1 : -1;
        }
        return a < b ? -1 : a > b ? 1 : 0;
    }

    std::vector<Part> parts_;
};

/// "a>b.avg": the names of the aggregations on the way and the number of the last one.
struct MetricPath {
    std::vector<std::string> names;
    std::string key;
    static MetricPath parse(std::string_view path);
};

}  // namespace elkhorn::search::agg
