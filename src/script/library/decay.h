// script/library/decay.h -- how a score falls with the distance from where it is best: to `decay`
// at `scale` and on from there, by a curve of one of three shapes.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

namespace elkhorn::script {

class Decay {
public:
    enum class Shape : std::uint8_t { linear, exponential, gauss };

    Decay(Shape shape, double scale, double decay) : shape_(shape) {
        switch (shape) {
            case Shape::linear: factor_ = scale / (1.0 - decay); break;
            case Shape::exponential: factor_ = std::log(decay) / scale; break;
            case Shape::gauss: factor_ = 0.5 * scale * scale / std::log(decay); break;
        }
    }

    /// 1 at no distance, never below 0.
    double at(double distance) const {
        switch (shape_) {
            case Shape::linear: return std::fmax(0.0, (factor_ - distance) / factor_);
            case Shape::exponential: return std::exp(factor_ * distance);
            default: return std::exp(0.5 * distance * distance / factor_);
        }
    }

private:
    Shape shape_;
    double factor_ = 0;
};

/// "3d", "1.5h", "0" in milliseconds.
std::optional<double> parse_time_ms(std::string_view text);

}  // namespace elkhorn::script
