// search/agg/values/compensated_sum.h -- a sum that remembers what its digits could not hold
// (Kahan), as Elasticsearch adds: both agree to the last digit.
#pragma once

#include <cmath>

namespace elkhorn::search::agg {

struct CompensatedSum {
    double value = 0;
    double delta = 0;

    void add(double x) {
        if (!std::isfinite(x)) value = x + value;
        if (!std::isfinite(value)) return;
        const double corrected = x + delta;
        const double updated = value + corrected;
        delta = corrected - (updated - value);
        value = updated;
    }

    void add(const CompensatedSum& other) {
        add(other.value);
        if (std::isfinite(other.value)) add(other.delta);
    }
};

}  // namespace elkhorn::search::agg
