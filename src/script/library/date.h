// script/library/date.h -- what the tables of dates share: a moment as the calendar of its zone
// shows it, units, and the names of days and months.
#pragma once

#include "base/civil_time.h"
#include "script/run/library.h"
#include "script/run/node.h"

#include <memory>
#include <string_view>
#include <vector>

namespace elkhorn::script::dates {

inline constexpr std::int64_t day_seconds = 86'400;
inline constexpr std::int64_t second_ns = 1'000'000'000;

inline std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
    return a / b - (a % b != 0 && (a % b < 0) != (b < 0) ? 1 : 0);
}

/// A moment as the clock and the calendar of its zone show it.
struct Shown {
    std::int64_t days = 0;  // since 1970
    std::int64_t year = 1970;
    int month = 1;
    int day = 1;
    int second = 0;  // of the day
    int nanos = 0;
};

inline Shown shown(const DateObject& date) {
    const int offset = date.zone == nullptr ? 0 : date.zone->offset_seconds(date.seconds);
    const std::int64_t local = date.seconds + offset;
    Shown made;
    made.days = floor_divide(local, day_seconds);
    made.second = static_cast<int>(local - made.days * day_seconds);
    made.nanos = date.nanos;
    // By eras of 400 years, of which each has 146,097 days.
    const std::int64_t z = made.days + 719'468;
    const std::int64_t era = floor_divide(z, 146'097);
    const std::int64_t of_era = z - era * 146'097;
    const std::int64_t year = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
    const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    const std::int64_t month = (5 * of_year + 2) / 153;
    made.day = static_cast<int>(of_year - (153 * month + 2) / 5 + 1);
    made.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
    made.year = year + era * 400 + (made.month <= 2 ? 1 : 0);
    return made;
}

inline DateObject& date_of(const Value& value) {
    return *object_as<DateObject>(value);
}

/// Sums and products of what a script may say are made in this, and fit or are refused.
__extension__ using Wide = __int128;

inline Value made_long(Run& run, Wide number) {
    const auto whole = static_cast<std::int64_t>(number);
    return whole == number ? Value::of_long(whole) : run.raise(Class::arithmetic, "long overflow");
}

/// Instant.MIN and MAX: the years -1,000,000,000 and 1,000,000,000.
inline constexpr std::int64_t first_second = -31'557'014'167'219'200;
inline constexpr std::int64_t last_second = 31'556'889'864'403'199;

Value too_far(Run& run, Wide seconds, const text::TimeZone::Ptr& zone);

inline Value made_date(Run& run, Wide seconds, int nanos, const text::TimeZone::Ptr& zone) {
    if (seconds < first_second || seconds > last_second) return too_far(run, seconds, zone);
    return Value::of(run.make<DateObject>(zone == nullptr ? Class::instant : Class::zoned_date_time,
                                          static_cast<std::int64_t>(seconds), nanos, zone));
}

/// The moment at which the clocks of the zone show that.
inline Value from_shown(Run& run, const Shown& at, const text::TimeZone::Ptr& zone) {
    const Wide local = Wide{at.days} * day_seconds + at.second;
    if (zone == nullptr || local < first_second || local > last_second)
        return made_date(run, local, at.nanos, zone);
    return made_date(run, zone->to_utc(static_cast<std::int64_t>(local)), at.nanos, zone);
}

// -- names ----------------------------------------------------------------------------------------

struct Unit {
    std::string_view name;
    std::int64_t seconds;  // 0: less than one, or of no fixed length
    std::int64_t nanos;
    int months;
};

inline constexpr Unit units[] = {
    {"NANOS", 0, 1, 0},          {"MICROS", 0, 1000, 0},      {"MILLIS", 0, 1'000'000, 0},
    {"SECONDS", 1, 0, 0},        {"MINUTES", 60, 0, 0},       {"HOURS", 3600, 0, 0},
    {"HALF_DAYS", 43'200, 0, 0}, {"DAYS", day_seconds, 0, 0}, {"WEEKS", 7 * day_seconds, 0, 0},
    {"MONTHS", 0, 0, 1},         {"YEARS", 0, 0, 12},         {"DECADES", 0, 0, 120},
    {"CENTURIES", 0, 0, 1200}};

inline constexpr std::string_view days[] = {"MONDAY", "TUESDAY",  "WEDNESDAY", "THURSDAY",
                                            "FRIDAY", "SATURDAY", "SUNDAY"};
inline constexpr std::string_view months[] = {"JANUARY",   "FEBRUARY", "MARCH",    "APRIL",
                                              "MAY",       "JUNE",     "JULY",     "AUGUST",
                                              "SEPTEMBER", "OCTOBER",  "NOVEMBER", "DECEMBER"};

/// One object for each name, for ever: they are compared by what they are.
template <Class of, std::size_t count>
NamedObject* named(const std::string_view (&names)[count], int number) {
    static const auto all = [&] {
        std::vector<std::unique_ptr<NamedObject>> made;
        for (std::size_t i = 0; i < count; ++i)
            made.push_back(std::make_unique<NamedObject>(of, static_cast<int>(i) + 1, names[i]));
        return made;
    }();
    return all[static_cast<std::size_t>(number - 1)].get();
}

inline const Unit& unit_of(const Value& value) {
    return units[object_as<NamedObject>(value)->number];
}

std::span<const MethodRow> text_rows();  // zones, formats, what is read from texts
std::span<const MethodRow> duration_rows();
/// A formatter of so many names; the object is kept for ever.
std::vector<Constant> formatter_constants();

}  // namespace elkhorn::script::dates
