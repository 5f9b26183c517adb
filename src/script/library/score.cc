// script/library/score.cc -- what scripts for scores may call: saturation, sigmoid and the decays
// over numbers, dates and points, which are those of function_score as well.

#include "script/library/decay.h"
#include "script/run/library.h"
#include "script/run/node.h"
#include "text/date/date_parse.h"

#include <fmt/format.h>

#include <cmath>

namespace elkhorn::script {
namespace {

Value saturation(Run& /*run*/, const Value* a) {
    return Value::of_double(a[0].as_real() / (a[1].as_real() + a[0].as_real()));
}

Value sigmoid(Run& /*run*/, const Value* a) {
    const double value = std::pow(a[0].as_real(), a[2].as_real());
    return Value::of_double(value / (std::pow(a[1].as_real(), a[2].as_real()) + value));
}

Value random_score(Run& run, const Value* a) {
    return Value::of_double(run.host().random(run, a[0].as_whole(), {}));
}

Value random_score_of(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "fieldName");
    return Value::of_double(run.host().random(run, a[0].as_whole(), a[1].as_text()));
}

template <Decay::Shape shape>
Value decay_number(Run& /*run*/, const Value* a) {
    const Decay decay(shape, a[1].as_real(), a[3].as_real());
    const double away = std::max(0.0, std::abs(a[4].as_real() - a[0].as_real()) - a[2].as_real());
    return Value::of_double(decay.at(away));
}

/// "3d" in milliseconds.
Value time_of(Run& run, const Value& text, double& ms) {
    const auto parsed = text.is_text() ? parse_time_ms(text.as_text()) : std::nullopt;
    if (!parsed) {
        return run.raise(Class::illegal_argument,
                         fmt::format("failed to parse setting [scale] with value [{}] as a time "
                                     "value: unit is missing or unrecognized",
                                     text.is_text() ? text.as_text() : "null"));
    }
    ms = *parsed;
    return {};
}

template <Decay::Shape shape>
Value decay_date(Run& run, const Value* a) {
    double scale = 0;
    double offset = 0;
    if (!a[0].is_text() || a[4].is_null()) return raise_null(run, "originStr");
    EVAL(scaled, time_of(run, a[1], scale));
    EVAL(moved, time_of(run, a[2], offset));
    const auto parser = text::DateParser::elasticsearch("strict_date_optional_time||epoch_millis");
    const auto origin =
        parser ? parser->parse(a[0].as_text(), *text::TimeZone::utc(), 0) : std::nullopt;
    if (!origin) {
        return run.raise(Class::illegal_argument,
                         fmt::format("failed to parse date field [{}] with format "
                                     "[strict_date_optional_time||epoch_millis]",
                                     a[0].as_text()));
    }
    const auto* date = object_as<DateObject>(a[4]);
    const double ms = static_cast<double>(date->seconds) * 1000 + date->nanos / 1'000'000;
    const double away =
        std::max(0.0, std::abs(ms - static_cast<double>(origin->first.ms())) - offset);
    return Value::of_double(Decay(shape, scale, a[3].as_real()).at(away));
}

constexpr MethodRow rows[] = {
    {Class::score_functions, "static double saturation(double, double)", saturation},
    {Class::score_functions, "static double sigmoid(double, double, double)", sigmoid},
    {Class::score_functions, "static double randomScore(int)", random_score},
    {Class::score_functions, "static double randomScore(int, String)", random_score_of},
    {Class::score_functions,
     "static double decayNumericLinear(double, double, double, double, double)",
     decay_number<Decay::Shape::linear>},
    {Class::score_functions,
     "static double decayNumericExp(double, double, double, double, double)",
     decay_number<Decay::Shape::exponential>},
    {Class::score_functions,
     "static double decayNumericGauss(double, double, double, double, double)",
     decay_number<Decay::Shape::gauss>},
    {Class::score_functions,
     "static double decayDateLinear(String, String, String, double, ZonedDateTime)",
     decay_date<Decay::Shape::linear>},
    {Class::score_functions,
     "static double decayDateExp(String, String, String, double, ZonedDateTime)",
     decay_date<Decay::Shape::exponential>},
    {Class::score_functions,
     "static double decayDateGauss(String, String, String, double, ZonedDateTime)",
     decay_date<Decay::Shape::gauss>},
};

}  // namespace

std::span<const MethodRow> score_methods() {
    return rows;
}

}  // namespace elkhorn::script
