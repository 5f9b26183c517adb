// search/query/special/distance_feature.cc -- distance_feature: every document that has the date or
// the point is found, and scores the more the nearer it is: boost * pivot / (pivot + distance).

#include "base/strings.h"
#include "search/base/date_math.h"
#include "search/base/distance.h"
#include "search/match/bm25.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"
#include "store/schema/geo_point.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>

namespace elkhorn::search::distance_feature {
namespace {

using event::Kind;
using event::Member;
using event::Value;
using store::GeoPoint;

/// How far the nearest value of a row is.
class Distances {
public:
    Distances(Field field, std::int64_t moment) : field_(std::move(field)), moment_(moment) {}

    Distances(Field field, GeoPoint point) : field_(std::move(field)), point_(point) {}

    const Field& field() const { return field_; }

    Answer<Numbers> values(const GroupContext& context) const {
        return exact_numbers_of(context, field_);
    }

    double of(const Numbers& numbers, std::uint32_t row) const {
        double nearest = std::numeric_limits<double>::infinity();
        if (!point_ && numbers.integers != nullptr) {
            const auto& all = *numbers.integers;
            for (auto i = all.rows.first(row); i < all.rows.last(row); ++i)
                nearest = std::min(nearest, apart(all.values[i], moment_));
        }
        if (point_ && numbers.reals != nullptr) {
            const auto& all = *numbers.reals;
            for (auto i = all.rows.first(row); i + 1 < all.rows.last(row); i += 2)
                nearest =
                    std::min(nearest, arc_metres({all.values[i], all.values[i + 1]}, *point_));
        }
        return nearest;
    }

private:
    static double apart(std::int64_t a, std::int64_t b) {
        const auto from = static_cast<std::uint64_t>(std::min(a, b));
        return static_cast<double>(static_cast<std::uint64_t>(std::max(a, b)) - from);
    }

    Field field_;
    std::int64_t moment_ = 0;
    std::optional<GeoPoint> point_;
};

class NearScorer final : public RowScorer {
public:
    NearScorer(const Distances& distances, double pivot, float boost)
        : distances_(distances), pivot_(pivot), boost_(boost) {}

    Answer<> enter(const GroupContext& context) override {
        rows_ = ASK(rows_with_value(context, distances_.field()));
        numbers_ = ASK(distances_.values(context));
        return {};
    }

    bool has(std::uint32_t row) const override { return rows_.test(row); }

    Answer<float> score(std::uint32_t row) override {
        return static_cast<float>(boost_ * (pivot_ / (pivot_ + distances_.of(numbers_, row))));
    }

private:
    const Distances& distances_;  // the node's, which whoever asked for the scorer keeps
    double pivot_;
    float boost_;
    Bitmap rows_;
    Numbers numbers_;
};

class NearNode final : public Node {
public:
    NearNode(Distances distances, double pivot) : distances_(std::move(distances)), pivot_(pivot) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        return rows_with_value(context, distances_.field());
    }

    int cost() const override { return 2; }

    std::optional<float> constant() const override { return std::nullopt; }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& /*statistics*/,
                                              float boost) const override {
        return std::make_unique<NearScorer>(distances_, pivot_, boost);
    }

private:
    Distances distances_;
    double pivot_;
};

/// "7d" in nanoseconds.
std::optional<double> time_span_ns(std::string_view text) {
    constexpr std::array units{
        std::pair{std::string_view("nanos"), 1.0}, std::pair{std::string_view("micros"), 1e3},
        std::pair{std::string_view("ms"), 1e6},    std::pair{std::string_view("s"), 1e9},
        std::pair{std::string_view("m"), 60e9},    std::pair{std::string_view("h"), 3600e9},
        std::pair{std::string_view("d"), 86400e9}};
    const std::string lower = to_lower(trim(text));
    for (const auto& [unit, ns] : units) {
        if (!lower.ends_with(unit)) continue;
        const auto number =
            to_integer(trim(std::string_view(lower).substr(0, lower.size() - unit.size())));
        return number ? std::optional(static_cast<double>(*number) * ns) : std::nullopt;
    }
    return std::nullopt;
}

struct Wanted {
    std::string field;
    std::string origin;
    std::optional<GeoPoint> point;  // of an origin that is one
    std::string pivot;
    Common common;
};

/// A date that cannot be read, told twice as Elasticsearch does.
std::unexpected<Failure> bad_moment(Failure failure) {
    if (!failure.over && !failure.caused_by_reason.empty()) {
        failure.caused_by_type = "parse_exception";
        failure.caused_by_reason =
            fmt::format("{}: [{}]", failure.caused_by_reason, failure.caused_by_reason);
    }
    return std::unexpected(std::move(failure));
}

Answer<NodePtr> near_date(const Scope& scope, const Wanted& wanted, Field field) {
    const DateReader reader =
        ASK(make_date_reader(field.mapping->format, "", scope.request->now_ms));
    const auto read = field.is_nanos() ? read_date_ns : read_date;
    const auto origin = read(reader, wanted.origin, true);
    if (!origin) return bad_moment(origin.error());
    const auto pivot = time_span_ns(wanted.pivot);
    if (!pivot) {
        return cannot_create(
            "illegal_argument_exception",
            fmt::format("failed to parse setting [distance_feature.pivot] with value [{}] as a "
                        "time value: unit is missing or unrecognized",
                        wanted.pivot));
    }
    const double steps = field.is_nanos() ? *pivot : std::trunc(*pivot / 1e6);
    if (steps <= 0) {
        return cannot_create("illegal_argument_exception",
                             fmt::format("pivotDistance must be > 0, got {:.0f}", steps));
    }
    return std::make_shared<NearNode>(Distances(std::move(field), *origin), steps);
}

Answer<NodePtr> near_point(const Wanted& wanted, Field field) {
    const auto origin = wanted.point ? wanted.point : store::parse_point(wanted.origin);
    if (!origin) {
        const std::size_t odd =
            to_lower(wanted.origin).find_first_not_of("0123456789bcdefghjkmnpqrstuvwxyz");
        auto failure = refuse_in_phase(
            "parse_exception",
            fmt::format("unsupported symbol [{}] in geohash [{}]",
                        wanted.origin.substr(std::min(odd, wanted.origin.size()), 1),
                        wanted.origin));
        failure.error().caused_by_type = failure.error().type;
        failure.error().caused_by_reason = failure.error().reason;
        return failure;
    }
    const auto pivot = parse_distance(wanted.pivot);
    if (!pivot) {
        return cannot_create("number_format_exception",
                             fmt::format("For input string: \"{}\"", wanted.pivot));
    }
    if (*pivot <= 0) {
        return cannot_create("illegal_argument_exception",
                             fmt::format("pivotDistance must be > 0, got {:.1f}", *pivot));
    }
    return std::make_shared<NearNode>(Distances(std::move(field), *origin), *pivot);
}

Answer<NodePtr> plan(const Scope& scope, const Wanted& wanted) {
    Field field = scoped_field(scope, wanted.field);
    if (!field.known()) return no_rows();
    if (field.is_date()) return near_date(scope, wanted, std::move(field));
    if (field.is_point()) return near_point(wanted, std::move(field));
    return cannot_create(
        "illegal_argument_exception",
        fmt::format("Illegal data type of [{}]![distance_feature] query can only be run on a "
                    "date, date_nanos or geo_point field type!",
                    field.mapping->es_name));
}

/// A point as an object or a list; any other origin is a text.
Answer<> read_origin(const Value& value, Wanted& wanted) {
    const auto number = [](const Value& part) {
        const auto term = term_of(part);
        return term ? to_double(term->text) : std::nullopt;
    };
    if (value.is(Kind::array)) {
        const auto& parts = value.as_array();
        if (parts.size() < 2) return refuse("parse_exception", "geo_point expected");
        const auto lon = number(parts[0]);
        const auto lat = number(parts[1]);
        if (!lon || !lat) return refuse("parse_exception", "numeric value expected");
        wanted.point = GeoPoint{*lat, *lon};
        return {};
    }
    if (value.is(Kind::object)) {
        const Value* lat = value.as_object().find("lat");
        const Value* lon = value.as_object().find("lon");
        if (lat == nullptr) return refuse("parse_exception", "field [lat] missing");
        if (lon == nullptr) return refuse("parse_exception", "field [lon] missing");
        wanted.point = GeoPoint{number(*lat).value_or(0), number(*lon).value_or(0)};
        return {};
    }
    const auto term = term_of(value);
    if (term) wanted.origin = term->text;
    return {};
}

Answer<QueryPtr> parse_distance_feature(const Value& body) {
    Wanted wanted;
    bool has_origin = false;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, wanted.common));
        if (taken) continue;
        if (member.name == "field") {
            wanted.field = ASK(text_option("distance_feature", member));
        } else if (member.name == "pivot") {
            wanted.pivot = ASK(text_option("distance_feature", member));
        } else if (member.name == "origin") {
            ASK(read_origin(member.value, wanted));
            has_origin = true;
        } else {
            return bad_content(fmt::format("[distance_feature] unknown field [{}]", member.name));
        }
    }
    std::string missing;
    for (const auto& [name, is_there] :
         {std::pair{"field", !wanted.field.empty()}, std::pair{"origin", has_origin},
          std::pair{"pivot", !wanted.pivot.empty()}}) {
        if (!is_there) missing += (missing.empty() ? "" : ", ") + std::string(name);
    }
    if (!missing.empty())
        return refuse("illegal_argument_exception", fmt::format("Required [{}]", missing));
    return make_query(
        [wanted](const Scope& scope) -> Answer<NodePtr> { return plan(scope, wanted); },
        wanted.common);
}

constexpr Parameter distance_feature_members[] = {
    {"field", Takes::text}, {"origin", Takes::any}, {"pivot", Takes::text}};

constexpr QueryKind kinds[] = {
    {"distance_feature", parse_distance_feature, {distance_feature_members}},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::distance_feature
