// search/factor/decay_factor.cc -- gauss, exp and linear: the farther a number, a date or a point
// is from an origin, the less it counts.

#include "base/strings.h"
#include "event/format.h"
#include "script/library/decay.h"
#include "search/base/date_math.h"
#include "search/base/distance.h"
#include "search/factor/factor.h"
#include "search/match/field_terms.h"
#include "search/query/core/query_parse.h"
#include "store/schema/geo_point.h"
#include "store/schema/mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace elkhorn::search {
namespace {

using event::Kind;
using event::Member;
using event::Value;
using script::Decay;

std::string text_of(const Value& value) {
    std::string text;
    event::append_text(text, value);
    return text;
}

enum class Several { min, max, avg, sum };

struct DecaySpec {
    Decay::Shape shape = Decay::Shape::gauss;
    std::string name;  // "gauss"
    std::string field;
    std::optional<std::string> origin;
    std::optional<std::string> scale;
    std::string offset;
    double decay = 0.5;
    Several several = Several::min;
    store::GeoPoint point;
    bool has_point = false;
};

class DecayFactor final : public Factor {
public:
    DecayFactor(const DecaySpec& spec, Field field, Decay decay, double origin, double offset)
        : spec_(spec), field_(std::move(field)), decay_(decay), origin_(origin), offset_(offset) {}

    Answer<> enter(const GroupContext& context) override {
        numbers_ = field_.is_point() ? ASK(exact_numbers_of(context, field_))
                                     : ASK(numbers_of(context, field_));
        return {};
    }

    Answer<double> of(std::uint32_t row, float /*score*/) override {
        double sum = 0;
        double least = std::numeric_limits<double>::infinity();
        double most = 0;
        std::size_t count = 0;
        for_each_distance(row, [&](double away) {
            const double distance = std::max(0.0, away - offset_);
            sum += distance;
            least = std::min(least, distance);
            most = std::max(most, distance);
            ++count;
        });
        if (count == 0) return decay_.at(0);
        switch (spec_.several) {
            case Several::min: return decay_.at(least);
            case Several::max: return decay_.at(most);
            case Several::sum: return decay_.at(sum);
            default: return decay_.at(sum / static_cast<double>(count));
        }
    }

private:
    template <typename Visit>
    void for_each_distance(std::uint32_t row, Visit&& visit) const {
        if (!field_.is_point()) {
            numbers_.for_each(row, [&](double value) { visit(std::abs(value - origin_)); });
            return;
        }
        if (numbers_.reals == nullptr) return;
        const auto& all = *numbers_.reals;
        for (auto i = all.rows.first(row); i + 1 < all.rows.last(row); i += 2)
            visit(arc_metres({all.values[i], all.values[i + 1]}, spec_.point));
    }

    const DecaySpec& spec_;  // the kind's
    Field field_;
    Decay decay_;
    double origin_;
    double offset_;
    Numbers numbers_;
};

class DecayKind final : public FactorKind {
public:
    explicit DecayKind(DecaySpec spec) : spec_(std::move(spec)) {}

    Answer<> plan(const Scope& scope) override {
        field_ = scoped_field(scope, spec_.field);
        if (!field_.known())
            return refuse_in_phase("parsing_exception",
                                   fmt::format("unknown field [{}]", spec_.field));
        if (field_.is_point()) return plan_point();
        if (field_.is_date()) return plan_date(scope);
        if (!field_.is_number()) {
            return refuse_in_phase(
                "parsing_exception",
                fmt::format("field [{}] is of type [{}], but only numeric types are supported.",
                            spec_.field, store::default_name(field_.type())));
        }
        return plan_number();
    }

    Answer<FactorPtr> make(const RequestContext& /*request*/) const override {
        return std::make_unique<DecayFactor>(spec_, field_, Decay(spec_.shape, scale_, spec_.decay),
                                             origin_, offset_);
    }

private:
    Answer<> check() const {
        const auto refused = [](std::string_view why) {
            return refuse_in_phase("illegal_argument_exception",
                                   fmt::format("function_score : {}", why));
        };
        if (!(scale_ > 0)) return refused("scale must be > 0.0.");
        if (!(spec_.decay > 0 && spec_.decay < 1))
            return refused("decay must be in the range [0..1].");
        if (offset_ < 0) return refused("offset must be > 0.0");
        return {};
    }

    Answer<double> number(const std::string& text) const {
        const auto value = to_double(text);
        if (value) return *value;
        return refuse_in_phase("number_format_exception",
                               fmt::format("For input string: \"{}\"", text));
    }

    Answer<> plan_number() {
        if (!spec_.scale || !spec_.origin) {
            return refuse_in_phase("parse_exception",
                                   "both [scale] and [origin] must be set for numeric fields.");
        }
        origin_ = ASK(number(*spec_.origin));
        scale_ = ASK(number(*spec_.scale));
        offset_ = spec_.offset.empty() ? 0 : ASK(number(spec_.offset));
        return check();
    }

    Answer<> plan_date(const Scope& scope) {
        if (!spec_.scale)
            return refuse_in_phase("parse_exception", "[scale] must be set for date fields.");
        const std::int64_t now = scope.request == nullptr ? 0 : scope.request->now_ms;
        origin_ = static_cast<double>(now);
        if (spec_.origin)
            origin_ = static_cast<double>(ASK(read_date(
                ASK(make_date_reader(field_.mapping->format, "", now)), *spec_.origin, false)));
        const auto scale = script::parse_time_ms(*spec_.scale);
        const auto offset = script::parse_time_ms(spec_.offset.empty() ? "0" : spec_.offset);
        if (!scale || !offset) {
            const std::string& bad = scale ? spec_.offset : *spec_.scale;
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("failed to parse setting [DecayFunctionParser.{}] with value [{}] as a "
                            "time value: unit is missing or unrecognized",
                            scale ? "offset" : "scale", bad));
        }
        scale_ = *scale;
        offset_ = *offset;
        return check();
    }

    Answer<> plan_point() {
        if (!spec_.scale || !spec_.has_point) {
            return refuse_in_phase("parse_exception",
                                   "[origin] and [scale] must be set for geo fields.");
        }
        const auto scale = parse_distance(*spec_.scale);
        const auto offset = parse_distance(spec_.offset.empty() ? "0m" : spec_.offset);
        if (!scale || !offset) {
            return refuse_in_phase(
                "number_format_exception",
                fmt::format("For input string: \"{}\"", scale ? spec_.offset : *spec_.scale));
        }
        scale_ = *scale;
        offset_ = *offset;
        return check();
    }

    DecaySpec spec_;
    Field field_;
    double origin_ = 0;
    double scale_ = 0;
    double offset_ = 0;
};

Answer<> read_decay_field(const Value& body, DecaySpec& spec) {
    if (!body.is(Kind::object)) return bad_syntax("malformed score function score parameters.");
    for (const Member& member : body.as_object().members()) {
        if (member.name == "origin") {
            spec.origin = text_of(member.value);
            if (member.value.is(Kind::object)) {
                const Value* lat = member.value.as_object().find("lat");
                const Value* lon = member.value.as_object().find("lon");
                if (lat != nullptr && lon != nullptr) {
                    spec.point = {to_double(text_of(*lat)).value_or(0),
                                  to_double(text_of(*lon)).value_or(0)};
                    spec.has_point = true;
                }
            } else if (member.value.is(Kind::array) && member.value.as_array().size() >= 2) {
                spec.point = {to_double(text_of(member.value.as_array()[1])).value_or(0),
                              to_double(text_of(member.value.as_array()[0])).value_or(0)};
                spec.has_point = true;
            } else if (const auto point = store::parse_point(*spec.origin)) {
                spec.point = *point;
                spec.has_point = true;
            }
        } else if (member.name == "scale") {
            spec.scale = text_of(member.value);
        } else if (member.name == "offset") {
            spec.offset = text_of(member.value);
        } else if (member.name == "decay") {
            spec.decay = ASK(number_option(member));
        } else {
            return refuse_in_phase("parse_exception",
                                   fmt::format("parameter [{}] not supported!", member.name));
        }
    }
    return {};
}

}  // namespace

Answer<MakeFactorKind> read_decay(std::string_view name, const Value& body) {
    DecaySpec spec;
    spec.name = name;
    spec.shape = name == "gauss" ? Decay::Shape::gauss
                 : name == "exp" ? Decay::Shape::exponential
                                 : Decay::Shape::linear;
    for (const Member& member : body.as_object().members()) {
        if (member.name == "multi_value_mode") {
            const std::string mode = to_lower(text_of(member.value));
            constexpr std::array<std::string_view, 4> modes = {"min", "max", "avg", "sum"};
            const auto it = std::ranges::find(modes, mode);
            if (it == modes.end()) {
                return refuse("illegal_argument_exception",
                              fmt::format("Illegal sort mode: {}", mode));
            }
            spec.several = static_cast<Several>(it - modes.begin());
        } else {
            spec.field = member.name;
            ASK(read_decay_field(member.value, spec));
        }
    }
    if (spec.field.empty()) return bad_syntax("malformed score function score parameters.");
    return MakeFactorKind([spec] { return std::make_unique<DecayKind>(spec); });
}

}  // namespace elkhorn::search
