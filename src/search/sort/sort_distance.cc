#include "search/sort/sort_distance.h"

#include "base/strings.h"
#include "search/base/distance.h"
#include "search/base/point.h"
#include "search/match/field_terms.h"
#include "search/query/core/query_parse.h"
#include "search/sort/sort_pick.h"
#include "text/json_text.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Value;

constexpr double infinity = std::numeric_limits<double>::infinity();

class DistanceColumn final : public SortColumn {
public:
    DistanceColumn(std::shared_ptr<const Sort> sort, Field field)
        : sort_(std::move(sort)), field_(std::move(field)) {}

    Answer<> enter(const GroupContext& context) override {
        numbers_ = field_.known() ? ASK(exact_numbers_of(context, field_)) : Numbers();
        return {};
    }

    Answer<SortValue> value(std::uint32_t row) override { return SortValue::of(distance(row)); }

    Answer<int> compare(std::uint32_t row, const SortValue& other) override {
        return compare_keys(*sort_, SortValue::of(distance(row)), other);
    }

    bool all_behind(const GroupContext& /*context*/, const SortValue& /*value*/) const override {
        return false;
    }

    std::string json(const SortValue& value) const override {
        if (std::isinf(value.real)) return "\"Infinity\"";
        std::string out;
        text::append_json_real(out, value.real);
        return out;
    }

    Answer<SortValue> parse_after(const Value& value) const override {
        const auto term = term_of(value);
        if (!term || term->text == "Infinity") return SortValue::of(infinity);
        const auto number = to_double(term->text);
        if (number) return SortValue::of(*number);
        return refuse_in_phase(
            "illegal_argument_exception",
            fmt::format("Failed to parse search_after value for field [{}].", sort_->field));
    }

private:
    /// Of every point of the row to every one of the request, by the mode.
    double distance(std::uint32_t row) {
        if (numbers_.reals == nullptr) return infinity;
        const store::RealValues& all = *numbers_.reals;
        far_.clear();
        for (auto i = all.rows.first(row); i + 1 < all.rows.last(row); i += 2) {
            const store::GeoPoint point = as_indexed({all.values[i], all.values[i + 1]});
            for (const store::GeoPoint& from : sort_->distance.points) {
                const double metres =
                    sort_->distance.plane ? plane_metres(from, point) : arc_metres(from, point);
                far_.push_back(metres / sort_->distance.unit_metres);
            }
        }
        return far_.empty() ? infinity : pick(sort_->mode, sort_->descending, far_);
    }

    std::shared_ptr<const Sort> sort_;
    Field field_;
    Numbers numbers_;
    std::vector<double> far_;
};

/// One point, or a list of them; a list of two numbers is one.
Answer<> read_points(const event::Member& member, Sort& sort) {
    sort.field = member.name;
    const bool several = member.value.is(Kind::array) && member.value.as_array().size() > 0 &&
                         !member.value.as_array()[0].is(Kind::integer) &&
                         !member.value.as_array()[0].is(Kind::real);
    const auto add = [&](const Value& value) -> Answer<> {
        const auto point = read_point(value);
        if (!point) return refuse("parse_exception", "geo_point expected");
        sort.distance.points.push_back(*point);
        return {};
    };
    if (!several) return add(member.value);
    for (const Value& value : member.value.as_array().values())
        ASK(add(value));
    return {};
}

}  // namespace

Answer<> read_distance_option(const event::Member& member, Sort& sort) {
    const auto term = term_of(member.value);
    const std::string text = term ? term->text : "";
    if (member.name == "unit") {
        const auto metres = unit_metres(text);
        if (!metres)
            return refuse("illegal_argument_exception",
                          fmt::format("No matching unit found for distance [{}]", text));
        sort.distance.unit_metres = *metres;
    } else if (member.name == "distance_type") {
        const std::string type = to_lower(text);
        if (type != "arc" && type != "plane")
            return refuse("illegal_argument_exception",
                          fmt::format("No geo distance for [{}]", text));
        sort.distance.plane = type == "plane";
    } else if (member.name == "ignore_unmapped") {
        sort.distance.ignore_unmapped = ASK(boolean_option(member));
    } else if (member.name == "validation_method") {
        const std::string method = to_upper(text);
        if (method != "STRICT" && method != "COERCE" && method != "IGNORE_MALFORMED")
            return refuse("illegal_argument_exception",
                          fmt::format("no such validation method [{}]", text));
    } else {
        ASK(read_points(member, sort));
    }
    return {};
}

Answer<> check_distance(const Sort& sort) {
    if (sort.distance.points.empty()) {
        return refuse("illegal_argument_exception",
                      "Geo distance sorting needs at least one point.");
    }
    if (sort.mode == SortMode::sum) {
        return refuse("illegal_argument_exception",
                      "sort_mode [sum] isn't supported for sorting by geo distance");
    }
    return {};
}

std::unique_ptr<SortColumn> distance_column(const std::shared_ptr<const Sort>& sort, Field field) {
    return std::make_unique<DistanceColumn>(sort, std::move(field));
}

}  // namespace elkhorn::search
