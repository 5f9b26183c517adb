#include "base/units.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <span>

namespace elkhorn {
namespace {

struct Unit {
    std::string_view name;
    double factor;
};

Result<std::int64_t> parse_with(std::string_view text, std::string_view what,
                                std::span<const Unit> units) {
    const std::string_view whole = trim(text);
    double number = 0;
    const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), number);
    const std::string unit =
        to_lower(trim(whole.substr(static_cast<std::size_t>(end - whole.data()))));
    if (error == std::errc{} && number >= 0) {
        for (const Unit& known : units) {
            if (known.name != unit) continue;
            const double result = number * known.factor;
            if (result < 9e18) return static_cast<std::int64_t>(std::llround(result));
        }
    }
    return fail(ErrorCode::invalid, fmt::format("\"{}\" is not {}", text, what));
}

}  // namespace

Result<std::int64_t> parse_bytes(std::string_view text) {
    constexpr double k = 1024;
    constexpr std::array units = {Unit{"", 1},
                                  Unit{"b", 1},
                                  Unit{"k", k},
                                  Unit{"kb", k},
                                  Unit{"kib", k},
                                  Unit{"m", k * k},
                                  Unit{"mb", k * k},
                                  Unit{"mib", k * k},
                                  Unit{"g", k * k * k},
                                  Unit{"gb", k * k * k},
                                  Unit{"gib", k * k * k},
                                  Unit{"t", k * k * k * k},
                                  Unit{"tb", k * k * k * k},
                                  Unit{"tib", k * k * k * k}};
    return parse_with(text, "a size such as 64mb", units);
}

Result<std::int64_t> parse_duration_ms(std::string_view text) {
    constexpr std::array units = {Unit{"", 1},          Unit{"nanos", 1e-6},  Unit{"micros", 1e-3},
                                  Unit{"ms", 1},        Unit{"s", 1000},      Unit{"m", 60'000},
                                  Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};
    return parse_with(text, "a duration such as 30s", units);
}

std::string format_bytes(std::int64_t bytes) {
    constexpr std::array<std::string_view, 5> names = {"b", "kb", "mb", "gb", "tb"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1024 && unit + 1 < names.size()) {
        value /= 1024;
        ++unit;
    }
    const double tenths = std::floor(value * 10) / 10;
    if (tenths == std::floor(tenths))
        return fmt::format("{}{}", static_cast<std::int64_t>(tenths), names[unit]);
    return fmt::format("{:.1f}{}", tenths, names[unit]);
}

}  // namespace elkhorn
