// search/agg/figures/moving_script.h -- the scripts that people write for moving_fn: a call of
// MovingFunctions with the window's `values`, numbers, params.x, values.length, arithmetic,
// comparisons, a ? b : c, and `if (...) { ... } else { ... }` around them.
//
//   if (values.length > 4) { MovingFunctions.holtWinters(values, 0.3, 0.1, 0.1, 2, false) }
//
// What comes to no value is 0. Anything else is refused with the place where it stands. There are
// no loops and no assignments: a script costs what its calls cost.
#pragma once

#include "search/base/failure.h"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search::agg {

class MovingScript {
public:
    using Params = std::map<std::string, double, std::less<>>;

    static Answer<std::shared_ptr<const MovingScript>> parse(std::string_view source,
                                                             Params params);

    /// Refuses where Holt-Winters has too few values.
    Answer<double> run(std::span<const double> values) const;

private:
    enum class Op : std::uint8_t {
        number,
        length,
        negate,
        not_,
        add,
        subtract,
        multiply,
        divide,
        modulo,
        less,
        less_equal,
        greater,
        greater_equal,
        equal,
        not_equal,
        and_,
        or_,
        choose,  // of three: a ? b : c
        max,
        min,
        sum,
        average,
        linear,
        deviation,
        exponential,
        holt,
        holt_winters
    };

    struct Step {
        Op op = Op::number;
        double number = 0;
        std::vector<int> parts;  // places of operands among the steps
    };

    class Parser;

    Answer<double> value(int step, std::span<const double> values) const;
    Answer<double> call(const Step& step, std::span<const double> arguments,
                        std::span<const double> values) const;
    Answer<double> holt_winters(std::span<const double> arguments,
                                std::span<const double> values) const;

    std::vector<Step> steps_;
    int root_ = -1;
};

}  // namespace elkhorn::search::agg
