// search/agg/figures/student.h -- Student's t-test: how likely it is that two samples differ as
// much as they do although they come from the same distribution.
//
//   paired            two values of each document: their differences are held against 0
//   homoscedastic     two samples of equal variance
//   heteroscedastic   two samples, each of its own variance (Welch)
#pragma once

#include <cstdint>

namespace elkhorn::search::agg {

struct Sample {
    double sum = 0;
    double squares = 0;
    std::uint64_t count = 0;

    void add(double value) {
        sum += value;
        squares += value * value;
        ++count;
    }

    double mean() const { return sum / static_cast<double>(count); }

    double variance() const {
        const auto all = static_cast<double>(count);
        return (squares - sum * sum / all) / (all - 1);
    }
};

/// The likelihood of a distance of at least |t|, on both sides.
double student_both_sides(double t, double degrees_of_freedom);

/// NaN for samples of fewer than two values, or where nothing varies.
double paired_test(const Sample& differences);
double homoscedastic_test(const Sample& a, const Sample& b);
double heteroscedastic_test(const Sample& a, const Sample& b);

}  // namespace elkhorn::search::agg
