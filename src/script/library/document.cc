// script/library/document.cc -- doc, doc['field'] and points.

#include "script/run/library.h"
#include "script/run/node.h"
#include "script/value/java_text.h"

#include <fmt/format.h>

#include <cmath>

namespace elkhorn::script {
namespace {

constexpr double earth_radius_m = 6'371'008.7714;

DocObject& doc_of(const Value& value) {
    return *object_as<DocObject>(value);
}

Value no_value(Run& run) {
    return run.raise(Class::illegal_state,
                     "A document doesn't have a value for a field! Use doc[<field>].size()==0 to "
                     "check if a document is missing a field!");
}

Value get(Run& run, const Value* a) {
    const std::size_t count = run.host().count(run, doc_of(a[0]).slot);
    const std::int64_t place = a[1].as_whole();
    if (count == 0) return no_value(run);
    if (place < 0 || static_cast<std::size_t>(place) >= count) {
        return run.raise(Class::index_out_of_bounds,
                         fmt::format("Index {} out of bounds for length {}", place, count));
    }
    return run.host().value(run, doc_of(a[0]).slot, static_cast<std::size_t>(place));
}

Value get_value(Run& run, const Value* a) {
    const Value pair[] = {a[0], Value::of_int(0)};
    return get(run, pair);
}

Value field(Run& run, const Value* a) {
    const int slot = run.host().field(run, java_text(a[1]));
    return slot < 0 ? Value::trouble() : Value::of(run.doc_object(slot));
}

Value has_field(Run& run, const Value* a) {
    return Value::boolean(a[1].is_text() && run.host().has_field(a[1].as_text()));
}

// -- points ---------------------------------------------------------------------------------------

struct At {
    double lat = 0;
    double lon = 0;
};

Value point(Run& run, const Value& of, At& at) {
    EVAL(first, get_value(run, &of));
    const auto* object = object_as<PointObject>(first);
    at = {object->lat, object->lon};
    return {};
}

double radians(double degrees) {
    return degrees * M_PI / 180;
}

double arc(const At& a, const At& b) {
    const double lat = std::sin(radians(b.lat - a.lat) / 2);
    const double lon = std::sin(radians(b.lon - a.lon) / 2);
    const double h = lat * lat + std::cos(radians(a.lat)) * std::cos(radians(b.lat)) * lon * lon;
    return 2 * earth_radius_m * std::asin(std::min(1.0, std::sqrt(h)));
}

double plane(const At& a, const At& b) {
    constexpr double metres_per_degree = 2 * M_PI * 6'378'137.0 / 360;
    const double x = (b.lon - a.lon) * std::cos(radians((a.lat + b.lat) / 2));
    const double y = b.lat - a.lat;
    return std::sqrt(x * x + y * y) * metres_per_degree;
}

Value arc_distance(Run& run, const Value* a) {
    At at;
    EVAL(found, point(run, a[0], at));
    return Value::of_double(arc(at, {a[1].as_real(), a[2].as_real()}));
}

Value arc_distance_or(Run& run, const Value* a) {
    return run.host().count(run, doc_of(a[0]).slot) == 0 ? a[3] : arc_distance(run, a);
}

Value plane_distance(Run& run, const Value* a) {
    At at;
    EVAL(found, point(run, a[0], at));
    return Value::of_double(plane(at, {a[1].as_real(), a[2].as_real()}));
}

Value plane_distance_or(Run& run, const Value* a) {
    return run.host().count(run, doc_of(a[0]).slot) == 0 ? a[3] : plane_distance(run, a);
}

Value doc_lat(Run& run, const Value* a) {
    At at;
    EVAL(found, point(run, a[0], at));
    return Value::of_double(at.lat);
}

Value doc_lon(Run& run, const Value* a) {
    At at;
    EVAL(found, point(run, a[0], at));
    return Value::of_double(at.lon);
}

Value coordinates(Run& run, const Value& of, bool lat) {
    std::vector<Value> items;
    if (!elements_of(run, of, items)) return Value::trouble();
    for (Value& item : items) {
        const auto* at = object_as<PointObject>(item);
        item = Value::of_double(lat ? at->lat : at->lon);
    }
    return Value::of(run.make_list(std::move(items), Type(Class::double_, 1)));
}

Value doc_lats(Run& run, const Value* a) {
    return coordinates(run, a[0], true);
}

Value doc_lons(Run& run, const Value* a) {
    return coordinates(run, a[0], false);
}

Value point_lat(Run& /*run*/, const Value* a) {
    return Value::of_double(object_as<PointObject>(a[0])->lat);
}

Value point_lon(Run& /*run*/, const Value* a) {
    return Value::of_double(object_as<PointObject>(a[0])->lon);
}

constexpr MethodRow rows[] = {
    {Class::doc_values, "def get(int)", get},
    {Class::doc_values, "def getValue()", get_value},
    {Class::doc_map, "def get(def)", field},
    {Class::doc_map, "boolean containsKey(def)", has_field},
    {Class::doc_points, "double arcDistance(double, double)", arc_distance},
    {Class::doc_points, "double arcDistanceWithDefault(double, double, double)", arc_distance_or},
    {Class::doc_points, "double planeDistance(double, double)", plane_distance},
    {Class::doc_points, "double planeDistanceWithDefault(double, double, double)",
     plane_distance_or},
    {Class::doc_points, "double getLat()", doc_lat},
    {Class::doc_points, "double getLon()", doc_lon},
    {Class::doc_points, "double[] getLats()", doc_lats},
    {Class::doc_points, "double[] getLons()", doc_lons},
    {Class::geo_point, "double getLat()", point_lat},
    {Class::geo_point, "double getLon()", point_lon},
};

}  // namespace

std::span<const MethodRow> document_methods() {
    return rows;
}

}  // namespace elkhorn::script
