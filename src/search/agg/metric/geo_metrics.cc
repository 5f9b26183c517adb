// search/agg/metric/geo_metrics.cc -- geo_bounds and geo_centroid: the box around points, and the
// middle of them. A box that is narrower across the 180th meridian goes across it.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/options.h"
#include "search/agg/values/points.h"

#include <cmath>
#include <limits>

namespace elkhorn::search::agg::geo_metrics {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void write_point(json::Writer& out, std::string_view name, double lat, double lon) {
    out.key(name).begin_object().member("lat", lat).member("lon", lon).end_object();
}

/// East and west of Greenwich apart, so that both ways around can be compared at the end.
struct Bounds {
    double top = -infinity;
    double bottom = infinity;
    double east_left = infinity;
    double east_right = -infinity;
    double west_left = infinity;
    double west_right = -infinity;

    void add(const GeoPoint& point) {
        top = std::max(top, point.lat);
        bottom = std::min(bottom, point.lat);
        double& left = point.lon < 0 ? west_left : east_left;
        double& right = point.lon < 0 ? west_right : east_right;
        left = std::min(left, point.lon);
        right = std::max(right, point.lon);
    }

    void write(json::Writer& out, bool wrap) const {
        if (std::isinf(top)) return;
        const bool only_west = std::isinf(east_left);
        const bool only_east = std::isinf(west_left);
        const double across = (180 - east_left) + (west_right + 180);
        const bool crosses = wrap && !only_west && !only_east && across < east_right - west_left;
        const double left = only_east || crosses ? east_left : west_left;
        const double right = only_west || crosses ? west_right : east_right;
        out.key("bounds").begin_object();
        write_point(out, "top_left", top, left);
        write_point(out, "bottom_right", bottom, right);
        out.end_object();
    }
};

/// A sum that keeps what is lost in rounding.
struct Sum {
    double value = 0;
    double lost = 0;

    void add(double x) {
        const double corrected = x + lost;
        const double updated = value + corrected;
        lost = corrected - (updated - value);
        value = updated;
    }
};

struct Centroid {
    Sum lat;
    Sum lon;
    std::uint64_t count = 0;

    void add(const GeoPoint& point) {
        lat.add(point.lat);
        lon.add(point.lon);
        ++count;
    }

    void write(json::Writer& out, bool /*wrap*/) const {
        const auto all = static_cast<double>(count);
        if (count > 0) write_point(out, "location", lat.value / all, lon.value / all);
        out.member("count", count);
    }
};

template <typename State>
class GeoMetric final : public Aggregator {
public:
    GeoMetric(Common common, PointOptions options, bool wrap)
        : Aggregator(std::move(common)), options_(std::move(options)), wrap_(wrap) {}

    Shape shape() const override { return Shape::other; }

    /// Bounds take some there and answer without them, and so they do here.
    bool may_have_children() const override { return std::is_same_v<State, Bounds>; }

    Answer<> bind(const RequestContext& request) override {
        return source_.bind(request, common_, options_);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(grow(states_, selection.bucket_count));
        if (!source_.mapped() && !options_.missing) return {};
        const PointColumn points = ASK(source_.points(context));
        selection.for_each([&](std::uint32_t row, std::uint32_t bucket) {
            points.for_each(row, [&](const GeoPoint& point) { states_[bucket].add(point); });
        });
        return {};
    }

    Answer<> render(json::Writer& out, std::uint32_t bucket) override {
        (bucket < states_.size() ? states_[bucket] : State()).write(out, wrap_);
        return {};
    }

private:
    PointOptions options_;
    bool wrap_;
    PointSource source_;
    std::vector<State> states_;
};

Made make_geo_bounds(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    PointOptions points = PointOptions::read(options);
    const bool wrap = options.boolean("wrap_longitude").value_or(true);
    ASK(options.finish());
    ASK(points.check());
    return std::make_unique<GeoMetric<Bounds>>(std::move(common), std::move(points), wrap);
}

Made make_geo_centroid(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    PointOptions points = PointOptions::read(options);
    ASK(options.finish());
    ASK(points.check("field, script"));
    return std::make_unique<GeoMetric<Centroid>>(std::move(common), std::move(points), false);
}

constexpr Parameter bounds_members[] = {{"wrap_longitude", Takes::flag}};

constexpr AggregationKind kinds[] = {
    {"geo_bounds", make_geo_bounds, {point_members, bounds_members}},
    {"geo_centroid", make_geo_centroid, {point_members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::geo_metrics
