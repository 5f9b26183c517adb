#include "base/civil_time.h"

#include <limits>
#include <string>

namespace elkhorn {
namespace {

constexpr std::int64_t ns_per_second = 1'000'000'000;
constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::int64_t furthest = std::numeric_limits<std::int64_t>::max();

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

char* write_digits(char* to, int value, int width) {
    for (int i = width; i-- > 0; value /= 10)
        to[i] = static_cast<char>('0' + value % 10);
    return to + width;
}

void append_digits(std::string& out, int value, int width) {
    char digits[10];
    write_digits(digits, value, width);
    out.append(digits, static_cast<std::size_t>(width));
}

/// After a separator.
char* write_two(char* to, char before, int value) {
    *to = before;
    return write_digits(to + 1, value, 2);
}

void append_to_second(std::string& out, const CivilTime& t) {
    char text[20];
    char* to = text;
    if (t.year >= 0 && t.year <= 9999) {
        to = write_digits(to, static_cast<int>(t.year), 4);
    } else {
        const std::string year = std::to_string(t.year < 0 ? -t.year : t.year);
        if (t.year < 0) out.push_back('-');
        if (year.size() < 4) out.append(4 - year.size(), '0');
        out += year;
    }
    to = write_two(to, '-', t.month);
    to = write_two(to, '-', t.day);
    to = write_two(to, 'T', t.hour);
    to = write_two(to, ':', t.minute);
    to = write_two(to, ':', t.second);
    out.append(text, to);
}

std::int64_t seconds_from_civil(const CivilTime& t) {
    return days_from_civil(t.year, t.month, t.day) * seconds_per_day +
           second_of_day(t.hour, t.minute, t.second);
}

}  // namespace

std::int64_t days_from_civil(std::int64_t year, int month, int day) {
    year -= month <= 2 ? 1 : 0;
    const std::int64_t era = floor_div(year, 400);
    const auto year_of_era = static_cast<int>(year - era * 400);
    const int march_month = month > 2 ? month - 3 : month + 9;
    const int day_of_year = (153 * march_month + 2) / 5 + day - 1;
    const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146'097 + day_of_era - 719'468;
}

int days_in_month(std::int64_t year, int month) {
    constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

int weekday(std::int64_t days_since_1970) {
    const std::int64_t d = days_since_1970 + 3;  // 1970-01-01 was a Thursday
    return static_cast<int>(d - floor_div(d, 7) * 7);
}

Instant Instant::from_ms(std::int64_t ms) {
    const std::int64_t seconds = floor_div(ms, 1000);
    const auto rest = static_cast<int>((ms % 1000 + 1000) % 1000);
    return {seconds, rest * 1'000'000};
}

Instant Instant::from_ns(std::int64_t ns) {
    const std::int64_t seconds = floor_div(ns, ns_per_second);
    return {seconds, static_cast<int>((ns % ns_per_second + ns_per_second) % ns_per_second)};
}

std::int64_t Instant::ms() const {
    if (seconds > furthest / 1000 - 1) return furthest;
    if (seconds < -furthest / 1000 + 1) return -furthest;
    return seconds * 1000 + nanosecond / 1'000'000;
}

std::int64_t Instant::ns() const {
    if (seconds > furthest / ns_per_second - 1) return furthest;
    if (seconds < -furthest / ns_per_second + 1) return -furthest;
    return seconds * ns_per_second + nanosecond;
}

CivilTime civil_from(const Instant& instant) {
    const std::int64_t days = floor_div(instant.seconds, seconds_per_day);
    const auto rest = static_cast<int>(instant.seconds - days * seconds_per_day);
    const std::int64_t z = days + 719'468;  // days since 0000-03-01
    const std::int64_t era = floor_div(z, 146'097);
    const auto day_of_era = static_cast<int>(z - era * 146'097);
    const int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int march_month = (5 * day_of_year + 2) / 153;
    CivilTime t;
    t.day = day_of_year - (153 * march_month + 2) / 5 + 1;
    t.month = march_month < 10 ? march_month + 3 : march_month - 9;
    t.year = year_of_era + era * 400 + (t.month <= 2 ? 1 : 0);
    t.hour = rest / 3600;
    t.minute = rest / 60 % 60;
    t.second = rest % 60;
    t.nanosecond = instant.nanosecond;
    return t;
}

CivilTime civil_from_ns(std::int64_t ns) {
    return civil_from(Instant::from_ns(ns));
}

std::int64_t ns_from_civil(const CivilTime& time) {
    constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max() / ns_per_second - 1;
    const std::int64_t seconds = seconds_from_civil(time);
    if (seconds > limit) return std::numeric_limits<std::int64_t>::max();
    if (seconds < -limit) return std::numeric_limits<std::int64_t>::min();
    return seconds * ns_per_second + time.nanosecond;
}

std::int64_t ms_from_civil(const CivilTime& time) {
    return seconds_from_civil(time) * 1000 + time.nanosecond / 1'000'000;
}

void append_iso(std::string& out, std::int64_t ns) {
    const CivilTime t = civil_from_ns(ns);
    append_to_second(out, t);
    out.push_back('.');
    if (t.nanosecond % 1'000'000 == 0) {
        append_digits(out, t.nanosecond / 1'000'000, 3);
    } else if (t.nanosecond % 1000 == 0) {
        append_digits(out, t.nanosecond / 1000, 6);
    } else {
        append_digits(out, t.nanosecond, 9);
    }
    out.push_back('Z');
}

std::string format_iso(std::int64_t ns) {
    std::string out;
    append_iso(out, ns);
    return out;
}

void append_iso_ms(std::string& out, std::int64_t ms) {
    const Instant instant = Instant::from_ms(ms);
    append_to_second(out, civil_from(instant));
    out.push_back('.');
    append_digits(out, instant.nanosecond / 1'000'000, 3);
    out.push_back('Z');
}

}  // namespace elkhorn
