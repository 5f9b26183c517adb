// search/agg/pipeline/bucket_metrics.cc -- one answer over the numbers of all buckets of a list:
// avg_bucket, sum_bucket, min_bucket, max_bucket and stats_bucket.

#include "search/agg/core/pipeline_kind.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace elkhorn::search::agg::bucket_metrics {
namespace {

double sum_of(const SiblingNumbers& numbers) {
    return std::accumulate(numbers.values.begin(), numbers.values.end(), 0.0);
}

double average_of(const SiblingNumbers& numbers) {
    return sum_of(numbers) / static_cast<double>(numbers.values.size());
}

double least_of(const SiblingNumbers& numbers) {
    const auto least = std::ranges::min_element(numbers.values);
    return least == numbers.values.end() ? std::numeric_limits<double>::infinity() : *least;
}

double greatest_of(const SiblingNumbers& numbers) {
    const auto greatest = std::ranges::max_element(numbers.values);
    return greatest == numbers.values.end() ? -std::numeric_limits<double>::infinity() : *greatest;
}

template <double (*value_of)(const SiblingNumbers&)>
class OneValue final : public SiblingPipeline {
public:
    using SiblingPipeline::SiblingPipeline;

    std::string typed_name() const override { return "simple_value"; }

protected:
    void write(json::Writer& out, const SiblingNumbers& numbers) const override {
        write_number(out, "value", value_of(numbers));
    }
};

/// The least or the greatest value, with the buckets that have it.
template <double (*value_of)(const SiblingNumbers&)>
class OneBucket final : public SiblingPipeline {
public:
    using SiblingPipeline::SiblingPipeline;

    std::string typed_name() const override { return "bucket_metric_value"; }

protected:
    void write(json::Writer& out, const SiblingNumbers& numbers) const override {
        const double value = value_of(numbers);
        write_number(out, "value", value);
        out.key("keys").begin_array();
        for (std::size_t i = 0; i < numbers.values.size(); ++i) {
            if (numbers.values[i] == value) out.value(numbers.keys[i]);
        }
        out.end_array();
    }
};

class Stats final : public SiblingPipeline {
public:
    using SiblingPipeline::SiblingPipeline;

protected:
    void write(json::Writer& out, const SiblingNumbers& numbers) const override {
        out.member("count", numbers.values.size());
        write_number(out, "min", least_of(numbers));
        write_number(out, "max", greatest_of(numbers));
        write_number(out, "avg", average_of(numbers));
        write_number(out, "sum", sum_of(numbers));
    }
};

template <typename Kind>
MadePipeline make(Common common, PipelineOptions& options) {
    ASK(options.finish());
    return std::make_unique<Kind>(std::move(common), std::move(options.settings()));
}

template <typename Kind>
constexpr PipelineKind kind_of(std::string_view name) {
    return {name, make<Kind>, {path_member, gap_member, format_member}, PipelineWords::sibling};
}

constexpr PipelineKind kinds[] = {
    kind_of<OneValue<average_of>>("avg_bucket"),
    kind_of<OneValue<sum_of>>("sum_bucket"),
    kind_of<OneBucket<least_of>>("min_bucket"),
    kind_of<OneBucket<greatest_of>>("max_bucket"),
    kind_of<Stats>("stats_bucket"),
};

}  // namespace

extern constinit const PipelineKinds spec{kinds};

}  // namespace elkhorn::search::agg::bucket_metrics
