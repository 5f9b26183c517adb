// search/query/geo/geo.cc -- geo_bounding_box and geo_distance: every point of a geo_point field is
// looked at, 65,536 in about a millisecond.

#include "base/strings.h"
#include "event/format.h"
#include "search/base/distance.h"
#include "search/match/point_node.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"
#include "store/schema/geo_point.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>

namespace elkhorn::search::geo {
namespace {

using event::Kind;
using event::Member;
using event::Value;
using store::GeoPoint;

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

std::string text_of(const Value& value) {
    std::string text;
    event::append_text(text, value);
    return text;
}

struct Box {
    double top = nothing;
    double bottom = nothing;
    double left = nothing;
    double right = nothing;

    bool holds(const GeoPoint& point) const {
        if (point.lat > top || point.lat < bottom) return false;
        // Beyond 180 degrees it goes on at -180.
        return left <= right ? point.lon >= left && point.lon <= right
                             : point.lon >= left || point.lon <= right;
    }
};

/// "BBOX (left, right, top, bottom)".
Answer<Box> read_well_known_text(const std::string& text) {
    const std::size_t open = text.find('(');
    const std::size_t close = text.find(')');
    if (open != text.npos && close != text.npos && open < close) {
        const auto parts = split(std::string_view(text).substr(open + 1, close - open - 1), ',');
        std::array<double, 4> sides{};
        for (std::size_t i = 0; i < std::min(parts.size(), sides.size()); ++i)
            sides[i] = to_double(trim(parts[i])).value_or(nothing);
        if (parts.size() == sides.size()) return Box{sides[2], sides[3], sides[0], sides[1]};
    }
    return refuse("parse_exception", fmt::format("failed to parse WKT bounding box: [{}]", text));
}

Answer<Box> read_box(const Value& body) {
    Box box;
    if (!body.is(Kind::object)) return refuse("parse_exception", "failed to parse bounding box");
    for (const Member& member : body.as_object().members()) {
        const std::string_view name = member.name;
        if (name == "wkt") return read_well_known_text(text_of(member.value));
        if (name == "top" || name == "bottom" || name == "left" || name == "right") {
            const double side = ASK(number_option(member));
            (name == "top"      ? box.top
             : name == "bottom" ? box.bottom
             : name == "left"   ? box.left
                                : box.right) = side;
            continue;
        }
        const bool top = name.starts_with("top_") || name == "topLeft" || name == "topRight";
        const bool bottom =
            name.starts_with("bottom_") || name == "bottomLeft" || name == "bottomRight";
        const bool left = name.ends_with("left") || name.ends_with("Left");
        if (!top && !bottom) {
            return refuse("parse_exception",
                          fmt::format("failed to parse bounding box. unexpected field [{}]", name));
        }
        const GeoPoint corner = ASK(given_point(member.value));
        (top ? box.top : box.bottom) = corner.lat;
        (left ? box.left : box.right) = corner.lon;
    }
    return box;
}

Answer<> check_box(const Box& box) {
    const auto missing = [](std::string_view side) {
        return refuse("illegal_argument_exception", fmt::format("{} is invalid: NaN", side));
    };
    if (std::isnan(box.top)) return missing("top latitude");
    if (std::isnan(box.bottom)) return missing("bottom latitude");
    if (std::isnan(box.left)) return missing("left longitude");
    if (std::isnan(box.right)) return missing("right longitude");
    if (box.top >= box.bottom) return {};
    return refuse(
        "illegal_argument_exception",
        fmt::format("top is below bottom corner: {:.1f} vs. {:.1f}", box.top, box.bottom));
}

/// What lies off the Earth is refused for each index.
std::unexpected<Failure> off_the_earth(std::string_view query, std::string_view what,
                                       double value) {
    auto failure = shard_failure("couldn't validate latitude/ longitude values");
    failure.error().caused_by_type = "query_validation_exception";
    failure.error().caused_by_reason = fmt::format(
        "Validation Failed: 1: [{}] {} is invalid: "
        "{:.1f};",
        query, what, value);
    return failure;
}

bool is_latitude(double value) {
    return value >= -90 && value <= 90;
}

bool is_longitude(double value) {
    return value >= -180 && value <= 180;
}

Answer<> check_earth(const Box& box) {
    constexpr std::string_view query = "geo_bounding_box";
    if (!is_latitude(box.top)) return off_the_earth(query, "top latitude", box.top);
    if (!is_latitude(box.bottom)) return off_the_earth(query, "bottom latitude", box.bottom);
    if (!is_longitude(box.left)) return off_the_earth(query, "left longitude", box.left);
    if (!is_longitude(box.right)) return off_the_earth(query, "right longitude", box.right);
    return {};
}

/// "12km" in metres; a number alone is in `unit`.
Answer<double> read_distance(std::string_view given, std::string_view unit) {
    const auto metres = parse_distance(given, unit_metres(unit).value_or(1));
    if (!metres) {
        return refuse("number_format_exception", fmt::format("For input string: \"{}\"", given));
    }
    if (*metres <= 0)
        return refuse("illegal_argument_exception", "distance must be greater than zero");
    return *metres;
}

Answer<QueryPtr> parse_geo_bounding_box(const Value& body) {
    Common common;
    std::string name;
    Box box;
    bool ignore_unmapped = false;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (member.name == "ignore_unmapped") {
            ignore_unmapped = ASK(boolean_option(member));
        } else if (member.value.is(Kind::object)) {
            name = member.name;
            box = ASK(read_box(member.value));
        } else {
            return bad_syntax(fmt::format(
                "failed to parse [geo_bounding_box] query. unexpected field [{}]", member.name));
        }
    }
    if (name.empty()) return refuse("illegal_argument_exception", "Field name must not be empty.");
    ASK(check_box(box));
    return make_query(
        [=](const Scope& scope) -> Answer<NodePtr> {
            auto node = ASK(point_node(scope, name, ignore_unmapped,
                                       [box](const GeoPoint& point) { return box.holds(point); }));
            ASK(check_earth(box));
            return node;
        },
        common, 1.0F);
}

Answer<QueryPtr> parse_geo_distance(const Value& body) {
    Common common;
    std::string name;
    GeoPoint center;
    std::string distance;
    std::string unit = "m";
    bool ignore_unmapped = false;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, common));
        if (taken) continue;
        if (member.name == "ignore_unmapped") {
            ignore_unmapped = ASK(boolean_option(member));
        } else if (member.name == "distance") {
            distance = text_of(member.value);
        } else if (member.name == "unit") {
            unit = text_of(member.value);
        } else {
            name = member.name;
            center = ASK(given_point(member.value));
        }
    }
    if (name.empty())
        return refuse("illegal_argument_exception", "fieldName must not be null or empty");
    if (distance.empty()) return bad_syntax("geo_distance requires 'distance' to be specified");
    const double metres = ASK(read_distance(distance, unit));
    return make_query(
        [=](const Scope& scope) -> Answer<NodePtr> {
            auto node = ASK(point_node(scope, name, ignore_unmapped, [=](const GeoPoint& point) {
                return arc_metres(point, center) <= metres;
            }));
            if (!is_latitude(center.lat))
                return off_the_earth("geo_distance", "center point latitude", center.lat);
            if (!is_longitude(center.lon))
                return off_the_earth("geo_distance", "center point longitude", center.lon);
            return node;
        },
        common, 1.0F);
}

constexpr Parameter geo_members[] = {
    {"ignore_unmapped", Takes::flag},
    {"validation_method", Takes::text, Use::refused, "points that are not on Earth are refused",
     "STRICT strict"},
    {"ignore_malformed", Takes::flag, Use::refused, "points that are not on Earth are refused",
     "false"},
    {"coerce", Takes::flag, Use::refused, "points that are not on Earth are refused", "false"},
    {"*", Takes::any},
};
constexpr Parameter box_members[] = {
    {"type", Takes::text, Use::no_effect, "both ways give the same rows"},
};
constexpr Parameter distance_members[] = {
    {"distance", Takes::any},
    {"unit", Takes::text},
    {"distance_type", Takes::text, Use::refused, "distances are those of an arc", "arc ARC"},
};

constexpr QueryKind kinds[] = {
    {"geo_bounding_box", parse_geo_bounding_box, {geo_members, box_members}},
    {"geo_distance", parse_geo_distance, {geo_members, distance_members}},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::geo
