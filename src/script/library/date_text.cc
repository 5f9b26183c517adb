// script/library/date_text.cc -- zones, formatters, and dates read from texts.

#include "script/library/date.h"
#include "script/value/java_text.h"
#include "text/date/date_format.h"
#include "text/date/date_parse.h"

#include <fmt/format.h>

#include <cmath>

namespace elkhorn::script::dates {
namespace {

// -- zones ----------------------------------------------------------------------------------------

Value zone_of_name(Run& run, const Value* a) {
    if (a[0].is_null()) return raise_null(run, "zoneId");
    if (a[0].as_text() == "Z") return Value::of(run.make<ZoneObject>(zero_offset()));
    const auto zone = text::TimeZone::find(a[0].as_text());
    if (!zone) {
        return run.raise(Class::zone_rules,
                         fmt::format("Unknown time-zone ID: {}", a[0].as_text()));
    }
    return Value::of(run.make<ZoneObject>(*zone));
}

Value zone_id(Run& run, const Value* a) {
    return run.text(object_as<ZoneObject>(a[0])->zone->id());
}

Value get_zone(Run& run, const Value* a) {
    return Value::of(run.make<ZoneObject>(date_of(a[0]).zone));
}

Value with_zone(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "zone");
    return made_date(run, date_of(a[0]).seconds, date_of(a[0]).nanos,
                     object_as<ZoneObject>(a[1])->zone);
}

Value with_zone_local(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "zone");
    return from_shown(run, shown(date_of(a[0])), object_as<ZoneObject>(a[1])->zone);
}

// -- texts ----------------------------------------------------------------------------------------

class FormatterObject final : public Object {
public:
    enum class Style { pattern, instant, as_text };

    FormatterObject(Style how, std::string text, text::DateFormat by, text::TimeZone::Ptr in)
        : Object(Class::date_time_formatter),
          style(how),
          pattern(std::move(text)),
          format(std::move(by)),
          zone(std::move(in)) {}

    Style style;
    std::string pattern;
    text::DateFormat format;
    text::TimeZone::Ptr zone;  // null: that of the date
};

using Style = FormatterObject::Style;

Value formatter_of(Run& run, const Value* a) {
    if (a[0].is_null()) return raise_null(run, "pattern");
    auto format = text::DateFormat::parse(a[0].as_text(), text::DateFormat::Dialect::java_time);
    if (!format) {
        return run.raise(Class::illegal_argument, fmt::format("{}", format.error().message));
    }
    return Value::of(run.make<FormatterObject>(Style::pattern, std::string(a[0].as_text()),
                                               std::move(*format), nullptr));
}

Value formatter_in_zone(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "zone");
    const auto* from = dynamic_cast<FormatterObject*>(a[0].as_object());
    return Value::of(run.make<FormatterObject>(from->style, from->pattern, from->format,
                                               object_as<ZoneObject>(a[1])->zone));
}

Value formatted(Run& run, const DateObject& date, const FormatterObject& by) {
    const text::TimeZone::Ptr& zone = by.zone == nullptr ? date.zone : by.zone;
    if (by.style != Style::pattern) {
        const bool instant = by.style == Style::instant;
        const DateObject shown_as(
            instant || zone == nullptr ? Class::instant : Class::zoned_date_time, date.seconds,
            date.nanos, instant ? nullptr : zone);
        DateObject* kept =
            run.make<DateObject>(shown_as.type().of, date.seconds, date.nanos, shown_as.zone);
        return run.text(java_date_text(Value::of(kept)));
    }
    std::string out;
    const int offset = zone == nullptr ? 0 : zone->offset_seconds(date.seconds);
    by.format.append_to(out, Instant{date.seconds, date.nanos}, offset);
    return run.text(out);
}

Value format_date(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "formatter");
    return formatted(run, date_of(a[0]), *dynamic_cast<FormatterObject*>(a[1].as_object()));
}

Value formatter_format(Run& run, const Value* a) {
    const auto* date = object_as<DateObject>(a[1]);
    if (date == nullptr) return raise_null(run, "temporal");
    return formatted(run, *date, *dynamic_cast<FormatterObject*>(a[0].as_object()));
}

Value date_to_text(Run& run, const Value* a) {
    EVAL(formatter, formatter_of(run, a + 1));
    const Value pair[] = {a[0], formatter};
    return format_date(run, pair);
}

Value not_parsed(Run& run, std::string_view text, std::size_t at) {
    return run.raise(Class::date_time_parse,
                     fmt::format("Text '{}' could not be parsed at index {}", text, at));
}

/// 2024-01-31T10:20[:30[.123]]ZONE[[NAME]]
Value parse_iso(Run& run, std::string_view text, bool instant) {
    const auto parser = text::DateParser::elasticsearch("strict_date_optional_time_nanos");
    std::string_view rest = text;
    text::TimeZone::Ptr zone;
    if (const std::size_t open = text.find('['); open != text.npos && text.ends_with("]")) {
        const auto found = text::TimeZone::find(text.substr(open + 1, text.size() - open - 2));
        if (!found) return not_parsed(run, text, open);
        zone = *found;
        rest = text.substr(0, open);
    }
    const auto parsed = parser ? parser->parse(rest, *text::TimeZone::utc(), 0) : std::nullopt;
    const std::size_t time = rest.find('T');
    if (!parsed || time == rest.npos || !parsed->zoned) {
        const std::size_t at = parsed ? rest.size() : 0;
        return not_parsed(run, text, at);
    }
    if (instant) return made_date(run, parsed->first.seconds, parsed->first.nanosecond, nullptr);
    if (zone == nullptr) {
        const std::size_t sign = rest.find_first_of("Z+-", time);
        zone = rest[sign] == 'Z' ? zero_offset()
                                 : text::TimeZone::find(rest.substr(sign)).value_or(zero_offset());
    }
    return made_date(run, parsed->first.seconds, parsed->first.nanosecond, zone);
}

Value parse_zoned(Run& run, const Value* a) {
    if (a[0].is_null()) return raise_null(run, "text");
    return parse_iso(run, java_text(a[0]), false);
}

Value parse_instant(Run& run, const Value* a) {
    if (a[0].is_null()) return raise_null(run, "text");
    return parse_iso(run, java_text(a[0]), true);
}

Value parse_zoned_by(Run& run, const Value* a) {
    if (a[0].is_null() || a[1].is_null()) return raise_null(run, "text");
    const auto* by = dynamic_cast<FormatterObject*>(a[1].as_object());
    const std::string text = java_text(a[0]);
    if (by->style != Style::pattern) return parse_iso(run, text, false);
    const auto parser = text::DateParser::elasticsearch(by->pattern);
    const auto& zone = by->zone == nullptr ? text::TimeZone::utc() : by->zone;
    const auto parsed = parser ? parser->parse(text, *zone, 0) : std::nullopt;
    if (!parsed) return not_parsed(run, text, 0);
    if (!parsed->zoned && by->zone == nullptr) {
        return run.raise(Class::date_time_parse,
                         fmt::format("Text '{}' could not be parsed: Unable to obtain "
                                     "ZonedDateTime from TemporalAccessor",
                                     text));
    }
    return made_date(run, parsed->first.seconds, parsed->first.nanosecond, zone);
}

constexpr MethodRow rows[] = {
    {Class::zoned_date_time, "ZoneId getZone()", get_zone},
    {Class::zoned_date_time, "String format(DateTimeFormatter)", format_date},
    {Class::zoned_date_time, "ZonedDateTime withZoneSameInstant(ZoneId)", with_zone},
    {Class::zoned_date_time, "ZonedDateTime withZoneSameLocal(ZoneId)", with_zone_local},
    {Class::zoned_date_time, "static ZonedDateTime parse(CharSequence)", parse_zoned},
    {Class::zoned_date_time, "static ZonedDateTime parse(CharSequence, DateTimeFormatter)",
     parse_zoned_by},
    {Class::joda_date_time, "String toString(String)", date_to_text},
    {Class::instant, "static Instant parse(CharSequence)", parse_instant},
    {Class::zone_id, "static ZoneId of(String)", zone_of_name},
    {Class::zone_id, "String getId()", zone_id},
    {Class::date_time_formatter, "static DateTimeFormatter ofPattern(String)", formatter_of},
    {Class::date_time_formatter, "DateTimeFormatter withZone(ZoneId)", formatter_in_zone},
    {Class::date_time_formatter, "String format(Temporal)", formatter_format},
};

}  // namespace

std::span<const MethodRow> text_rows() {
    return rows;
}

std::vector<Constant> formatter_constants() {
    std::vector<Constant> made;
    static std::vector<std::unique_ptr<Object>> kept;
    const auto keep = [&](std::unique_ptr<Object> object) {
        object->frozen = true;
        kept.push_back(std::move(object));
        return Value::of(kept.back().get());
    };
    const auto formatter = [&](std::string_view name, Style style, std::string_view pattern) {
        auto format = text::DateFormat::parse(pattern, text::DateFormat::Dialect::java_time);
        made.push_back(
            {Class::date_time_formatter, name,
             keep(std::make_unique<FormatterObject>(
                 style, std::string(pattern), format ? *format : text::DateFormat(), nullptr)),
             Class::date_time_formatter});
    };
    formatter("ISO_INSTANT", Style::instant, "");
    formatter("ISO_ZONED_DATE_TIME", Style::as_text, "");
    formatter("ISO_DATE_TIME", Style::as_text, "");
    formatter("ISO_LOCAL_DATE", Style::pattern, "yyyy-MM-dd");
    formatter("BASIC_ISO_DATE", Style::pattern, "yyyyMMdd");
    return made;
}

}  // namespace elkhorn::script::dates
