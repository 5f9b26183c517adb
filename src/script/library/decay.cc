#include "script/library/decay.h"

#include "base/strings.h"

#include <array>

namespace elkhorn::script {

std::optional<double> parse_time_ms(std::string_view text) {
    struct Unit {
        std::string_view name;
        double ms;
    };

    constexpr std::array units = {Unit{"nanos", 1e-6}, Unit{"micros", 1e-3}, Unit{"ms", 1},
                                  Unit{"s", 1e3},      Unit{"m", 6e4},       Unit{"h", 3.6e6},
                                  Unit{"d", 8.64e7}};
    const std::string given = to_lower(trim(text));
    if (given == "0") return 0.0;
    for (const Unit& unit : units) {
        if (!given.ends_with(unit.name)) continue;
        const auto number =
            to_double(trim(std::string_view(given).substr(0, given.size() - unit.name.size())));
        if (number) return *number * unit.ms;
    }
    return std::nullopt;
}

}  // namespace elkhorn::script
