// search/agg/bucket/geo_grid.cc -- geohash_grid and geotile_grid: a bucket for each cell of a grid
// over the Earth that points lie in, those with most documents first.
//
//   geohash   bits of longitude and latitude in turn, five of them a letter; key: the bits of the
//             hash, then four bits of its length
//   geotile   tiles of web maps, "zoom/x/y"; key: 6 bits of zoom, 29 of x, 29 of y
//
// Cells with as many documents come by their keys, downwards, as signed numbers: so it is there.

#include "base/strings.h"
#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/buckets.h"
#include "search/agg/core/options.h"
#include "search/agg/values/points.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace elkhorn::search::agg::geo_grid {
namespace {

struct Settings {
    PointOptions points;
    bool tiles = false;
    unsigned precision = 0;
    std::size_t size = 10'000;
    std::optional<GeoBox> bounds;
};

std::int64_t geohash_key(const GeoPoint& point, unsigned letters) {
    constexpr double half = 2147483648.0;
    const auto bits = [](double value, double step) {
        return static_cast<std::uint32_t>(
            std::clamp(std::floor(value / step) + half, 0.0, 2 * half - 1));
    };
    const std::uint32_t lat = bits(point.lat, 180.0 / 4294967296.0);
    const std::uint32_t lon = bits(point.lon, 360.0 / 4294967296.0);
    std::uint64_t hash = 0;
    for (unsigned i = 0; i < 5 * letters; ++i) {
        const std::uint32_t from = i % 2 == 0 ? lon : lat;
        hash = hash << 1U | (from >> (31 - i / 2) & 1U);
    }
    return static_cast<std::int64_t>(hash << 4U | letters);
}

std::string geohash_text(std::int64_t key) {
    constexpr std::string_view letters = "0123456789bcdefghjkmnpqrstuvwxyz";
    const auto bits = static_cast<std::uint64_t>(key);
    std::uint64_t hash = bits >> 4U;
    std::string text(bits & 15U, '0');
    for (std::size_t i = text.size(); i > 0; --i, hash >>= 5U)
        text[i - 1] = letters[hash & 31U];
    return text;
}

std::int64_t tile_key(const GeoPoint& point, unsigned zoom) {
    const auto tiles = static_cast<double>(std::int64_t{1} << zoom);
    const double sine = std::sin(point.lat * std::numbers::pi / 180);
    const double x = std::floor((point.lon + 180.0) / 360.0 * tiles);
    const double y =
        std::floor((0.5 - std::log((1.0 + sine) / (1.0 - sine)) / (4 * std::numbers::pi)) * tiles);
    const auto inside = [&](double place) {
        return static_cast<std::uint64_t>(std::clamp(place, 0.0, tiles - 1));
    };
    return static_cast<std::int64_t>(std::uint64_t{zoom} << 58U | inside(x) << 29U | inside(y));
}

std::string tile_text(std::int64_t key) {
    const auto bits = static_cast<std::uint64_t>(key);
    constexpr std::uint64_t mask = (std::uint64_t{1} << 29U) - 1;
    return fmt::format("{}/{}/{}", bits >> 58U, bits >> 29U & mask, bits & mask);
}

class GeoGrid final : public MultiBucket {
public:
    GeoGrid(Common common, Settings settings)
        : MultiBucket(std::move(common)), settings_(std::move(settings)) {}

    Answer<> bind(const RequestContext& request) override {
        ASK(source_.bind(request, common_, settings_.points));
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        below_.clear();
        if (!source_.mapped() && !settings_.points.missing) return {};
        const PointColumn points = ASK(source_.points(context));
        const std::size_t before = table_.memory_bytes();
        const bool children = !children_.none();
        std::vector<std::int64_t> keys;
        selection.for_each([&](std::uint32_t row, std::uint32_t owner) {
            keys.clear();
            points.for_each(row, [&](const GeoPoint& point) {
                if (settings_.bounds && !settings_.bounds->holds(point)) return;
                keys.push_back(settings_.tiles ? tile_key(point, settings_.precision)
                                               : geohash_key(point, settings_.precision));
            });
            if (keys.size() > 1) {
                std::ranges::sort(keys);
                keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
            }
            for (const std::int64_t key : keys) {
                const std::uint32_t bucket = table_.find_or_add(owner, key);
                table_.add(bucket, 1);
                if (children) below_.add(row, bucket);
            }
        });
        ASK(ledger().hold(table_.memory_bytes() - before));
        return children ? children_.collect(context, below_.selection(table_.size())) : Answer<>();
    }

    Answer<std::size_t> fan_out(const GroupContext& context) const override {
        const PointColumn points = ASK(source_.points(context));
        return points.most(context.rows());
    }

    std::string key_text(const Bucket& bucket) const override {
        return settings_.tiles ? tile_text(bucket.key) : geohash_text(bucket.key);
    }

protected:
    void write_key(json::Writer& out, const Bucket& bucket, bool /*keyed*/) const override {
        out.member("key", key_text(bucket));
    }

    Answer<std::vector<Bucket>> buckets(std::uint32_t owner) override {
        std::vector<Bucket> all;
        for (const std::uint32_t bucket : table_.of(owner))
            all.push_back({bucket, table_.count(bucket), table_.key(bucket)});
        const std::size_t shown = std::min(settings_.size, all.size());
        std::ranges::partial_sort(all, all.begin() + static_cast<std::ptrdiff_t>(shown),
                                  [](const Bucket& a, const Bucket& b) {
                                      return a.count != b.count ? a.count > b.count : a.key > b.key;
                                  });
        all.resize(shown);
        return all;
    }

private:
    Settings settings_;
    PointSource source_;
    BucketTable table_;
};

/// How many letters a cell has that is not wider than that.
unsigned letters_of(double metres) {
    constexpr double equator = 2 * std::numbers::pi * 6'378'137.0;
    constexpr double pole_to_pole = std::numbers::pi * 6'356'752.314245;
    if (metres == 0) return 12;
    constexpr double ratio = 1 + pole_to_pole / equator;
    const double width = std::sqrt(metres * metres / (ratio * ratio));
    const double cells = std::ceil(equator / width);
    if (cells <= 1) return 1;
    const auto bits = static_cast<unsigned>(std::ceil(std::log(cells) / std::log(2)));
    const unsigned full = bits / 5;
    const unsigned left = bits - full * 5;
    return full + (left > 0 ? 1 : 0) + full + (left > 3 ? 1 : 0);
}

std::string out_of_range(const Settings& settings, std::int64_t precision) {
    return settings.tiles
               ? fmt::format("Invalid geotile_grid precision of {}. Must be between 0 and 29.",
                             precision)
               : fmt::format(
                     "Invalid geohash aggregation precision of {}. Must be between 1 and 12.",
                     precision);
}

void read_precision(Options& options, Settings& settings) {
    settings.precision = settings.tiles ? 7 : 5;
    const event::Value* given = options.any("precision");
    if (given == nullptr) return;
    const auto text = scalar_text(*given);
    if (!text || given->is(event::Kind::boolean)) return options.fail_kind("precision", *given);
    const auto number = to_double(*text);
    if (!number) {
        const auto metres = settings.tiles ? std::nullopt : parse_distance(*text);
        if (!metres) {
            return options.fail("precision", "number_format_exception",
                                fmt::format("For input string: \"{}\"", *text));
        }
        settings.precision = letters_of(*metres);
        if (settings.precision > 12) {
            options.fail("precision", "illegal_argument_exception",
                         fmt::format("precision too high [{}]", *text));
        }
        return;
    }
    const auto precision = static_cast<std::int64_t>(std::clamp(*number, -1e9, 1e9));
    const std::int64_t least = settings.tiles ? 0 : 1;
    const std::int64_t most = settings.tiles ? 29 : 12;
    if (precision < least || precision > most) {
        return options.fail("precision", "illegal_argument_exception",
                            out_of_range(settings, precision));
    }
    settings.precision = static_cast<unsigned>(precision);
}

Made make_grid(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    Settings settings;
    settings.tiles = common.type == "geotile_grid";
    settings.points = PointOptions::read(options);
    read_precision(options, settings);
    settings.size =
        static_cast<std::size_t>(options.integer_from("size", 1, "size").value_or(10'000));
    static_cast<void>(options.integer_from("shard_size", 1, "shardSize"));
    settings.bounds = read_box(options, "bounds");
    ASK(options.finish());
    ASK(settings.points.check());
    return std::make_unique<GeoGrid>(std::move(common), std::move(settings));
}

constexpr Parameter members[] = {
    {"precision", Takes::any},
    {"size", Takes::integer},
    {"shard_size", Takes::integer},
    {"bounds", Takes::object},
};

constexpr AggregationKind kinds[] = {
    {"geohash_grid", make_grid, {point_members, members}},
    {"geotile_grid", make_grid, {point_members, members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::geo_grid
