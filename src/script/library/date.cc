// script/library/date.cc -- ZonedDateTime (and Elasticsearch's own of documents), Instant,
// ChronoUnit. Proleptic Gregorian calendar, the system's zones.

#include "script/library/date.h"

#include "script/value/java_text.h"

#include <fmt/format.h>

#include <cmath>

namespace elkhorn::script::dates {
namespace {

template <int (*part)(const Shown&)>
Value show(Run& /*run*/, const Value* a) {
    return Value::of_int(part(shown(date_of(a[0]))));
}

int year_of(const Shown& s) {
    return static_cast<int>(s.year);
}

int month_of(const Shown& s) {
    return s.month;
}

int day_of(const Shown& s) {
    return s.day;
}

int day_of_year(const Shown& s) {
    return static_cast<int>(s.days - days_from_civil(s.year, 1, 1)) + 1;
}

int hour_of(const Shown& s) {
    return s.second / 3600;
}

int minute_of(const Shown& s) {
    return s.second / 60 % 60;
}

int second_of(const Shown& s) {
    return s.second % 60;
}

int nano_of(const Shown& s) {
    return s.nanos;
}

int minute_of_day(const Shown& s) {
    return s.second / 60;
}

int second_of_day(const Shown& s) {
    return s.second;
}

int milli_of_second(const Shown& s) {
    return s.nanos / 1'000'000;
}

int milli_of_day(const Shown& s) {
    return s.second * 1000 + s.nanos / 1'000'000;
}

int weekday_of(const Shown& s) {
    return weekday(s.days) + 1;
}

int week_year_of(const Shown& s) {
    // The year of the week's Thursday.
    Shown thursday = s;
    thursday.days += 4 - weekday_of(s);
    const DateObject date(Class::instant, thursday.days * day_seconds, 0, nullptr);
    return static_cast<int>(shown(date).year);
}

int week_of(const Shown& s) {
    const std::int64_t first = days_from_civil(week_year_of(s), 1, 4);
    const std::int64_t monday = first - weekday(first);
    return static_cast<int>(floor_divide(s.days - monday, 7)) + 1;
}

int year_of_century(const Shown& s) {
    return static_cast<int>(s.year % 100);
}

int century_of(const Shown& s) {
    return static_cast<int>(s.year / 100);
}

int one(const Shown& /*s*/) {
    return 1;
}

Value to_epoch_ms(Run& run, const Value* a) {
    const DateObject& date = date_of(a[0]);
    return made_long(run, Wide{date.seconds} * 1000 + date.nanos / 1'000'000);
}

Value to_epoch_second(Run& /*run*/, const Value* a) {
    return Value::of_long(date_of(a[0]).seconds);
}

Value to_instant(Run& run, const Value* a) {
    return made_date(run, date_of(a[0]).seconds, date_of(a[0]).nanos, nullptr);
}

Value weekday_name(Run& /*run*/, const Value* a) {
    return Value::of(named<Class::day_of_week>(days, weekday_of(shown(date_of(a[0])))));
}

Value month_name(Run& /*run*/, const Value* a) {
    return Value::of(named<Class::month>(months, shown(date_of(a[0])).month));
}

Value name_number(Run& /*run*/, const Value* a) {
    return Value::of_int(object_as<NamedObject>(a[0])->number);
}

Value name_ordinal(Run& /*run*/, const Value* a) {
    return Value::of_int(object_as<NamedObject>(a[0])->number - 1);
}

Value name_text(Run& /*run*/, const Value* a) {
    return Value::of_text(object_as<NamedObject>(a[0])->name);
}

// -- arithmetic -----------------------------------------------------------------------------------

constexpr std::int64_t years_most = 999'999'999;

Value add_months(Run& run, const DateObject& date, Wide count) {
    Shown at = shown(date);
    constexpr Wide months_most = Wide{years_most} * 12;
    const Wide sum = Wide{at.year} * 12 + at.month - 1 + count;
    const auto month = static_cast<int>((sum % 12 + 12) % 12) + 1;
    const auto year = static_cast<std::int64_t>((sum - month + 1) / 12);
    if (sum < -months_most || sum >= months_most + 12) {
        return run.raise(Class::date_time_exception,
                         fmt::format("Invalid value for Year (valid values -{} - {}): {}",
                                     years_most, years_most, year));
    }
    at.days = days_from_civil(year, month, std::min(at.day, days_in_month(year, month)));
    return from_shown(run, at, date.zone);
}

/// Days of the calendar of its zone, which are not all of 24 hours.
Value add_days(Run& run, const DateObject& date, Wide count) {
    Shown at = shown(date);
    EVAL(days, made_long(run, at.days + count));
    at.days = days.as_whole();
    return from_shown(run, at, date.zone);
}

Value add_time(Run& run, const DateObject& date, Wide seconds, Wide nanos) {
    const Wide all = date.nanos + nanos;
    const Wide rest = (all % second_ns + second_ns) % second_ns;
    return made_date(run, date.seconds + seconds + (all - rest) / second_ns, static_cast<int>(rest),
                     date.zone);
}

Value add_units(Run& run, const DateObject& date, Wide count, const Unit& unit) {
    if (unit.months > 0) return add_months(run, date, count * unit.months);
    if (unit.seconds >= day_seconds && date.zone != nullptr)
        return add_days(run, date, count * (unit.seconds / day_seconds));
    if (date.zone == nullptr) {
        EVAL(fits, made_long(run, count * unit.seconds));
    }
    return add_time(run, date, count * unit.seconds, count * unit.nanos);
}

template <int number, int sign>
Value plus(Run& run, const Value* a) {
    return add_units(run, date_of(a[0]), sign * Wide{a[1].as_whole()}, units[number]);
}

template <int sign>
Value plus_unit(Run& run, const Value* a) {
    if (a[2].is_null()) return raise_null(run, "unit");
    return add_units(run, date_of(a[0]), sign * Wide{a[1].as_whole()}, unit_of(a[2]));
}

template <int sign>
Value plus_duration(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "amountToAdd");
    const auto* span = object_as<DurationObject>(a[1]);
    return add_time(run, date_of(a[0]), sign * Wide{span->seconds}, sign * Wide{span->nanos});
}

/// Whole units from one moment to another, as the calendar counts them.
Wide between(const DateObject& from, const DateObject& to, const Unit& unit) {
    const DateObject end(Class::zoned_date_time, to.seconds, to.nanos, from.zone);
    if (unit.months > 0 || (unit.seconds >= day_seconds && from.zone != nullptr)) {
        const Shown a = shown(from);
        const Shown b = shown(end);
        const auto time = [](const Shown& s) {
            return s.second * second_ns + s.nanos;
        };
        if (unit.months == 0) {
            std::int64_t count = b.days - a.days;
            if (count > 0 && time(b) < time(a)) --count;
            if (count < 0 && time(b) > time(a)) ++count;
            return count / (unit.seconds / day_seconds);
        }
        const auto whole = [&](const Shown& s) {
            return (s.year * 12 + s.month - 1) * 32 + s.day;
        };
        std::int64_t packed_a = whole(a);
        std::int64_t packed_b = whole(b);
        if (packed_b > packed_a && time(b) < time(a)) --packed_b;
        if (packed_b < packed_a && time(b) > time(a)) ++packed_b;
        return (packed_b - packed_a) / 32 / unit.months;
    }
    const std::int64_t seconds = to.seconds - from.seconds;
    const std::int64_t nanos = to.nanos - from.nanos;
    if (unit.seconds > 0) {
        std::int64_t whole = seconds;
        if (whole > 0 && nanos < 0) --whole;
        if (whole < 0 && nanos > 0) ++whole;
        return whole / unit.seconds;
    }
    return Wide{seconds} * (second_ns / unit.nanos) + nanos / unit.nanos;
}

Value unit_between(Run& run, const Value* a) {
    const auto* from = object_as<DateObject>(a[1]);
    const auto* to = object_as<DateObject>(a[2]);
    if (from == nullptr || to == nullptr) return raise_null(run, "temporal1Inclusive");
    return made_long(run, between(*from, *to, unit_of(a[0])));
}

Value until(Run& run, const Value* a) {
    const auto* to = object_as<DateObject>(a[1]);
    if (to == nullptr || a[2].is_null()) return raise_null(run, "unit");
    return made_long(run, between(date_of(a[0]), *to, unit_of(a[2])));
}

template <int order>
Value compares(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "other");
    return Value::boolean(compare_natural(a[0], a[1]) == order);
}

Value truncated(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "unit");
    const Unit& unit = unit_of(a[1]);
    const DateObject& date = date_of(a[0]);
    Shown at = shown(date);
    if (unit.months > 0 || unit.seconds > day_seconds)
        return run.raise(Class::date_time_exception, "Unit is too large to be used for truncation");
    const std::int64_t size = unit.seconds * second_ns + unit.nanos;
    const std::int64_t time = at.second * second_ns + at.nanos;
    const std::int64_t kept = time - time % size;
    at.second = static_cast<int>(kept / second_ns);
    at.nanos = static_cast<int>(kept % second_ns);
    return from_shown(run, at, date.zone);
}

enum class Part { year, month, day, day_of_year, hour, minute, second, nano };

template <Part part>
Value with(Run& run, const Value* a) {
    const DateObject& date = date_of(a[0]);
    Shown at = shown(date);
    const auto value = static_cast<int>(a[1].as_whole());
    constexpr int least[] = {-999'999'999, 1, 1, 1, 0, 0, 0, 0};
    constexpr int most[] = {999'999'999, 12, 31, 366, 23, 59, 59, 999'999'999};
    constexpr std::string_view names[] = {"Year",           "MonthOfYear", "DayOfMonth",
                                          "DayOfYear",      "HourOfDay",   "MinuteOfHour",
                                          "SecondOfMinute", "NanoOfSecond"};
    constexpr auto place = static_cast<std::size_t>(part);
    if (value < least[place] || value > most[place]) {
        return run.raise(
            Class::date_time_exception,
            fmt::format("Invalid value for {} (valid values {} - {}): {}", names[place],
                        least[place], part == Part::day ? "28/31" : std::to_string(most[place]),
                        value));
    }
    if (part == Part::year) at.year = value;
    if (part == Part::month) at.month = value;
    if (part == Part::day) at.day = value;
    if (part == Part::hour) at.second = value * 3600 + at.second % 3600;
    if (part == Part::minute) at.second = at.second / 3600 * 3600 + value * 60 + at.second % 60;
    if (part == Part::second) at.second = at.second / 60 * 60 + value;
    if (part == Part::nano) at.nanos = value;
    if (part == Part::day_of_year) {
        at.days = days_from_civil(at.year, 1, 1) + value - 1;
    } else {
        const int longest = days_in_month(at.year, at.month);
        if (at.day > longest && part == Part::day) {
            return run.raise(Class::date_time_exception,
                             fmt::format("Invalid date '{} {}'", months[at.month - 1], at.day));
        }
        at.days = days_from_civil(at.year, at.month, std::min(at.day, longest));
    }
    return from_shown(run, at, date.zone);
}

// -- making them ----------------------------------------------------------------------------------

Value of_epoch_ms(Run& run, const Value* a) {
    const Instant instant = Instant::from_ms(a[0].as_whole());
    return made_date(run, instant.seconds, instant.nanosecond, nullptr);
}

Value of_epoch_second(Run& run, const Value* a) {
    return made_date(run, a[0].as_whole(), 0, nullptr);
}

Value of_instant(Run& run, const Value* a) {
    if (a[0].is_null() || a[1].is_null()) return raise_null(run, "instant");
    return made_date(run, date_of(a[0]).seconds, date_of(a[0]).nanos,
                     object_as<ZoneObject>(a[1])->zone);
}

Value at_zone(Run& run, const Value* a) {
    return of_instant(run, a);
}

Value of_parts(Run& run, const Value* a) {
    if (a[7].is_null()) return raise_null(run, "zone");
    const std::int64_t year = a[0].as_whole();
    const auto month = static_cast<int>(a[1].as_whole());
    const auto day = static_cast<int>(a[2].as_whole());
    const bool fits = month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month) &&
                      std::abs(year) < 1'000'000 && a[3].as_whole() >= 0 && a[3].as_whole() < 24 &&
                      a[4].as_whole() >= 0 && a[4].as_whole() < 60 && a[5].as_whole() >= 0 &&
                      a[5].as_whole() < 60 && a[6].as_whole() >= 0 && a[6].as_whole() < second_ns;
    if (!fits) {
        const bool day_is_wrong =
            month >= 1 && month <= 12 && day >= 1 && day <= 31 && day > days_in_month(year, month);
        return run.raise(Class::date_time_exception,
                         day_is_wrong
                             ? fmt::format("Invalid date '{} {}'", months[month - 1], day)
                             : fmt::format("Invalid date '{}-{}-{}' or time", year, month, day));
    }
    Shown at;
    at.days = days_from_civil(year, month, day);
    at.second = static_cast<int>(a[3].as_whole() * 3600 + a[4].as_whole() * 60 + a[5].as_whole());
    at.nanos = static_cast<int>(a[6].as_whole());
    return from_shown(run, at, object_as<ZoneObject>(a[7])->zone);
}

constexpr int nanos_unit = 0;
constexpr int millis_unit = 2;
constexpr int seconds_unit = 3;
constexpr int minutes_unit = 4;
constexpr int hours_unit = 5;
constexpr int days_unit = 7;
constexpr int weeks_unit = 8;
constexpr int months_unit = 9;
constexpr int years_unit = 10;

constexpr MethodRow rows[] = {
    {Class::zoned_date_time, "int getYear()", show<year_of>},
    {Class::zoned_date_time, "int getMonthValue()", show<month_of>},
    {Class::zoned_date_time, "Month getMonth()", month_name},
    {Class::zoned_date_time, "int getDayOfMonth()", show<day_of>},
    {Class::zoned_date_time, "int getDayOfYear()", show<day_of_year>},
    {Class::zoned_date_time, "DayOfWeek getDayOfWeek()", weekday_name},
    {Class::zoned_date_time, "int getHour()", show<hour_of>},
    {Class::zoned_date_time, "int getMinute()", show<minute_of>},
    {Class::zoned_date_time, "int getSecond()", show<second_of>},
    {Class::zoned_date_time, "int getNano()", show<nano_of>},
    {Class::zoned_date_time, "Instant toInstant()", to_instant},
    {Class::zoned_date_time, "long toEpochSecond()", to_epoch_second},
    {Class::zoned_date_time, "boolean isAfter(ZonedDateTime)", compares<1>},
    {Class::zoned_date_time, "boolean isBefore(ZonedDateTime)", compares<-1>},
    {Class::zoned_date_time, "boolean isEqual(ZonedDateTime)", compares<0>},
    {Class::zoned_date_time, "ZonedDateTime plus(long, ChronoUnit)", plus_unit<1>},
    {Class::zoned_date_time, "ZonedDateTime minus(long, ChronoUnit)", plus_unit<-1>},
    {Class::zoned_date_time, "ZonedDateTime plus(Duration)", plus_duration<1>},
    {Class::zoned_date_time, "ZonedDateTime minus(Duration)", plus_duration<-1>},
    {Class::zoned_date_time, "ZonedDateTime plusYears(long)", plus<years_unit, 1>},
    {Class::zoned_date_time, "ZonedDateTime plusMonths(long)", plus<months_unit, 1>},
    {Class::zoned_date_time, "ZonedDateTime plusWeeks(long)", plus<weeks_unit, 1>},
    {Class::zoned_date_time, "ZonedDateTime plusDays(long)", plus<days_unit, 1>},
    {Class::zoned_date_time, "ZonedDateTime plusHours(long)", plus<hours_unit, 1>},
    {Class::zoned_date_time, "ZonedDateTime plusMinutes(long)", plus<minutes_unit, 1>},
    {Class::zoned_date_time, "ZonedDateTime plusSeconds(long)", plus<seconds_unit, 1>},
    {Class::zoned_date_time, "ZonedDateTime plusNanos(long)", plus<nanos_unit, 1>},
    {Class::zoned_date_time, "ZonedDateTime minusYears(long)", plus<years_unit, -1>},
    {Class::zoned_date_time, "ZonedDateTime minusMonths(long)", plus<months_unit, -1>},
    {Class::zoned_date_time, "ZonedDateTime minusWeeks(long)", plus<weeks_unit, -1>},
    {Class::zoned_date_time, "ZonedDateTime minusDays(long)", plus<days_unit, -1>},
    {Class::zoned_date_time, "ZonedDateTime minusHours(long)", plus<hours_unit, -1>},
    {Class::zoned_date_time, "ZonedDateTime minusMinutes(long)", plus<minutes_unit, -1>},
    {Class::zoned_date_time, "ZonedDateTime minusSeconds(long)", plus<seconds_unit, -1>},
    {Class::zoned_date_time, "ZonedDateTime minusNanos(long)", plus<nanos_unit, -1>},
    {Class::zoned_date_time, "ZonedDateTime truncatedTo(ChronoUnit)", truncated},
    {Class::zoned_date_time, "ZonedDateTime withYear(int)", with<Part::year>},
    {Class::zoned_date_time, "ZonedDateTime withMonth(int)", with<Part::month>},
    {Class::zoned_date_time, "ZonedDateTime withDayOfMonth(int)", with<Part::day>},
    {Class::zoned_date_time, "ZonedDateTime withDayOfYear(int)", with<Part::day_of_year>},
    {Class::zoned_date_time, "ZonedDateTime withHour(int)", with<Part::hour>},
    {Class::zoned_date_time, "ZonedDateTime withMinute(int)", with<Part::minute>},
    {Class::zoned_date_time, "ZonedDateTime withSecond(int)", with<Part::second>},
    {Class::zoned_date_time, "ZonedDateTime withNano(int)", with<Part::nano>},
    {Class::temporal, "long until(Temporal, ChronoUnit)", until},
    {Class::zoned_date_time, "static ZonedDateTime ofInstant(Instant, ZoneId)", of_instant},
    {Class::zoned_date_time, "static ZonedDateTime of(int, int, int, int, int, int, int, ZoneId)",
     of_parts},
    {Class::joda_date_time, "DayOfWeek getDayOfWeekEnum()", weekday_name},
    {Class::joda_date_time, "int getDayOfWeek()", show<weekday_of>},
    {Class::joda_date_time, "long getMillis()", to_epoch_ms},
    {Class::joda_date_time, "int getCenturyOfEra()", show<century_of>},
    {Class::joda_date_time, "int getEra()", show<one>},
    {Class::joda_date_time, "int getHourOfDay()", show<hour_of>},
    {Class::joda_date_time, "int getMillisOfDay()", show<milli_of_day>},
    {Class::joda_date_time, "int getMillisOfSecond()", show<milli_of_second>},
    {Class::joda_date_time, "int getMinuteOfDay()", show<minute_of_day>},
    {Class::joda_date_time, "int getMinuteOfHour()", show<minute_of>},
    {Class::joda_date_time, "int getMonthOfYear()", show<month_of>},
    {Class::joda_date_time, "int getSecondOfDay()", show<second_of_day>},
    {Class::joda_date_time, "int getSecondOfMinute()", show<second_of>},
    {Class::joda_date_time, "int getWeekOfWeekyear()", show<week_of>},
    {Class::joda_date_time, "int getWeekyear()", show<week_year_of>},
    {Class::joda_date_time, "int getYearOfCentury()", show<year_of_century>},
    {Class::joda_date_time, "int getYearOfEra()", show<year_of>},
    {Class::instant, "static Instant ofEpochMilli(long)", of_epoch_ms},
    {Class::instant, "static Instant ofEpochSecond(long)", of_epoch_second},
    {Class::instant, "long toEpochMilli()", to_epoch_ms},
    {Class::instant, "long getEpochSecond()", to_epoch_second},
    {Class::instant, "int getNano()", show<nano_of>},
    {Class::instant, "ZonedDateTime atZone(ZoneId)", at_zone},
    {Class::instant, "boolean isAfter(Instant)", compares<1>},
    {Class::instant, "boolean isBefore(Instant)", compares<-1>},
    {Class::instant, "Instant plus(Duration)", plus_duration<1>},
    {Class::instant, "Instant minus(Duration)", plus_duration<-1>},
    {Class::instant, "Instant plus(long, ChronoUnit)", plus_unit<1>},
    {Class::instant, "Instant minus(long, ChronoUnit)", plus_unit<-1>},
    {Class::instant, "Instant plusMillis(long)", plus<millis_unit, 1>},
    {Class::instant, "Instant plusSeconds(long)", plus<seconds_unit, 1>},
    {Class::instant, "Instant plusNanos(long)", plus<nanos_unit, 1>},
    {Class::instant, "Instant minusMillis(long)", plus<millis_unit, -1>},
    {Class::instant, "Instant minusSeconds(long)", plus<seconds_unit, -1>},
    {Class::instant, "Instant truncatedTo(ChronoUnit)", truncated},
    {Class::chrono_unit, "long between(Temporal, Temporal)", unit_between},
    {Class::day_of_week, "int getValue()", name_number},
    {Class::day_of_week, "int ordinal()", name_ordinal},
    {Class::day_of_week, "String name()", name_text},
    {Class::month, "int getValue()", name_number},
    {Class::month, "int ordinal()", name_ordinal},
    {Class::month, "String name()", name_text},
};

std::vector<Constant> make_constants() {
    std::vector<Constant> made;
    static std::vector<std::unique_ptr<Object>> kept;
    const auto keep = [&](std::unique_ptr<Object> object) {
        object->frozen = true;
        kept.push_back(std::move(object));
        return Value::of(kept.back().get());
    };
    made.reserve(std::size(units) + std::size(days) + std::size(months));
    for (std::size_t i = 0; i < std::size(units); ++i) {
        made.push_back({Class::chrono_unit, units[i].name,
                        keep(std::make_unique<NamedObject>(Class::chrono_unit, static_cast<int>(i),
                                                           units[i].name)),
                        Class::chrono_unit});
    }
    for (int i = 0; i < 7; ++i) {
        made.push_back({Class::day_of_week, days[i],
                        Value::of(named<Class::day_of_week>(days, i + 1)), Class::day_of_week});
    }
    for (int i = 0; i < 12; ++i) {
        made.push_back(
            {Class::month, months[i], Value::of(named<Class::month>(months, i + 1)), Class::month});
    }
    made.push_back(
        {Class::duration, "ZERO", keep(std::make_unique<DurationObject>(0, 0)), Class::duration});
    for (const Constant& constant : formatter_constants())
        made.push_back(constant);
    return made;
}

}  // namespace

Value too_far(Run& run, Wide seconds, const text::TimeZone::Ptr& zone) {
    if (zone == nullptr)
        return run.raise(Class::date_time_exception, "Instant exceeds minimum or maximum instant");
    const Wide second = (seconds % day_seconds + day_seconds) % day_seconds;
    return run.raise(Class::date_time_exception,
                     fmt::format("Invalid value for EpochDay (valid values -365243219162 - "
                                 "365241780471): {}",
                                 static_cast<std::int64_t>((seconds - second) / day_seconds)));
}

}  // namespace elkhorn::script::dates

namespace elkhorn::script {

std::span<const MethodRow> date_methods() {
    static const auto all = [] {
        std::vector<MethodRow> made(std::begin(dates::rows), std::end(dates::rows));
        for (const auto more : {dates::text_rows(), dates::duration_rows()})
            made.insert(made.end(), more.begin(), more.end());
        return made;
    }();
    return all;
}

std::span<const Constant> date_constants() {
    static const std::vector<Constant> constants = dates::make_constants();
    return constants;
}

}  // namespace elkhorn::script
