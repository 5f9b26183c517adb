// search/base/geo_area.h -- parts of the earth that a question names: polygons with holes, boxes
// and circles; and whether a point lies in one. Borders belong to it, those of holes as well.
//
// Latitudes and longitudes are a plane, as Lucene has it: lines are straight on the map, and none
// goes over the edge at 180 degrees but that of a box.
#pragma once

#include "store/schema/geo_point.h"

#include <vector>

namespace elkhorn::search {

using GeoRing = std::vector<store::GeoPoint>;  // closed: the last point is the first

struct GeoPolygon {
    GeoRing outline;
    std::vector<GeoRing> holes;
};

struct GeoBox {
    double top = 0;
    double bottom = 0;
    double left = 0;
    double right = 0;  // less than left: the box goes on behind 180 degrees
};

struct GeoCircle {
    store::GeoPoint center;
    double metres = 0;
};

struct GeoArea {
    std::vector<GeoPolygon> polygons;
    std::vector<GeoBox> boxes;
    std::vector<GeoCircle> circles;
    std::vector<GeoArea> collection;  // a point lies in all of them

    bool holds(const store::GeoPoint& point) const;
};

}  // namespace elkhorn::search
