// text/date/date_pattern.h -- reads a date by a pattern of letters into its fields: the half of
// date_parse that knows letters, without time zones or calendars.
//
// Joda-Time (Logstash's `date` filter) and java.time (Elasticsearch's `format`) share most letters
// and differ in strictness: Joda's "dd" takes one or two digits and any case of a name, java.time's
// takes two; java.time has [optional] sections, and its week-based year is Y where Joda's is x.
#pragma once

#include "base/result.h"
#include "text/date/time_zone.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::text {

enum class DateUnit : std::uint8_t { year, month, day, hour, minute, second, fraction };

/// What stood in the text. `seen` has a bit per DateUnit; the rest keeps its defaults.
struct DateFields {
    std::int64_t year = 1970;
    std::int64_t week_year = 0;
    int month = 1;
    int day = 1;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int nanosecond = 0;
    int day_of_year = 0;
    int week = 0;
    int weekday = 0;    // 1 = Monday; 0: not given
    int half_day = -1;  // 0 AM, 1 PM; -1: not given
    int offset_seconds = 0;
    std::uint8_t seen = 0;
    bool zoned = false;
    bool before_christ = false;
    TimeZone::Ptr zone;  // when it was given by name

    void mark(DateUnit unit) {
        seen |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(unit));
    }

    bool has(DateUnit unit) const { return (seen >> static_cast<unsigned>(unit) & 1U) != 0; }
};

class DatePattern {
public:
    enum class Dialect { joda, java_time };

    static Result<DatePattern> parse(std::string_view pattern, Dialect dialect);

    /// True when the whole text fits. `this_year` decides the century of two-digit years.
    bool read(std::string_view text, DateFields& fields, std::int64_t this_year) const;

private:
    struct Part {
        char letter = 0;  // 0: literal text; '[' and ']': an optional section
        int count = 0;
        int digits_min = 1;
        int digits_max = 1;
        std::size_t close = 0;  // for '[': its ']'
        std::string text;
    };
    struct Cursor;

    Result<> add_letters(char letter, int count, std::string_view pattern, std::size_t column);
    Result<> limit_digits(std::string_view pattern);
    bool read_parts(std::size_t from, std::size_t to, Cursor& at, DateFields& fields) const;
    bool read_part(const Part& part, Cursor& at, DateFields& fields) const;
    bool read_number(const Part& part, Cursor& at, DateFields& fields) const;

    std::vector<Part> parts_;
    Dialect dialect_ = Dialect::joda;
};

/// "Z", "+02", "+02:00", "+0200", "+02:00:00" at the front of `text`, which is shortened by it.
bool read_offset(std::string_view& text, int& offset_seconds);

}  // namespace elkhorn::text
