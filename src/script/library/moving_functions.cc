#include "script/library/moving_functions.h"

#include "base/assert.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace elkhorn::script {
namespace {

const double nothing = std::nan("");

}  // namespace

double moving_max(std::span<const double> values) {
    return values.empty() ? nothing : std::ranges::max(values);
}

double moving_min(std::span<const double> values) {
    return values.empty() ? nothing : std::ranges::min(values);
}

double moving_sum(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
}

double moving_average(std::span<const double> values) {
    return values.empty() ? nothing : moving_sum(values) / static_cast<double>(values.size());
}

double moving_deviation(std::span<const double> values, double average) {
    if (values.empty() || std::isnan(average)) return nothing;
    double squares = 0;
    for (const double value : values)
        squares += (value - average) * (value - average);
    return std::sqrt(squares / static_cast<double>(values.size()));
}

double moving_linear_average(std::span<const double> values) {
    double sum = 0;
    double weights = 1;  // it begins with 1 there, and so it does here
    double weight = 1;
    for (const double value : values) {
        sum += value * weight;
        weights += weight;
        ++weight;
    }
    return values.empty() ? nothing : sum / weights;
}

double moving_exponential_average(std::span<const double> values, double alpha) {
    if (values.empty()) return nothing;
    double average = values[0];
    for (const double value : values.subspan(1))
        average = value * alpha + average * (1 - alpha);
    return average;
}

std::vector<double> moving_holt(std::span<const double> values, double alpha, double beta,
                                std::size_t count) {
    if (values.empty()) return std::vector<double>(count, nothing);
    double level = values[0];
    double trend = 0;
    for (const double value : values.subspan(1)) {
        const double before = level;
        level = alpha * value + (1.0 - alpha) * (before + trend);
        trend = beta * (level - before) + (1 - beta) * trend;
    }
    std::vector<double> next(count);
    for (std::size_t i = 0; i < count; ++i)
        next[i] = level + static_cast<double>(i) * trend;
    return next;
}

std::vector<double> HoltWinters::forecast(std::span<const double> values, std::size_t count) const {
    ASSERT(enough(values.size()) && period > 0);
    std::vector<double> padded(values.begin(), values.end());
    for (double& value : padded)
        value += padding;
    const auto season = static_cast<double>(period);
    double level = 0;
    for (std::size_t i = 0; i < period; ++i)
        level += padded[i];
    level /= season;
    double trend = 0;
    double last_trend = 0;  // the first slope is not carried on there, and so it is not here
    double last_level = level;
    std::vector<double> seasonal(padded.size(), 0.0);
    for (std::size_t i = 0; level != 0 && i < period; ++i)
        seasonal[i] = padded[i] / level;
    for (std::size_t i = period; i < padded.size(); ++i) {
        const double before = seasonal[i - period];
        const double plain = multiplicative ? padded[i] / before : padded[i] - before;
        level = alpha * plain + (1.0 - alpha) * (last_level + last_trend);
        trend = beta * (level - last_level) + (1 - beta) * last_trend;
        const double part = multiplicative ? padded[i] / (last_level + last_trend)
                                           : padded[i] - (last_level - last_trend);
        seasonal[i] = gamma * part + (1 - gamma) * before;
        last_level = level;
        last_trend = trend;
    }
    std::vector<double> next(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double of_season = seasonal[padded.size() - period + i % period];
        const double line = level + static_cast<double>(i + 1) * trend;
        next[i] = multiplicative ? line * of_season : line + of_season;
    }
    return next;
}

}  // namespace elkhorn::script
