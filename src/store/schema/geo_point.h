// store/schema/geo_point.h -- a point on Earth in any shape that Elasticsearch takes:
//
//   "41.12,-71.34"   "POINT (-71.34 41.12)"   "drm3btev3e86" (a geohash)
//   [-71.34, 41.12]  {"lat": 41.12, "lon": -71.34}   {"geohash": "..."}
//
// A flattened document has lost which number was in which array: three numbers are one point with
// a height, any other count is pairs of longitude and latitude.
#pragma once

#include "event/document.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

struct GeoPoint {
    double lat = 0;
    double lon = 0;

    bool sound() const { return lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180; }
};

std::optional<GeoPoint> parse_point(std::string_view text);

/// The points of one field in one document, from its leaves as they come.
class GeoPoints {
public:
    /// `part` is what the path has behind the field's: "", "lat", "lon", "geohash", ...
    void add(std::string_view part, const event::Leaf& leaf);

    /// Those on Earth; what makes no point is left out.
    std::vector<GeoPoint> take();

private:
    std::vector<double> lats_;
    std::vector<double> lons_;
    std::vector<double> numbers_;  // of arrays: longitude, latitude
    std::vector<GeoPoint> points_;
};

}  // namespace elkhorn::store
