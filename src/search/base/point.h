// search/base/point.h -- points on Earth as requests give them, and as Lucene keeps those of
// documents.
#pragma once

#include "event/value.h"
#include "store/schema/geo_point.h"

#include <optional>

namespace elkhorn::search {

/// A point in any shape: text, geohash, [lon, lat] or {lat, lon}; nothing where it is none.
std::optional<store::GeoPoint> read_point(const event::Value& value);

/// As Lucene keeps it: 32 bits a number.
store::GeoPoint as_indexed(const store::GeoPoint& point);

}  // namespace elkhorn::search
