// search/base/distance.h -- distances as requests give them ("12km", "3 nmi", a number of some
// unit), and between points.
#pragma once

#include "store/schema/geo_point.h"

#include <optional>
#include <string_view>

namespace elkhorn::search {

/// Nothing for a unit that nobody knows.
std::optional<double> unit_metres(std::string_view unit);

/// In metres; a number alone is in units of `metres`. Nothing where there is no number.
std::optional<double> parse_distance(std::string_view text, double metres = 1);

/// Along the surface of the earth, as a ball.
double arc_metres(const store::GeoPoint& a, const store::GeoPoint& b);
/// As if it were flat: faster, and wrong over long ways and near the poles.
double plane_metres(const store::GeoPoint& a, const store::GeoPoint& b);

}  // namespace elkhorn::search
