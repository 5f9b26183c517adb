#include "text/date/date_format.h"

#include "base/civil_time.h"

#include <fmt/format.h>

#include <array>

namespace elkhorn::text {
namespace {

constexpr std::array<std::string_view, 12> months = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> days = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                  "Friday", "Saturday", "Sunday"};

void append_padded(std::string& out, std::int64_t value, int width) {
    if (value < 0) out.push_back('-');
    const std::string digits = std::to_string(value < 0 ? -value : value);
    for (auto i = static_cast<int>(digits.size()); i < width; ++i)
        out.push_back('0');
    out += digits;
}

struct Week {
    std::int64_t year;
    int number;
};

/// ISO 8601: the week with the year's first Thursday is week 1; weeks start on Monday.
Week iso_week(std::int64_t days_since_1970) {
    const std::int64_t thursday = days_since_1970 - weekday(days_since_1970) + 3;
    const CivilTime t = civil_from({thursday * 86'400});
    const std::int64_t first = days_from_civil(t.year, 1, 1);
    return {t.year, static_cast<int>((thursday - first) / 7) + 1};
}

void append_offset(std::string& out, int offset_seconds, int count, bool zulu) {
    if (zulu && offset_seconds == 0) {
        out.push_back('Z');
        return;
    }
    const int minutes = (offset_seconds < 0 ? -offset_seconds : offset_seconds) / 60;
    out.push_back(offset_seconds < 0 ? '-' : '+');
    append_padded(out, minutes / 60, 2);
    if (zulu && count == 1 && minutes % 60 == 0) return;
    if (zulu ? count >= 3 : count == 2) out.push_back(':');
    append_padded(out, minutes % 60, 2);
}

void append_fraction(std::string& out, int nanosecond, int count) {
    int scale = 100'000'000;
    for (int i = 0; i < count; ++i, scale /= 10) {
        out.push_back(scale == 0 ? '0' : static_cast<char>('0' + nanosecond / scale % 10));
    }
}

void append_month(std::string& out, int month, int count) {
    if (count >= 4)
        out += months[static_cast<std::size_t>(month - 1)];
    else if (count == 3)
        out += months[static_cast<std::size_t>(month - 1)].substr(0, 3);
    else
        append_padded(out, month, count);
}

void append_year(std::string& out, std::int64_t year, int count, bool shows_plus) {
    if (shows_plus && year > 0 && std::to_string(year).size() > static_cast<std::size_t>(count))
        out.push_back('+');
    append_padded(out, count == 2 ? year % 100 : year, count);
}

}  // namespace

Result<DateFormat> DateFormat::parse(std::string_view pattern, Dialect dialect) {
    DateFormat format;
    const auto literal = [&](char c) {
        if (format.parts_.empty() || format.parts_.back().letter != 0) format.parts_.emplace_back();
        format.parts_.back().text.push_back(c);
    };
    constexpr std::string_view known = "GYyuxweEDMLdaKhHkmsSzZXn";
    for (std::size_t i = 0; i < pattern.size();) {
        const char c = pattern[i];
        if (c == '\'') {
            const std::size_t end = pattern.find('\'', i + 1);
            if (end == std::string_view::npos) {
                return fail(ErrorCode::invalid,
                            fmt::format("date pattern \"{}\": the quote in column {} is not closed",
                                        pattern, i + 1));
            }
            if (end == i + 1) literal('\'');
            for (std::size_t j = i + 1; j < end; ++j)
                literal(pattern[j]);
            i = end + 1;
            continue;
        }
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) {
            literal(c);
            ++i;
            continue;
        }
        if (known.find(c) == std::string_view::npos) {
            return fail(ErrorCode::invalid,
                        fmt::format("date pattern \"{}\": column {}: no such letter '{}'; put text "
                                    "in quotes",
                                    pattern, i + 1, c));
        }
        std::size_t end = i;
        while (end < pattern.size() && pattern[end] == c)
            ++end;
        Part part;
        part.letter = c;
        part.count = static_cast<int>(end - i);
        part.shows_plus = dialect == Dialect::java_time && part.count > 3;
        if (c == 'Y') part.letter = dialect == Dialect::joda ? 'y' : 'x';
        if (c == 'u') part.letter = 'y';
        if (c == 'x' && dialect == Dialect::java_time) part.letter = 'X';
        if (c == 'L') part.letter = 'M';
        format.parts_.push_back(std::move(part));
        i = end;
    }
    return format;
}

void DateFormat::append_part(std::string& out, const Part& part, const CivilTime& t, int offset) {
    const std::int64_t day_number = days_from_civil(t.year, t.month, t.day);
    switch (part.letter) {
        case 0: out += part.text; break;
        case 'G': out += t.year > 0 ? "AD" : "BC"; break;
        case 'y': append_year(out, t.year, part.count, part.shows_plus); break;
        case 'x': append_year(out, iso_week(day_number).year, part.count, part.shows_plus); break;
        case 'w': append_padded(out, iso_week(day_number).number, part.count); break;
        case 'e': append_padded(out, weekday(day_number) + 1, part.count); break;
        case 'E': {
            const std::string_view name = days[static_cast<std::size_t>(weekday(day_number))];
            out += part.count >= 4 ? name : name.substr(0, 3);
            break;
        }
        case 'D':
            append_padded(out, day_number - days_from_civil(t.year, 1, 1) + 1, part.count);
            break;
        case 'M': append_month(out, t.month, part.count); break;
        case 'd': append_padded(out, t.day, part.count); break;
        case 'a': out += t.hour < 12 ? "AM" : "PM"; break;
        case 'K': append_padded(out, t.hour % 12, part.count); break;
        case 'h': append_padded(out, t.hour % 12 == 0 ? 12 : t.hour % 12, part.count); break;
        case 'H': append_padded(out, t.hour, part.count); break;
        case 'k': append_padded(out, t.hour == 0 ? 24 : t.hour, part.count); break;
        case 'm': append_padded(out, t.minute, part.count); break;
        case 's': append_padded(out, t.second, part.count); break;
        case 'S': append_fraction(out, t.nanosecond, part.count); break;
        case 'n': append_padded(out, t.nanosecond, part.count); break;
        case 'z':
            if (offset == 0)
                out += "UTC";
            else
                append_offset(out, offset, 2, false);
            break;
        case 'Z': append_offset(out, offset, part.count, part.count >= 5); break;
        case 'X': append_offset(out, offset, part.count, true); break;
        default: break;
    }
}

void DateFormat::append_to(std::string& out, std::int64_t ns_since_1970, int offset_seconds) const {
    append_to(out, Instant::from_ns(ns_since_1970), offset_seconds);
}

void DateFormat::append_to(std::string& out, Instant instant, int offset_seconds) const {
    instant.seconds += offset_seconds;
    const CivilTime local = civil_from(instant);
    for (const Part& part : parts_)
        append_part(out, part, local, offset_seconds);
}

}  // namespace elkhorn::text
