#include "search/base/point.h"

#include "base/strings.h"
#include "event/format.h"

#include <cmath>
#include <string>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;
using store::GeoPoint;

constexpr double lat_step = 180.0 / 4294967296.0;
constexpr double lon_step = 360.0 / 4294967296.0;

std::string scalar_text(const Value& value) {
    std::string text;
    if (!value.is(Kind::object) && !value.is(Kind::array) && !value.is_null())
        event::append_text(text, value);
    return text;
}

std::optional<double> number_of(const Value* value) {
    return value == nullptr ? std::nullopt : to_double(trim(scalar_text(*value)));
}

std::optional<GeoPoint> checked(std::optional<double> lat, std::optional<double> lon) {
    if (!lat || !lon) return std::nullopt;
    return GeoPoint{*lat, *lon};
}

}  // namespace

std::optional<GeoPoint> read_point(const Value& value) {
    if (value.is(Kind::array)) {
        const auto& parts = value.as_array();
        if (parts.size() < 2) return std::nullopt;
        return checked(number_of(&parts[1]), number_of(&parts[0]));
    }
    if (value.is(Kind::object)) {
        const Value* hash = value.as_object().find("geohash");
        if (hash != nullptr) return store::parse_point(scalar_text(*hash));
        return checked(number_of(value.as_object().find("lat")),
                       number_of(value.as_object().find("lon")));
    }
    return store::parse_point(scalar_text(value));
}

GeoPoint as_indexed(const GeoPoint& point) {
    const double lat = point.lat == 90 ? std::nextafter(90.0, 0.0) : point.lat;
    const double lon = point.lon == 180 ? std::nextafter(180.0, 0.0) : point.lon;
    return {std::floor(lat / lat_step) * lat_step, std::floor(lon / lon_step) * lon_step};
}

}  // namespace elkhorn::search
