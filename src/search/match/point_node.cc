#include "search/match/point_node.h"

#include "base/strings.h"
#include "event/format.h"
#include "search/match/field_terms.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <utility>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;
using store::GeoPoint;

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

std::string text_of(const Value& value) {
    std::string text;
    event::append_text(text, value);
    return text;
}

class PointNode final : public Node {
public:
    PointNode(Field field, PointTest test) : field_(std::move(field)), test_(std::move(test)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        Bitmap result(context.rows());
        const Numbers numbers = ASK(exact_numbers_of(context, field_));
        if (numbers.reals == nullptr) return result;
        const store::RealValues& all = *numbers.reals;
        for (std::uint32_t row = 0; row < context.rows(); ++row) {
            for (auto i = all.rows.first(row); i + 1 < all.rows.last(row); i += 2) {
                if (!test_({all.values[i], all.values[i + 1]})) continue;
                result.set(row);
                break;
            }
        }
        return result;
    }

    int cost() const override { return 5; }

private:
    Field field_;
    PointTest test_;
};

}  // namespace

Answer<NodePtr> point_node(const Scope& scope, const std::string& name, bool ignore_unmapped,
                           PointTest test) {
    Field field = scoped_field(scope, name);
    if (!field.known()) {
        if (ignore_unmapped) return no_rows();
        return shard_failure(fmt::format("failed to find geo_point field [{}]", name));
    }
    if (!field.is_point())
        return shard_failure(fmt::format("field [{}] is not a geo_point field", name));
    return constant_node(std::make_shared<PointNode>(std::move(field), std::move(test)), 1.0F);
}

Answer<GeoPoint> read_point(const Value& value) {
    const auto number = [](const Value& part) {
        return to_double(text_of(part)).value_or(nothing);
    };
    GeoPoint point{nothing, nothing};
    if (value.is(Kind::array)) {
        const auto& parts = value.as_array();
        if (parts.size() >= 2) point = {number(parts[1]), number(parts[0])};
    } else if (value.is(Kind::object)) {
        const Value* hash = value.as_object().find("geohash");
        const Value* lat = value.as_object().find("lat");
        const Value* lon = value.as_object().find("lon");
        if (hash != nullptr)
            point = store::parse_point(text_of(*hash)).value_or(point);
        else if (lat != nullptr && lon != nullptr)
            point = {number(*lat), number(*lon)};
    } else {
        point = store::parse_point(text_of(value)).value_or(point);
    }
    if (std::isnan(point.lat) || std::isnan(point.lon))
        return refuse("parse_exception", "geo_point expected");
    return point;
}

}  // namespace elkhorn::search
