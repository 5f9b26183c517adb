#include "search/agg/values/points.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace elkhorn::search::agg {

using event::Kind;
using event::Value;

namespace {

std::optional<double> number_of(const Value* value) {
    if (value == nullptr) return std::nullopt;
    const auto text = scalar_text(*value);
    return text ? to_double(trim(*text)) : std::nullopt;
}

}  // namespace

PointOptions PointOptions::read(Options& options) {
    PointOptions read;
    const auto field = options.text("field");
    read.field = field.value_or("");
    read.has_field = field.has_value();
    if (const Value* missing = options.any("missing")) {
        read.missing = read_point(*missing);
        if (!read.missing)
            options.fail("missing", "parse_exception", "[missing] is no point on Earth");
    }
    return read;
}

Answer<> PointOptions::check(std::string_view fields) const {
    if (has_field) return {};
    return refuse("illegal_argument_exception",
                  fmt::format("Required one of fields [{}], but none were specified. ", fields));
}

std::optional<GeoBox> read_box(Options& options, std::string_view key) {
    const Value* value = options.object(key);
    if (value == nullptr) return std::nullopt;
    const event::Object& members = value->as_object();
    const auto side = [&](std::string_view name) {
        return number_of(members.find(name));
    };
    auto top = side("top");
    auto left = side("left");
    auto bottom = side("bottom");
    auto right = side("right");
    for (const auto& [corner, lat, lon] :
         {std::tuple("top_left", &top, &left), std::tuple("bottom_right", &bottom, &right),
          std::tuple("top_right", &top, &right), std::tuple("bottom_left", &bottom, &left)}) {
        const Value* given = members.find(corner);
        const auto point = given == nullptr ? std::nullopt : read_point(*given);
        if (!point) continue;
        *lat = point->lat;
        *lon = point->lon;
    }
    if (!top || !left || !bottom || !right || *top < *bottom) {
        options.fail(key, "parse_exception",
                     fmt::format("[{}] needs the corners top_left and bottom_right", key));
        return std::nullopt;
    }
    return GeoBox{*top, *left, *bottom, *right};
}

std::size_t PointColumn::most(std::uint32_t rows) const {
    std::size_t most = 1;
    for (std::uint32_t row = 0; values_ != nullptr && row < rows; ++row)
        most =
            std::max<std::size_t>(most, (values_->rows.last(row) - values_->rows.first(row)) / 2);
    return most;
}

Answer<> PointSource::bind(const RequestContext& request, const Common& common,
                           PointOptions options) {
    options_ = std::move(options);
    nested_ = common.nested;
    mapped_ = std::ranges::any_of(request.indices, [this](const auto& index) {
        return find_field(*index, options_.field).is_point();
    });
    if (mapped_) return {};
    // A source that takes nothing says why it does not take this field.
    SourceOptions other;
    other.field = options_.field;
    other.has_field = true;
    SourceRule rule;
    rule.numbers = rule.dates = false;
    return Source().bind(request, common, other, rule);
}

Answer<PointColumn> PointSource::points(const GroupContext& context) const {
    const Field field = find_field(*context.index, options_.field);
    if (!field.is_point() || !is_seen_at(*context.index, nested_, options_.field))
        return PointColumn(nullptr, options_.missing);
    Numbers numbers = ASK(exact_numbers_of(context, field));
    return PointColumn(std::move(numbers.reals), options_.missing);
}

}  // namespace elkhorn::search::agg
