#include "search/base/geo_area.h"

#include "search/base/distance.h"

#include <algorithm>
#include <cstdint>

namespace elkhorn::search {
namespace {

using store::GeoPoint;

enum class Side : std::uint8_t { outside, border, inside };

/// Whether the point lies on the line between two others.
bool is_on_line(const GeoPoint& point, const GeoPoint& a, const GeoPoint& b) {
    const double turn =
        (b.lon - a.lon) * (point.lat - a.lat) - (b.lat - a.lat) * (point.lon - a.lon);
    return turn == 0 && point.lat >= std::min(a.lat, b.lat) &&
           point.lat <= std::max(a.lat, b.lat) && point.lon >= std::min(a.lon, b.lon) &&
           point.lon <= std::max(a.lon, b.lon);
}

/// By how often a line from the point to the east crosses the ring.
Side side_of(const GeoPoint& point, const GeoRing& ring) {
    bool inside = false;
    for (std::size_t i = 1; i < ring.size(); ++i) {
        const GeoPoint& a = ring[i - 1];
        const GeoPoint& b = ring[i];
        if (is_on_line(point, a, b)) return Side::border;
        if ((a.lat > point.lat) == (b.lat > point.lat)) continue;
        const double crossing = a.lon + (point.lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon);
        if (point.lon < crossing) inside = !inside;
    }
    return inside ? Side::inside : Side::outside;
}

bool holds(const GeoPolygon& polygon, const GeoPoint& point) {
    if (side_of(point, polygon.outline) == Side::outside) return false;
    return std::ranges::none_of(
        polygon.holes, [&](const GeoRing& hole) { return side_of(point, hole) == Side::inside; });
}

bool holds(const GeoBox& box, const GeoPoint& point) {
    if (point.lat > box.top || point.lat < box.bottom) return false;
    return box.left <= box.right ? point.lon >= box.left && point.lon <= box.right
                                 : point.lon >= box.left || point.lon <= box.right;
}

bool holds(const GeoCircle& circle, const GeoPoint& point) {
    return arc_metres(circle.center, point) <= circle.metres;
}

}  // namespace

bool GeoArea::holds(const GeoPoint& point) const {
    const auto any = [&](const auto& parts) {
        return std::ranges::any_of(
            parts, [&](const auto& part) { return elkhorn::search::holds(part, point); });
    };
    const auto in_part = [&](const GeoArea& part) {
        return part.holds(point);
    };
    return any(polygons) || any(boxes) || any(circles) ||
           (!collection.empty() && std::ranges::all_of(collection, in_part));
}

}  // namespace elkhorn::search
