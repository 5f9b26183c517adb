// base/half_float.h -- numbers as a half_float field keeps them.
#pragma once

#include <cmath>

namespace elkhorn {

/// Rounds to the nearest half-precision number (IEEE 754 binary16), ties to even. Those beyond its
/// range stay as they are.
inline double to_half(double value) {
    if (value == 0 || !std::isfinite(value)) return value;
    int exponent = 0;
    std::frexp(value, &exponent);
    const int digits = exponent > -14 ? 11 : 11 - (-13 - exponent);
    const double step = std::ldexp(1.0, exponent - digits);
    return std::nearbyint(value / step) * step;
}

}  // namespace elkhorn
