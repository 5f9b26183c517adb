#include "search/agg/figures/student.h"

#include <cmath>

namespace elkhorn::search::agg {
namespace {

const double unknown = std::nan("");

/// The continued fraction of the incomplete beta function, by Lentz.
double beta_fraction(double a, double b, double x) {
    constexpr int most_steps = 1000;
    constexpr double least = 1e-300;
    constexpr double enough = 1e-15;
    const auto away_from_zero = [](double value) {
        return std::abs(value) < least ? least : value;
    };
    double c = 1;
    double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
    double fraction = d;
    for (int step = 1; step <= most_steps; ++step) {
        const double m = step;
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / away_from_zero(1 + even * d);
        c = away_from_zero(1 + even / c);
        fraction *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / away_from_zero(1 + odd * d);
        c = away_from_zero(1 + odd / c);
        fraction *= d * c;
        if (std::abs(d * c - 1) < enough) break;
    }
    return fraction;
}

/// The incomplete beta function, from 0 at 0 to 1 at 1.
double regularized_beta(double a, double b, double x) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                  a * std::log(x) + b * std::log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a
                                     : 1 - front * beta_fraction(b, a, 1 - x) / b;
}

}  // namespace

double student_both_sides(double t, double degrees_of_freedom) {
    if (std::isnan(t) || !(degrees_of_freedom > 0)) return unknown;
    if (std::isinf(t)) return 0;
    return regularized_beta(degrees_of_freedom / 2, 0.5,
                            degrees_of_freedom / (degrees_of_freedom + t * t));
}

double paired_test(const Sample& differences) {
    if (differences.count < 2) return unknown;
    const auto count = static_cast<double>(differences.count);
    return student_both_sides(differences.mean() / std::sqrt(differences.variance() / count),
                              count - 1);
}

double homoscedastic_test(const Sample& a, const Sample& b) {
    if (a.count < 2 || b.count < 2) return unknown;
    const auto n = static_cast<double>(a.count);
    const auto m = static_cast<double>(b.count);
    const double pooled = ((n - 1) * a.variance() + (m - 1) * b.variance()) / (n + m - 2);
    return student_both_sides((a.mean() - b.mean()) / std::sqrt(pooled * (1 / n + 1 / m)),
                              n + m - 2);
}

double heteroscedastic_test(const Sample& a, const Sample& b) {
    if (a.count < 2 || b.count < 2) return unknown;
    const double one = a.variance() / static_cast<double>(a.count);
    const double other = b.variance() / static_cast<double>(b.count);
    const double degrees = (one + other) * (one + other) /
                           (one * one / (static_cast<double>(a.count) - 1) +
                            other * other / (static_cast<double>(b.count) - 1));
    return student_both_sides((a.mean() - b.mean()) / std::sqrt(one + other), degrees);
}

}  // namespace elkhorn::search::agg
