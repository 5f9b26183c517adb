// base/civil_time.h -- days, dates and ISO 8601, without locale or time zone tables. Proleptic
// Gregorian calendar; the day arithmetic is the well-known era method (400 years = 146,097 days).
// Time zones with rules are text/time_zone.
#pragma once

#include <cstdint>
#include <string>

namespace elkhorn {

struct CivilTime {
    std::int64_t year = 1970;
    int month = 1;  // 1..12
    int day = 1;    // 1..31
    int hour = 0;
    int minute = 0;
    int second = 0;
    int nanosecond = 0;
};

/// Days since 1970-01-01.
std::int64_t days_from_civil(std::int64_t year, int month, int day);

inline std::int64_t second_of_day(int hour, int minute, int second) {
    return (std::int64_t{hour} * 60 + minute) * 60 + second;
}

int days_in_month(std::int64_t year, int month);

/// 0 = Monday ... 6 = Sunday.
int weekday(std::int64_t days_since_1970);

/// A moment of any year.
struct Instant {
    std::int64_t seconds = 0;  // since 1970 UTC, downwards: -0.5 s is -1 and 500,000,000 ns
    int nanosecond = 0;

    static Instant from_ms(std::int64_t ms);
    static Instant from_ns(std::int64_t ns);
    std::int64_t ms() const;  // saturating, like ns, which holds the years 1677 to 2262 only
    std::int64_t ns() const;
};

CivilTime civil_from(const Instant& instant);
CivilTime civil_from_ns(std::int64_t ns_since_1970);

/// Saturates where nanoseconds since 1970 do not fit 64 bits (years 1677 to 2262).
std::int64_t ns_from_civil(const CivilTime& time);
std::int64_t ms_from_civil(const CivilTime& time);

/// "2015-05-19T12:05:13.123Z": three digits of fraction, or six or nine where they are not zero.
std::string format_iso(std::int64_t ns_since_1970);
void append_iso(std::string& out, std::int64_t ns_since_1970);

/// The same for milliseconds, always with three digits, for years -9999 to 9999 and beyond.
void append_iso_ms(std::string& out, std::int64_t ms_since_1970);

}  // namespace elkhorn
