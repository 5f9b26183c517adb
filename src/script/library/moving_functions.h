// script/library/moving_functions.h -- what moving_fn and moving_avg make of the values of a
// window: plain, weighted and exponential averages, with a trend (Holt) and with seasons
// (Holt-Winters), each step as Elasticsearch's MovingFunctions computes it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace elkhorn::script {

/// NaN without values, but 0 for the sum.
double moving_max(std::span<const double> values);
double moving_min(std::span<const double> values);
double moving_sum(std::span<const double> values);
double moving_average(std::span<const double> values);
double moving_deviation(std::span<const double> values, double average);
double moving_linear_average(std::span<const double> values);
double moving_exponential_average(std::span<const double> values, double alpha);

/// The next `count` values. NaN without any.
std::vector<double> moving_holt(std::span<const double> values, double alpha, double beta,
                                std::size_t count);

struct HoltWinters {
    double alpha = 0.3;
    double beta = 0.1;
    double gamma = 0.3;
    std::size_t period = 1;
    double padding = 0;  // added to each value, so that none is 0
    bool multiplicative = false;

    bool enough(std::size_t values) const { return values >= 2 * period; }

    /// Wants enough values.
    std::vector<double> forecast(std::span<const double> values, std::size_t count) const;
};

}  // namespace elkhorn::script
