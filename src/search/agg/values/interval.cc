#include "search/agg/values/interval.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <array>

namespace elkhorn::search::agg {

Result<std::int64_t> parse_time_span(std::string_view text, std::string_view setting) {
    struct Unit {
        std::string_view name;
        std::int64_t ms;
        std::int64_t parts;  // of a millisecond
    };

    constexpr std::array<Unit, 7> units = {{{"nanos", 1, 1'000'000},
                                            {"micros", 1, 1000},
                                            {"ms", 1, 1},
                                            {"s", 1000, 1},
                                            {"m", 60'000, 1},
                                            {"h", 3'600'000, 1},
                                            {"d", 86'400'000, 1}}};
    const std::string lower = to_lower(trim(text));
    if (lower == "-1") return -1;
    if (lower == "0") return 0;
    for (const Unit& unit : units) {
        const bool months = unit.name == "m" && trim(text).ends_with('M');
        if (!lower.ends_with(unit.name) || months) continue;
        const std::string_view digits =
            trim(std::string_view(lower).substr(0, lower.size() - unit.name.size()));
        const auto number = to_integer(digits.starts_with('+') ? digits.substr(1) : digits);
        constexpr std::int64_t most_ms = std::int64_t{1} << 62;
        if (number && *number >= -(most_ms / unit.ms) && *number <= most_ms / unit.ms) {
            return *number * unit.ms / unit.parts;
        }
        if (to_double(digits)) {
            return fail(
                ErrorCode::invalid,
                fmt::format("failed to parse [{}], fractional time values are not supported",
                            text));
        }
        return fail(ErrorCode::invalid, fmt::format("failed to parse [{}]", text));
    }
    return fail(
        ErrorCode::invalid,
        fmt::format(
            "failed to parse setting [{}] with value [{}] as a time value: unit is missing or "
            "unrecognized",
            setting, text));
}

int Interval::months() const {
    if (!unit_) return 0;
    switch (*unit_) {
        case CalendarUnit::month: return 1;
        case CalendarUnit::quarter: return 3;
        case CalendarUnit::year: return 12;
        default: return 0;
    }
}

void Interval::read_older(Options& options) {
    const event::Value* value = options.any("interval");
    if (value == nullptr) return;
    if (unit_ || fixed_ms_) {
        return options.fail(
            "interval", "illegal_argument_exception",
            "Cannot use [interval] with [fixed_interval] or [calendar_interval] configuration "
            "options.");
    }
    if (value->is(event::Kind::integer)) {
        fixed_ms_ = value->as_integer();
        return;
    }
    if (!value->is(event::Kind::string)) return options.fail_kind("interval", *value);
    unit_ = calendar_unit(value->as_string());
    if (unit_) return;
    if (const auto span = parse_time_span(value->as_string(), "interval")) {
        fixed_ms_ = *span;
    } else {
        unreadable_ = value->as_string();
    }
}

Interval Interval::read(Options& options) {
    Interval interval;
    if (const auto text = options.text("calendar_interval")) {
        interval.unit_ = calendar_unit(*text);
        if (!interval.unit_) {
            options.fail(
                "calendar_interval", "illegal_argument_exception",
                fmt::format(
                    "The supplied interval [{}] could not be parsed as a calendar interval.",
                    *text));
        }
    }
    if (const auto text = options.text("fixed_interval")) {
        if (interval.unit_) {
            options.fail(
                "fixed_interval", "illegal_argument_exception",
                "Cannot use [fixed_interval] with [calendar_interval] configuration option.");
        }
        const auto span = parse_time_span(*text, "date_histogram.fixedInterval");
        if (span) interval.fixed_ms_ = *span;
        if (!span)
            options.fail("fixed_interval", "illegal_argument_exception", span.error().message);
    }
    interval.read_older(options);
    if (const event::Value* offset = options.any("offset")) {
        const auto text = scalar_text(*offset);
        if (offset->is(event::Kind::integer)) {
            interval.offset_ms_ = offset->as_integer();
        } else if (text) {
            const auto span = parse_time_span(*text, "DateHistogramAggregationBuilder.parseOffset");
            if (span) interval.offset_ms_ = *span;
            if (!span) options.fail("offset", "illegal_argument_exception", span.error().message);
        } else {
            options.fail_kind("offset", *offset);
        }
    }
    return interval;
}

Answer<TimeRounding> Interval::rounding(const std::string& time_zone) const {
    const auto refused = [](std::string reason) {
        return refuse_in_phase("illegal_argument_exception", std::move(reason));
    };
    if (!unreadable_.empty())
        return refused(fmt::format("Unable to parse interval [{}]", unreadable_));
    if (!unit_ && !fixed_ms_)
        return refused("Invalid interval specified, must be non-null and non-empty");
    text::TimeZone::Ptr zone = text::TimeZone::utc();
    if (!time_zone.empty()) zone = ASK(text::TimeZone::find(time_zone));
    if (unit_) return TimeRounding::calendar(*unit_, std::move(zone), offset_ms_);
    if (*fixed_ms_ < 1) return refused("Zero or negative time interval not supported");
    return TimeRounding::fixed(*fixed_ms_, std::move(zone), offset_ms_);
}

}  // namespace elkhorn::search::agg
