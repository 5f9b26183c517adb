#include "text/date/date_parse.h"

#include "base/civil_time.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace elkhorn::text {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Reads ISO 8601 from the front to the end: year[-month[-day]], T or space, hour[:minute[:second
/// [.fraction]]], offset. `strict` wants T and the full count of digits, as Elasticsearch does.
class IsoReader {
public:
    IsoReader(std::string_view text, bool strict) : text_(text), strict_(strict) {}

    bool read(DateFields& fields) {
        if (!year(fields)) return false;
        if (text_.empty()) return true;
        if (skip('-') || (!strict_ && skip('/'))) {
            if (!number(fields.month, fields, DateUnit::month)) return false;
            if ((skip('-') || (!strict_ && skip('/'))) &&
                !number(fields.day, fields, DateUnit::day)) {
                return false;
            }
        }
        if (text_.empty()) return true;
        if (!skip('T') && (strict_ || (!skip('t') && !skip(' ')))) return false;
        if (text_.empty()) return strict_ || fields.has(DateUnit::day);
        return time(fields) && text_.empty();
    }

private:
    bool year(DateFields& fields) {
        bool negative = false;
        if (text_.size() > 5 && (text_.front() == '-' || text_.front() == '+')) {
            negative = text_.front() == '-';
            text_.remove_prefix(1);
        }
        std::size_t n = 0;
        std::int64_t value = 0;
        while (n < text_.size() && n < 9 && is_digit(text_[n])) {
            value = value * 10 + (text_[n++] - '0');
        }
        if (n == 0 || (strict_ && n < 4) || (n > 4 && !negative && strict_)) return false;
        text_.remove_prefix(n);
        fields.year = negative ? -value : value;
        fields.mark(DateUnit::year);
        return true;
    }

    bool time(DateFields& fields) {
        if (!number(fields.hour, fields, DateUnit::hour)) return false;
        if (skip(':') && !number(fields.minute, fields, DateUnit::minute)) return false;
        if (fields.has(DateUnit::minute) && skip(':') &&
            !number(fields.second, fields, DateUnit::second)) {
            return false;
        }
        if (fields.has(DateUnit::second) && (skip('.') || skip(',')) && !fraction(fields)) {
            return false;
        }
        if (!strict_ && text_.size() > 1) skip(' ');
        if (text_.empty()) return true;
        fields.zoned = read_offset(text_, fields.offset_seconds);
        return fields.zoned;
    }

    bool skip(char c) {
        if (!text_.starts_with(c)) return false;
        text_.remove_prefix(1);
        return true;
    }

    bool number(int& out, DateFields& fields, DateUnit unit) {
        std::size_t n = 0;
        out = 0;
        while (n < text_.size() && n < 2 && is_digit(text_[n]))
            out = out * 10 + (text_[n++] - '0');
        if (n == 0 || (strict_ && n < 2)) return false;
        text_.remove_prefix(n);
        fields.mark(unit);
        return true;
    }

    bool fraction(DateFields& fields) {
        std::size_t n = 0;
        std::int64_t value = 0;
        int scale = 0;
        while (n < text_.size() && is_digit(text_[n])) {
            if (scale < 9) {
                value = value * 10 + (text_[n] - '0');
                ++scale;
            }
            ++n;
        }
        if (n == 0 || (strict_ && n > 9)) return false;
        for (; scale < 9; ++scale)
            value *= 10;
        text_.remove_prefix(n);
        fields.nanosecond = static_cast<int>(value);
        fields.mark(DateUnit::fraction);
        return true;
    }

    std::string_view text_;  // the caller's
    bool strict_;
};

/// Days since 1970 of the date in the fields, or nothing when there is no such day.
std::optional<std::int64_t> day_number(const DateFields& f) {
    if (f.week > 0) {
        const std::int64_t year = f.week_year != 0 ? f.week_year : f.year;
        const std::int64_t fourth = days_from_civil(year, 1, 4);
        const std::int64_t monday = fourth - weekday(fourth) + std::int64_t{f.week - 1} * 7;
        return monday + (f.weekday > 0 ? f.weekday - 1 : 0);
    }
    const std::int64_t year = f.before_christ ? 1 - f.year : f.year;
    if (f.day_of_year > 0) {
        const int length = days_in_month(year, 2) == 29 ? 366 : 365;
        if (f.day_of_year > length) return std::nullopt;
        return days_from_civil(year, 1, 1) + f.day_of_year - 1;
    }
    if (f.month < 1 || f.month > 12 || f.day < 1 || f.day > days_in_month(year, f.month)) {
        return std::nullopt;
    }
    return days_from_civil(year, f.month, f.day);
}

/// This year, but December read in January was last year, and January read in December is next
/// year. A day that the year has not (29 February) stays so: no other is made of it.
void guess_year(DateFields& fields, std::int64_t now_ns, const TimeZone& zone) {
    constexpr std::int64_t second_ns = 1'000'000'000;
    const std::int64_t now = now_ns / second_ns;
    const CivilTime today = civil_from({now + zone.offset_seconds(now)});
    fields.year = today.year;
    if (fields.week > 0) return;
    int month = fields.month;
    if (fields.day_of_year > 0) {
        const std::int64_t day =
            days_from_civil(today.year, 1, 1) + std::min(fields.day_of_year, 365) - 1;
        month = civil_from({day * 86'400}).month;
    }
    if (month == 12 && today.month == 1) --fields.year;
    if (month == 1 && today.month == 12) ++fields.year;
}

DateUnit finest_of(const DateFields& fields) {
    for (int unit = static_cast<int>(DateUnit::fraction); unit > 0; --unit) {
        if (fields.has(static_cast<DateUnit>(unit))) return static_cast<DateUnit>(unit);
    }
    return DateUnit::year;
}

std::optional<ParsedDate> resolve(DateFields& f, const TimeZone& given, std::int64_t now_ns,
                                  bool joda) {
    const TimeZone& zone = f.zone ? *f.zone : given;
    if (!f.has(DateUnit::year) && joda) guess_year(f, now_ns, zone);
    if (f.half_day >= 0) f.hour = f.hour % 12 + f.half_day * 12;
    const auto day = day_number(f);
    if (!day || f.hour > 23 || f.minute > 59 || f.second > 59) return std::nullopt;

    const auto instant = [&](int hour, int minute, int second, int nanosecond) {
        const std::int64_t local = *day * 86'400 + second_of_day(hour, minute, second);
        return Instant{f.zoned ? local - f.offset_seconds : zone.to_utc(local), nanosecond};
    };
    ParsedDate date;
    date.finest = finest_of(f);
    date.zoned = f.zoned || f.zone != nullptr;
    if (joda && !f.zoned &&
        zone.in_gap(*day * 86'400 + second_of_day(f.hour, f.minute, f.second))) {
        return std::nullopt;
    }
    date.first = instant(f.hour, f.minute, f.second, f.nanosecond);
    date.last =
        instant(f.has(DateUnit::hour) ? f.hour : 23, f.has(DateUnit::minute) ? f.minute : 59,
                f.has(DateUnit::second) ? f.second : 59,
                f.has(DateUnit::fraction) ? f.nanosecond : 999'999'999);
    return date;
}

/// Whole and fractional units since 1970, `per_second` of them in a second.
std::optional<ParsedDate> read_epoch(std::string_view text, std::int64_t per_second) {
    bool negative = false;
    if (text.starts_with('-')) {
        negative = true;
        text.remove_prefix(1);
    }
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    const auto n = static_cast<std::size_t>(end - text.data());
    const bool has_fraction = n < text.size() && text[n] == '.';
    if (error != std::errc() || whole < 0 || text.front() == '-') return std::nullopt;
    if (n < text.size() && !has_fraction) return std::nullopt;
    const std::int64_t unit_ns = 1'000'000'000 / per_second;
    std::int64_t rest_ns = 0;
    std::int64_t scale = unit_ns;
    if (has_fraction) {
        if (n + 1 == text.size()) return std::nullopt;
        for (std::size_t i = n + 1; i < text.size(); ++i) {
            if (!is_digit(text[i])) return std::nullopt;
            scale /= 10;
            rest_ns += (text[i] - '0') * scale;
        }
    }
    const auto at = [&](std::int64_t extra_ns) {
        Instant instant;
        std::int64_t ns = (whole % per_second) * unit_ns + extra_ns;
        instant.seconds = whole / per_second;
        if (negative) {
            instant.seconds = -instant.seconds;
            ns = -ns;
        }
        if (ns < 0) {
            ns += 1'000'000'000;
            --instant.seconds;
        }
        instant.nanosecond = static_cast<int>(ns);
        return instant;
    };
    ParsedDate date;
    date.zoned = true;
    date.finest = has_fraction || per_second > 1 ? DateUnit::fraction : DateUnit::second;
    date.first = at(rest_ns);
    date.last = date.first;
    // The unit is as fine as the text goes: the last instant that it still covers.
    if (!has_fraction) date.last.nanosecond += static_cast<int>(unit_ns - 1);
    return date;
}

/// "@" and 24 hex digits: TAI seconds plus 2^62, then nanoseconds. TAI64N is read as Logstash reads
/// it: ten seconds ahead of UTC, leap seconds not counted.
std::optional<ParsedDate> read_tai64n(std::string_view text) {
    if (text.starts_with('@')) text.remove_prefix(1);
    if (text.size() != 24) return std::nullopt;
    std::uint64_t parts[2] = {0, 0};
    for (std::size_t i = 0; i < 24; ++i) {
        const char c = text[i];
        const char l = static_cast<char>(c | 0x20);
        int digit = -1;
        if (is_digit(c))
            digit = c - '0';
        else if (l >= 'a' && l <= 'f')
            digit = l - 'a' + 10;
        if (digit < 0) return std::nullopt;
        parts[i / 16] = parts[i / 16] * 16 + static_cast<std::uint64_t>(digit);
    }
    constexpr std::uint64_t base = std::uint64_t{1} << 62;
    if (parts[0] < base || parts[0] > base + (std::uint64_t{1} << 40) || parts[1] > 999'999'999) {
        return std::nullopt;
    }
    ParsedDate date;
    date.zoned = true;
    date.first = {static_cast<std::int64_t>(parts[0] - base) - 10, static_cast<int>(parts[1])};
    date.last = date.first;
    return date;
}

struct Named {
    std::string_view name;
    std::string_view pattern;
};

// Elasticsearch's built-in formats, as java.time patterns. Each has a strict_ twin with the same
// pattern; the ones without strict_ take fewer digits, which read_lenient below allows for.
constexpr auto named_formats = std::to_array<Named>({
    {"basic_date", "uuuuMMdd"},
    {"basic_date_time", "uuuuMMdd'T'HHmmss.SSSX"},
    {"basic_date_time_no_millis", "uuuuMMdd'T'HHmmssX"},
    {"basic_ordinal_date", "uuuuDDD"},
    {"basic_time", "HHmmss.SSSX"},
    {"basic_t_time", "'T'HHmmss.SSSX"},
    {"basic_week_date", "YYYY'W'wwe"},
    {"date", "uuuu-MM-dd"},
    {"date_hour", "uuuu-MM-dd'T'HH"},
    {"date_hour_minute", "uuuu-MM-dd'T'HH:mm"},
    {"date_hour_minute_second", "uuuu-MM-dd'T'HH:mm:ss"},
    {"date_hour_minute_second_fraction", "uuuu-MM-dd'T'HH:mm:ss.SSS"},
    {"date_hour_minute_second_millis", "uuuu-MM-dd'T'HH:mm:ss.SSS"},
    {"date_time", "uuuu-MM-dd'T'HH:mm:ss.SSSX"},
    {"date_time_no_millis", "uuuu-MM-dd'T'HH:mm:ssX"},
    {"hour", "HH"},
    {"hour_minute", "HH:mm"},
    {"hour_minute_second", "HH:mm:ss"},
    {"hour_minute_second_fraction", "HH:mm:ss.SSS"},
    {"hour_minute_second_millis", "HH:mm:ss.SSS"},
    {"ordinal_date", "uuuu-DDD"},
    {"ordinal_date_time", "uuuu-DDD'T'HH:mm:ss.SSSX"},
    {"ordinal_date_time_no_millis", "uuuu-DDD'T'HH:mm:ssX"},
    {"time", "HH:mm:ss.SSSX"},
    {"time_no_millis", "HH:mm:ssX"},
    {"t_time", "'T'HH:mm:ss.SSSX"},
    {"t_time_no_millis", "'T'HH:mm:ssX"},
    {"week_date", "YYYY-'W'ww-e"},
    {"weekyear", "YYYY"},
    {"weekyear_week", "YYYY-'W'ww"},
    {"weekyear_week_day", "YYYY-'W'ww-e"},
    {"year", "uuuu"},
    {"year_month", "uuuu-MM"},
    {"year_month_day", "uuuu-MM-dd"},
});

std::string_view named_pattern(std::string_view name) {
    for (const Named& named : named_formats) {
        if (named.name == name) return named.pattern;
    }
    return {};
}

}  // namespace

Result<> DateParser::add_elasticsearch(std::string_view name, std::vector<Format>& formats) {
    Format format;
    if (name == "epoch_millis" || name == "epoch_second") {
        format.kind = Kind::epoch;
        format.per_second = name == "epoch_millis" ? 1000 : 1;
        formats.push_back(std::move(format));
        return {};
    }
    if (name.empty()) return fail(ErrorCode::invalid, "a date format is empty");
    std::string_view base = name;
    const bool strict = base.starts_with("strict_");
    if (strict) base.remove_prefix(7);
    if (base == "date_optional_time" || base == "dateOptionalTime" || base == "iso8601" ||
        base == "date_optional_time_nanos" || name == "strictDateOptionalTime") {
        format.kind = Kind::iso;
        format.strict = strict || base == "iso8601" || name == "strictDateOptionalTime";
        formats.push_back(std::move(format));
        return {};
    }
    std::string_view pattern = named_pattern(base);
    // Numbers read the Joda way may be shorter than their letters, as the formats without strict_
    // do.
    const auto dialect = pattern.empty() || strict || base.starts_with("basic_")
                             ? DatePattern::Dialect::java_time
                             : DatePattern::Dialect::joda;
    if (pattern.empty()) pattern = name.starts_with('8') ? name.substr(1) : name;
    std::string joda(pattern);
    if (dialect == DatePattern::Dialect::joda) {
        for (char& c : joda) {
            if (c == 'Y') c = 'x';
            if (c == 'X') c = 'Z';
        }
    }
    format.pattern = TRY(DatePattern::parse(joda, dialect));
    formats.push_back(std::move(format));
    return {};
}

Result<DateParser> DateParser::elasticsearch(std::string_view formats) {
    DateParser parser;
    while (true) {
        const std::size_t bars = formats.find("||");
        TRY(add_elasticsearch(formats.substr(0, bars), parser.formats_));
        if (bars == std::string_view::npos) return parser;
        formats.remove_prefix(bars + 2);
    }
}

Result<DateParser> DateParser::joda(std::string_view pattern) {
    Format format;
    format.joda = true;
    if (pattern == "ISO8601") {
        format.kind = Kind::iso;
    } else if (pattern == "TAI64N") {
        format.kind = Kind::tai64n;
    } else if (pattern == "UNIX" || pattern == "UNIX_MS" || pattern == "UNIX_US" ||
               pattern == "UNIX_NS") {
        format.kind = Kind::epoch;
        if (pattern == "UNIX_MS") format.per_second = 1'000;
        if (pattern == "UNIX_US") format.per_second = 1'000'000;
        if (pattern == "UNIX_NS") format.per_second = 1'000'000'000;
    } else {
        if (pattern.empty()) return fail(ErrorCode::invalid, "a date pattern is empty");
        format.pattern = TRY(DatePattern::parse(pattern, DatePattern::Dialect::joda));
    }
    DateParser parser;
    parser.formats_.push_back(std::move(format));
    return parser;
}

std::optional<ParsedDate> DateParser::parse(std::string_view text, const TimeZone& zone,
                                            std::int64_t now_ns) const {
    for (const Format& format : formats_) {
        std::optional<ParsedDate> date;
        DateFields fields;
        switch (format.kind) {
            case Kind::epoch: date = read_epoch(text, format.per_second); break;
            case Kind::tai64n: date = read_tai64n(text); break;
            case Kind::iso:
                if (IsoReader(text, format.strict).read(fields)) {
                    date = resolve(fields, zone, now_ns, format.joda);
                }
                break;
            case Kind::pattern: {
                // 31,556,952 seconds: the mean year. Right to a day, which the century does not
                // mind.
                const std::int64_t this_year = 1970 + now_ns / 1'000'000'000 / 31'556'952;
                if (format.pattern.read(text, fields, this_year)) {
                    date = resolve(fields, zone, now_ns, format.joda);
                }
                break;
            }
        }
        if (date) return date;
    }
    return std::nullopt;
}

}  // namespace elkhorn::text
