#include "search/base/distance.h"

#include "base/strings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace elkhorn::search {
namespace {

struct Unit {
    std::string_view name;
    double metres;
};

// Longer names before those that they end with.
constexpr std::array units = {Unit{"nauticalmiles", 1852.0},
                              Unit{"millimeters", 0.001},
                              Unit{"centimeters", 0.01},
                              Unit{"kilometers", 1000.0},
                              Unit{"meters", 1.0},
                              Unit{"miles", 1609.344},
                              Unit{"yards", 0.9144},
                              Unit{"feet", 0.3048},
                              Unit{"inch", 0.0254},
                              Unit{"nmi", 1852.0},
                              Unit{"NM", 1852.0},
                              Unit{"km", 1000.0},
                              Unit{"mm", 0.001},
                              Unit{"cm", 0.01},
                              Unit{"mi", 1609.344},
                              Unit{"yd", 0.9144},
                              Unit{"ft", 0.3048},
                              Unit{"in", 0.0254},
                              Unit{"m", 1.0}};

constexpr double earth_radius = 6'371'008.7714;

double radians(double degrees) {
    return degrees * std::numbers::pi / 180;
}

}  // namespace

std::optional<double> unit_metres(std::string_view unit) {
    const auto found = std::ranges::find(units, unit, &Unit::name);
    if (found == units.end()) return std::nullopt;
    return found->metres;
}

std::optional<double> parse_distance(std::string_view given, double metres) {
    std::string_view text = trim(given);
    for (const Unit& unit : units) {
        if (!text.ends_with(unit.name)) continue;
        text.remove_suffix(unit.name.size());
        metres = unit.metres;
        break;
    }
    const auto number = to_double(trim(text));
    if (!number) return std::nullopt;
    return *number * metres;
}

double arc_metres(const store::GeoPoint& a, const store::GeoPoint& b) {
    const double lat = std::sin(radians(a.lat - b.lat) / 2);
    const double lon = std::sin(radians(a.lon - b.lon) / 2);
    const double h = lat * lat + std::cos(radians(a.lat)) * std::cos(radians(b.lat)) * lon * lon;
    return 2 * earth_radius * std::asin(std::sqrt(std::min(1.0, h)));
}

double plane_metres(const store::GeoPoint& a, const store::GeoPoint& b) {
    const double x = radians(b.lon - a.lon) * std::cos(radians((b.lat + a.lat) / 2));
    const double y = radians(b.lat - a.lat);
    return std::sqrt(x * x + y * y) * earth_radius;
}

}  // namespace elkhorn::search
