// search/query/geo/geo_shape.cc -- geo_shape: documents with a point in a shape, given as GeoJSON,
// as well-known text, or by a document that has it.
//
//   {"geo_shape": {"at": {"shape": {"type": "envelope", "coordinates": [[13, 53], [14, 52]]}}}}
//
// Fields hold points, so a shape and a document meet or not: `intersects` is the one relation, as
// it is on Elasticsearch for such fields.

#include "base/strings.h"
#include "search/base/distance.h"
#include "search/base/geo_area.h"
#include "search/match/point_node.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"
#include "search/query/core/stored_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace elkhorn::search::geo_shape {
namespace {

using event::Kind;
using event::Member;
using event::Value;
using store::GeoPoint;

constexpr std::size_t most_points = 100'000;

/// A shape that another document has.
struct Indexed {
    std::string index = "shapes";
    std::string id;
    std::string path = "shape";
};

struct Wanted {
    std::string field;
    std::shared_ptr<const GeoArea> area;
    std::string type;  // of the shape, where it is none that points can lie in
    std::optional<Indexed> indexed;
    std::string relation = "intersects";
    bool ignore_unmapped = false;
    Common common;
};

std::unexpected<Failure> bad_shape(std::string reason) {
    return refuse("parse_exception", std::move(reason));
}

Answer<double> number_of(const Value& value) {
    const auto term = term_of(value);
    const auto number = term ? to_double(term->text) : std::nullopt;
    if (!number) return bad_shape("geo coordinates must be numbers");
    return *number;
}

/// [lon, lat] or [lon, lat, height].
Answer<GeoPoint> position(const Value& value) {
    if (!value.is(Kind::array) || value.as_array().size() < 2)
        return bad_shape("geo coordinates must be numbers");
    const auto& parts = value.as_array();
    return GeoPoint{ASK(number_of(parts[1])), ASK(number_of(parts[0]))};
}

Answer<GeoRing> ring_of(const Value& value) {
    if (!value.is(Kind::array)) return bad_shape("geo coordinates must be numbers");
    if (value.as_array().size() > most_points)
        return bad_shape("a ring may have 100000 points at most");
    GeoRing ring;
    for (const Value& one : value.as_array().values())
        ring.push_back(ASK(position(one)));
    if (ring.size() < 4) {
        return refuse("illegal_argument_exception",
                      fmt::format("invalid number of points in LinearRing (found [{}] - must be "
                                  ">= [4])",
                                  ring.size()));
    }
    if (ring.front().lat != ring.back().lat || ring.front().lon != ring.back().lon) {
        return bad_shape("invalid LinearRing found (coordinates are not closed)");
    }
    return ring;
}

Answer<GeoPolygon> polygon_of(const Value& value) {
    if (!value.is(Kind::array) || value.as_array().size() == 0)
        return bad_shape("polygon must have at least one ring");
    GeoPolygon polygon;
    for (const Value& one : value.as_array().values()) {
        GeoRing ring = ASK(ring_of(one));
        if (polygon.outline.empty())
            polygon.outline = std::move(ring);
        else
            polygon.holes.push_back(std::move(ring));
    }
    return polygon;
}

Answer<> add_shape(const Value& shape, GeoArea& area, std::string& other);

Answer<> add_typed(const std::string& type, const event::Object& shape, GeoArea& area,
                   std::string& other) {
    const Value* coordinates = shape.find("coordinates");
    if (type == "geometrycollection") {
        const Value* parts = shape.find("geometries");
        if (parts == nullptr || !parts->is(Kind::array))
            return bad_shape("geometries not included");
        for (const Value& part : parts->as_array().values())
            ASK(add_shape(part, area.collection.emplace_back(), other));
        return {};
    }
    if (coordinates == nullptr) return bad_shape("coordinates not included");
    if (type == "envelope") {
        if (!coordinates->is(Kind::array) || coordinates->as_array().size() != 2) {
            return bad_shape(
                "invalid number of points provided for geo_shape [envelope] when "
                "expecting an array of 2 coordinates");
        }
        const GeoPoint first = ASK(position(coordinates->as_array()[0]));
        const GeoPoint second = ASK(position(coordinates->as_array()[1]));
        area.boxes.push_back({std::max(first.lat, second.lat), std::min(first.lat, second.lat),
                              first.lon, second.lon});
    } else if (type == "circle") {
        const Value* radius = shape.find("radius");
        const auto text = radius == nullptr ? std::nullopt : term_of(*radius);
        const auto metres = text ? parse_distance(text->text) : std::nullopt;
        if (!metres) return bad_shape("radius not included");
        area.circles.push_back({ASK(position(*coordinates)), *metres});
    } else if (type == "polygon") {
        area.polygons.push_back(ASK(polygon_of(*coordinates)));
    } else if (type == "multipolygon") {
        if (!coordinates->is(Kind::array)) return bad_shape("geo coordinates must be numbers");
        for (const Value& one : coordinates->as_array().values())
            area.polygons.push_back(ASK(polygon_of(one)));
    } else {
        other = type;
    }
    return {};
}

Answer<> add_shape(const Value& shape, GeoArea& area, std::string& other) {
    if (!shape.is(Kind::object)) {
        return bad_shape(
            "shapes as well-known text are not supported by this server: write them "
            "as GeoJSON");
    }
    const Value* named = shape.as_object().find("type");
    const auto type = named == nullptr ? std::nullopt : term_of(*named);
    if (!type) return bad_shape("shape type not included");
    constexpr std::string_view known[] = {
        "point",        "multipoint", "linestring",         "multilinestring", "polygon",
        "multipolygon", "envelope",   "geometrycollection", "circle"};
    const std::string name = to_lower(type->text);
    if (std::ranges::find(known, name) == std::end(known))
        return refuse("illegal_argument_exception", fmt::format("unknown geo_shape [{}]", name));
    return add_typed(name, shape.as_object(), area, other);
}

Answer<> read_shape(const Value& value, Wanted& wanted) {
    auto area = std::make_shared<GeoArea>();
    ASK(add_shape(value, *area, wanted.type));
    wanted.area = std::move(area);
    return {};
}

Answer<Indexed> read_indexed(const Value& value) {
    Indexed indexed;
    for (const Member& member : value.as_object().members()) {
        if (member.name == "id")
            indexed.id = ASK(text_option("geo_shape", member));
        else if (member.name == "index")
            indexed.index = ASK(text_option("geo_shape", member));
        else if (member.name == "path")
            indexed.path = ASK(text_option("geo_shape", member));
        else if (member.name != "type" && member.name != "routing")
            return bad_syntax(fmt::format("unknown token [{}] after [{}]", token_name(member.value),
                                          member.name));
    }
    return indexed;
}

Answer<> read_field(const Value& body, Wanted& wanted) {
    for (const Member& member : body.as_object().members()) {
        if (member.name == "shape") {
            ASK(read_shape(member.value, wanted));
        } else if (member.name == "indexed_shape" && member.value.is(Kind::object)) {
            wanted.indexed = ASK(read_indexed(member.value));
        } else if (member.name == "relation") {
            wanted.relation = to_lower(ASK(text_option("geo_shape", member)));
        } else if (member.name != "strategy") {
            return bad_syntax(fmt::format("query does not support [{}]", member.name));
        }
    }
    return {};
}

/// The shape at the path of another document; objects on the way, no lists.
Answer<Wanted> looked_up(const Scope& scope, Wanted wanted) {
    const Indexed& from = *wanted.indexed;
    const auto document = ASK(stored_document(scope, from.index, from.id));
    if (!document) {
        return refuse("illegal_argument_exception",
                      fmt::format("Shape with ID [{}] in type [_doc] not found", from.id));
    }
    const Value* value = &document->value;
    for (const std::string_view name : split(from.path, '.')) {
        value = value->is(Kind::object) ? value->as_object().find(name) : nullptr;
        if (value == nullptr) {
            auto failure = refuse(
                "illegal_state_exception",
                fmt::format("Shape with name [{}] found but missing {} field", from.id, from.path));
            failure.error().status = 500;
            return failure;
        }
    }
    ASK(read_shape(*value, wanted));
    return wanted;
}

Answer<NodePtr> plan(const Scope& scope, Wanted wanted) {
    if (wanted.indexed) wanted = ASK(looked_up(scope, std::move(wanted)));
    const auto area = wanted.area;
    const Field field = scoped_field(scope, wanted.field);
    if (!field.known() && !wanted.ignore_unmapped)
        return shard_failure(fmt::format("failed to find type for field [{}]", wanted.field));
    if (field.known() && !field.is_point()) {
        return shard_failure(
            fmt::format("Field [{}] is of unsupported type [{}] for [geo_shape] query",
                        wanted.field, field.mapping->es_name));
    }
    auto node = ASK(point_node(scope, wanted.field, wanted.ignore_unmapped,
                               [area](const GeoPoint& point) { return area->holds(point); }));
    if (wanted.relation != "intersects") {
        return shard_failure(fmt::format("{} query relation not supported for Field [{}].",
                                         to_upper(wanted.relation), wanted.field));
    }
    if (!wanted.type.empty()) {
        return shard_failure(
            fmt::format("Field [{}] does not support {} queries", wanted.field, wanted.type));
    }
    return node;
}

Answer<QueryPtr> parse_geo_shape(const Value& body) {
    Wanted wanted;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, wanted.common));
        if (taken) continue;
        if (member.name == "ignore_unmapped") {
            wanted.ignore_unmapped = ASK(boolean_option(member));
        } else if (member.value.is(Kind::object)) {
            if (!wanted.field.empty())
                return bad_syntax(
                    fmt::format("[geo_shape] point specified twice. [{}]", member.name));
            wanted.field = member.name;
            ASK(read_field(member.value, wanted));
        } else {
            return bad_syntax(fmt::format("[geo_shape] query does not support [{}]", member.name));
        }
    }
    if (wanted.field.empty()) return refuse("illegal_argument_exception", "fieldName is required");
    constexpr std::string_view relations[] = {"intersects", "disjoint", "within", "contains"};
    if (std::ranges::find(relations, wanted.relation) == std::end(relations)) {
        return bad_syntax(fmt::format("Unknown shape operation [{} ]", wanted.relation));
    }
    if (!wanted.area && !wanted.indexed)
        return refuse("illegal_argument_exception", "either shape or indexedShapeId is required");
    return make_query(
        [wanted](const Scope& scope) -> Answer<NodePtr> { return plan(scope, wanted); },
        wanted.common, 1.0F);
}

constexpr Parameter geo_shape_members[] = {
    {"ignore_unmapped", Takes::flag},
    {"*", Takes::any},
};

constexpr QueryKind kinds[] = {
    {"geo_shape", parse_geo_shape, {geo_shape_members}},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::geo_shape
