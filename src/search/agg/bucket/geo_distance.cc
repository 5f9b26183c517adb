// search/agg/bucket/geo_distance.cc -- geo_distance: buckets of rings around a point, from included
// and to not, in the unit asked for. A document with several points counts once in each ring that
// holds one of them.

#include "base/strings.h"
#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/buckets.h"
#include "search/agg/core/options.h"
#include "search/agg/values/points.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace elkhorn::search::agg::geo_distance {
namespace {

using event::Kind;
using event::Value;

struct Ring {
    std::string key;
    double from = 0;
    double to = std::numeric_limits<double>::infinity();
    std::size_t place = 0;  // in the request
};

struct Settings {
    PointOptions points;
    std::optional<GeoPoint> origin;
    std::vector<Ring> rings;
    double unit = 1;  // in metres
    bool plane = false;
    bool keyed = false;
};

class GeoDistance final : public MultiBucket {
public:
    GeoDistance(Common common, Settings settings)
        : MultiBucket(std::move(common)), settings_(std::move(settings)) {
        std::ranges::sort(settings_.rings, [](const Ring& a, const Ring& b) {
            return std::tie(a.from, a.to, a.place) < std::tie(b.from, b.to, b.place);
        });
    }

    Answer<> bind(const RequestContext& request) override {
        ASK(source_.bind(request, common_, settings_.points));
        if (settings_.rings.empty()) {
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("No [ranges] specified for the [{}] aggregation", name()));
        }
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        const std::size_t rings = settings_.rings.size();
        const std::uint32_t count = ASK(bucket_product(selection.bucket_count, rings));
        ASK(grow(counts_, count));
        below_.clear();
        if (!source_.mapped() && !settings_.points.missing) {
            if (children_.none()) return {};
            return children_.collect(context, below_.selection(count));
        }
        const PointColumn points = ASK(source_.points(context));
        std::vector<bool> inside;
        selection.for_each([&](std::uint32_t row, std::uint32_t owner) {
            inside.assign(rings, false);
            points.for_each(row, [&](const GeoPoint& point) {
                const double far = distance(point);
                for (std::size_t i = 0; i < rings; ++i) {
                    if (far >= settings_.rings[i].from && far < settings_.rings[i].to)
                        inside[i] = true;
                }
            });
            for (std::size_t i = 0; i < rings; ++i) {
                if (!inside[i]) continue;
                const auto bucket = static_cast<std::uint32_t>(owner * rings + i);
                ++counts_[bucket];
                if (!children_.none()) below_.add(row, bucket);
            }
        });
        if (children_.none()) return {};
        return children_.collect(context, below_.selection(count));
    }

    Answer<std::size_t> fan_out(const GroupContext& /*context*/) const override {
        return settings_.rings.size();
    }

    std::string key_text(const Bucket& bucket) const override { return ring(bucket).key; }

protected:
    bool keyed() const override { return settings_.keyed; }

    Answer<std::vector<Bucket>> buckets(std::uint32_t owner) override {
        std::vector<Bucket> made;
        const std::size_t rings = settings_.rings.size();
        for (std::size_t i = 0; i < rings; ++i) {
            const std::size_t bucket = owner == no_bucket ? no_bucket : owner * rings + i;
            const bool there = bucket < counts_.size();
            made.push_back({there ? static_cast<std::uint32_t>(bucket) : no_bucket,
                            there ? counts_[bucket] : 0, static_cast<std::int64_t>(i)});
        }
        return made;
    }

    void write_key(json::Writer& out, const Bucket& bucket, bool keyed) const override {
        const Ring& shown = ring(bucket);
        if (!keyed) out.member("key", shown.key);
        out.member("from", shown.from);
        if (std::isfinite(shown.to)) out.member("to", shown.to);
    }

private:
    const Ring& ring(const Bucket& bucket) const {
        return settings_.rings[static_cast<std::size_t>(bucket.key)];
    }

    double distance(const GeoPoint& point) const {
        const double metres = settings_.plane ? plane_metres(*settings_.origin, point)
                                              : arc_metres(*settings_.origin, point);
        return metres / settings_.unit;
    }

    Settings settings_;
    PointSource source_;
    std::vector<std::uint64_t> counts_;
};

std::string bound_text(double bound) {
    if (bound == 0 || !std::isfinite(bound)) return "*";
    std::string text;
    text::append_json_real(text, bound);
    return text;
}

void read_ring(Options& options, const Value& element, std::vector<Ring>& rings) {
    Ring ring;
    ring.place = rings.size();
    if (!element.is(Kind::object)) {
        return options.fail("ranges", "parsing_exception", "[ranges] must contain objects");
    }
    for (const event::Member& member : element.as_object().members()) {
        const auto number = [&]() {
            const auto text = scalar_text(member.value);
            return text ? to_double(trim(*text)) : std::nullopt;
        };
        if (member.name == "from" && !member.value.is_null()) {
            ring.from = number().value_or(0);
        } else if (member.name == "to" && !member.value.is_null()) {
            ring.to = number().value_or(ring.to);
        } else if (member.name == "key" && member.value.is(Kind::string)) {
            ring.key = member.value.as_string();
        } else if (!member.value.is_null()) {
            options.fail(
                "ranges", "parsing_exception",
                fmt::format("Failed to parse object: unknown field [{}] found", member.name));
        }
    }
    if (ring.key.empty()) ring.key = bound_text(ring.from) + "-" + bound_text(ring.to);
    rings.push_back(std::move(ring));
}

void read_way(Options& options, Settings& settings) {
    if (const auto unit = options.text("unit")) {
        const auto metres = unit_metres(*unit);
        if (!metres) {
            options.fail("unit", "illegal_argument_exception",
                         fmt::format("No distance unit match [{}]", *unit));
        }
        settings.unit = metres.value_or(1);
    }
    if (const auto type = options.text("distance_type")) {
        settings.plane = to_lower(*type) == "plane";
        if (!settings.plane && to_lower(*type) != "arc") {
            options.fail("distance_type", "illegal_argument_exception",
                         fmt::format("No geo distance for [{}]", *type));
        }
    }
}

Made make_geo_distance(Common common, const Value& body) {
    Options options(common.type, common.name, body);
    Settings settings;
    settings.points = PointOptions::read(options);
    const Value* origin = options.any("origin");
    if (origin != nullptr) {
        settings.origin = read_point(*origin);
        if (!settings.origin)
            options.fail("origin", "parse_exception", "[origin] is no point on Earth");
    }
    if (const Value* ranges = options.object_or_array("ranges")) {
        if (ranges->is(Kind::object)) read_ring(options, *ranges, settings.rings);
        for (std::size_t i = 0; ranges->is(Kind::array) && i < ranges->as_array().size(); ++i)
            read_ring(options, ranges->as_array()[i], settings.rings);
    }
    read_way(options, settings);
    settings.keyed = options.boolean("keyed").value_or(false);
    ASK(options.finish());
    if (origin == nullptr) {
        return refuse("illegal_argument_exception",
                      fmt::format("Aggregation [{}] must define an [origin].", common.name));
    }
    ASK(settings.points.check("field, script"));
    return std::make_unique<GeoDistance>(std::move(common), std::move(settings));
}

constexpr Parameter members[] = {
    {"origin", Takes::any},
    {"ranges", Takes::array},
    {"unit", Takes::text},
    {"distance_type", Takes::text},
    {"keyed", Takes::flag},
    {"script", Takes::any, Use::refused, "it looks at the values of a field"},
};

constexpr AggregationKind kinds[] = {
    {"geo_distance", make_geo_distance, {point_members, members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::geo_distance
