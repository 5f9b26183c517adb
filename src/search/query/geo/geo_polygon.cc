// search/query/geo/geo_polygon.cc -- geo_polygon: documents with a point in a polygon that is given
// by its corners.

#include "search/base/geo_area.h"
#include "search/match/point_node.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"

#include <fmt/format.h>

#include <memory>
#include <string>

namespace elkhorn::search::geo_polygon {
namespace {

using event::Kind;
using event::Member;
using event::Value;

constexpr std::size_t most_points = 100'000;

struct Wanted {
    std::string field;
    GeoRing ring;
    bool ignore_unmapped = false;
    Common common;
};

Answer<> read_points(const Value& body, Wanted& wanted) {
    for (const Member& member : body.as_object().members()) {
        if (member.name != "points" || !member.value.is(Kind::array)) {
            return bad_syntax(
                fmt::format("[geo_polygon] query does not support token type [{}] under [{}]",
                            token_name(member.value), member.name));
        }
        for (const Value& value : member.value.as_array().values()) {
            wanted.ring.push_back(ASK(given_point(value)));
            if (wanted.ring.size() > most_points)
                return bad_syntax("[geo_polygon] takes 100000 points at most");
        }
    }
    return {};
}

Answer<> close(GeoRing& ring) {
    const auto refuse_polygon = [](std::string reason) {
        return refuse("illegal_argument_exception", std::move(reason));
    };
    if (ring.empty()) return refuse_polygon("polygon must not be null or empty");
    const bool closed = ring.front().lat == ring.back().lat && ring.front().lon == ring.back().lon;
    if (ring.size() < (closed ? 4U : 3U))
        return refuse_polygon("too few points defined for geo_polygon query");
    if (!closed) ring.push_back(ring.front());
    return {};
}

Answer<> check_on_earth(const GeoRing& ring) {
    for (const store::GeoPoint& point : ring) {
        const bool latitude = point.lat >= -90 && point.lat <= 90;
        if (latitude && point.lon >= -180 && point.lon <= 180) continue;
        return shard_failure(fmt::format("illegal {} value [{:.1f}] for [geo_polygon]",
                                         latitude ? "longitude" : "latitude",
                                         latitude ? point.lon : point.lat));
    }
    return {};
}

Answer<QueryPtr> parse_geo_polygon(const Value& body) {
    Wanted wanted;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, wanted.common));
        if (taken) continue;
        if (member.name == "ignore_unmapped") {
            wanted.ignore_unmapped = ASK(boolean_option(member));
        } else if (member.value.is(Kind::object)) {
            wanted.field = member.name;
            ASK(read_points(member.value, wanted));
        } else {
            return unsupported("geo_polygon", member.name);
        }
    }
    if (wanted.field.empty())
        return refuse("illegal_argument_exception", "fieldName must not be null");
    ASK(close(wanted.ring));
    auto area = std::make_shared<GeoArea>();
    area->polygons.push_back({wanted.ring, {}});
    return make_query(
        [wanted, area](const Scope& scope) -> Answer<NodePtr> {
            auto node = ASK(
                point_node(scope, wanted.field, wanted.ignore_unmapped,
                           [area](const store::GeoPoint& point) { return area->holds(point); }));
            ASK(check_on_earth(wanted.ring));
            return node;
        },
        wanted.common, 1.0F);
}

constexpr Parameter geo_polygon_members[] = {
    {"ignore_unmapped", Takes::flag},
    {"validation_method", Takes::text, Use::refused, "points that are not on Earth are refused",
     "STRICT strict"},
    {"*", Takes::any},
};

constexpr QueryKind kinds[] = {
    {"geo_polygon", parse_geo_polygon, {geo_polygon_members}},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::geo_polygon
