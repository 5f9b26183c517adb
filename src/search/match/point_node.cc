#include "search/match/point_node.h"

#include "search/base/point.h"
#include "search/match/field_terms.h"

#include <fmt/format.h>

#include <utility>

namespace elkhorn::search {
namespace {

using event::Value;
using store::GeoPoint;

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

Answer<GeoPoint> given_point(const Value& value) {
    const auto point = read_point(value);
    if (!point) return refuse("parse_exception", "geo_point expected");
    return *point;
}

}  // namespace elkhorn::search
