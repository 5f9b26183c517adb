#include "store/schema/geo_point.h"

#include "base/strings.h"

#include <algorithm>
#include <cmath>

namespace elkhorn::store {
namespace {

constexpr std::string_view geohash_letters = "0123456789bcdefghjkmnpqrstuvwxyz";

/// The corner of the geohash's cell that Elasticsearch takes for it: the south-west one.
std::optional<GeoPoint> parse_geohash(std::string_view text) {
    if (text.empty() || text.size() > 12) return std::nullopt;
    GeoPoint low{-90, -180};
    GeoPoint high{90, 180};
    bool east = true;
    for (const char c : text) {
        const std::size_t value = geohash_letters.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        for (int bit = 4; bit >= 0; --bit) {
            double& from = east ? low.lon : low.lat;
            double& to = east ? high.lon : high.lat;
            const double middle = (from + to) / 2;
            ((value >> static_cast<unsigned>(bit) & 1U) != 0 ? from : to) = middle;
            east = !east;
        }
    }
    return low;
}

std::optional<GeoPoint> parse_well_known_text(std::string_view text) {
    const std::size_t open = text.find('(');
    const std::size_t close = text.rfind(')');
    if (open == text.npos || close == text.npos || close < open) return std::nullopt;
    std::vector<double> numbers;
    for (const std::string_view part : split(text.substr(open + 1, close - open - 1), ' ')) {
        if (trim(part).empty()) continue;
        const auto number = to_double(trim(part));
        if (!number) return std::nullopt;
        numbers.push_back(*number);
    }
    if (numbers.size() != 2 && numbers.size() != 3) return std::nullopt;
    return GeoPoint{numbers[1], numbers[0]};
}

std::optional<double> number_of(const event::Leaf& leaf) {
    if (leaf.kind == event::Kind::integer) return static_cast<double>(leaf.integer);
    if (leaf.kind == event::Kind::real) return leaf.real;
    if (leaf.kind == event::Kind::string) return to_double(leaf.as_text());
    return std::nullopt;
}

}  // namespace

std::optional<GeoPoint> parse_point(std::string_view text) {
    text = trim(text);
    if (to_upper(text.substr(0, 5)) == "POINT") return parse_well_known_text(text);
    if (text.find(',') == text.npos) return parse_geohash(text);
    const auto parts = split(text, ',');
    if (parts.size() > 3) return std::nullopt;
    const auto lat = to_double(trim(parts[0]));
    const auto lon = to_double(trim(parts[1]));
    if (!lat || !lon) return std::nullopt;
    return GeoPoint{*lat, *lon};
}

void GeoPoints::add(std::string_view part, const event::Leaf& leaf) {
    const auto number = number_of(leaf);
    if (part == "lat" || part == "lon") {
        (part == "lat" ? lats_ : lons_).push_back(number.value_or(std::nan("")));
    } else if (leaf.kind == event::Kind::string && (part.empty() || part == "geohash")) {
        if (const auto point = parse_point(leaf.as_text())) points_.push_back(*point);
    } else if (number && (part.empty() || part == "coordinates")) {
        numbers_.push_back(*number);
    }
}

std::vector<GeoPoint> GeoPoints::take() {
    std::vector<GeoPoint> points = std::move(points_);
    for (std::size_t i = 0; i < std::min(lats_.size(), lons_.size()); ++i)
        points.push_back({lats_[i], lons_[i]});
    if (numbers_.size() == 3) numbers_.pop_back();
    for (std::size_t i = 0; i + 1 < numbers_.size(); i += 2)
        points.push_back({numbers_[i + 1], numbers_[i]});
    std::erase_if(points, [](const GeoPoint& point) { return !point.sound(); });
    *this = {};
    return points;
}

}  // namespace elkhorn::store
