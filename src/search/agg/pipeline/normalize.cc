// search/agg/pipeline/normalize.cc -- normalize: a number of each bucket beside those of all
// buckets of its list: on a scale from 0 to 1 or 100, in percent of the sum, by its distance from
// the mean, by standard deviations, or as softmax. A bucket without a number is NaN, that is null.

#include "search/agg/core/pipeline_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace elkhorn::search::agg::normalize {
namespace {

enum class Method : std::uint8_t { to_one, to_hundred, percent, mean, z_score, softmax };

constexpr std::array methods = {"rescale_0_1", "rescale_0_100", "percent_of_sum",
                                "mean",        "z-score",       "softmax"};

struct Spread {
    double min = std::numeric_limits<double>::infinity();
    double max = -std::numeric_limits<double>::infinity();
    double sum = 0;
    double mean = 0;
    double deviation = 0;
    double exponentials = 0;

    static Spread of(const std::vector<double>& values) {
        Spread spread;
        std::size_t count = 0;
        for (const double value : values) {
            if (std::isnan(value)) continue;
            ++count;
            spread.min = std::min(spread.min, value);
            spread.max = std::max(spread.max, value);
            spread.sum += value;
            spread.exponentials += std::exp(value);
        }
        spread.mean = spread.sum / static_cast<double>(count);
        double squares = 0;
        for (const double value : values) {
            if (!std::isnan(value)) squares += (value - spread.mean) * (value - spread.mean);
        }
        spread.deviation = std::sqrt(squares / static_cast<double>(count));
        return spread;
    }

    double normalized(Method method, double value) const {
        switch (method) {
            case Method::to_one: return (value - min) / (max - min);
            case Method::to_hundred: return 100 * (value - min) / (max - min);
            case Method::percent: return value / sum;
            case Method::mean: return (value - mean) / (max - min);
            case Method::z_score: return (value - mean) / deviation;
            default: return std::exp(value) / exponentials;
        }
    }
};

class Normalize final : public ParentPipeline {
public:
    Normalize(Common common, Settings settings, Method method)
        : ParentPipeline(std::move(common), std::move(settings)), method_(method) {}

    std::string typed_name() const override { return "simple_value"; }

    Answer<> apply(MultiBucket& parent, BucketList& list) const override {
        std::vector<double> numbers(list.buckets.size());
        for (std::size_t i = 0; i < list.buckets.size(); ++i)
            numbers[i] = ASK(number(parent, list, i, settings().paths[0].second, false));
        const Spread spread = Spread::of(numbers);
        std::vector<PipelineValue> made(list.buckets.size());
        for (std::size_t i = 0; i < list.buckets.size(); ++i)
            made[i] = {true, spread.normalized(method_, numbers[i]), 0};
        list.made[place()] = std::move(made);
        return {};
    }

private:
    Method method_;
};

MadePipeline make(Common common, PipelineOptions& options) {
    const auto method = options.rest().text("method");
    const auto found = std::ranges::find(methods, method.value_or(""));
    ASK(options.finish());
    if (!method) return options.missing("method");
    if (found == methods.end()) {
        return refuse("illegal_argument_exception", fmt::format("invalid method [{}]", *method));
    }
    return std::make_unique<Normalize>(std::move(common), std::move(options.settings()),
                                       static_cast<Method>(found - methods.begin()));
}

constexpr Parameter members[] = {{"method", Takes::text}};

constexpr PipelineKind kinds[] = {{"normalize", make, {path_member, format_member, members}}};

}  // namespace

extern constinit const PipelineKinds spec{kinds};

}  // namespace elkhorn::search::agg::normalize
