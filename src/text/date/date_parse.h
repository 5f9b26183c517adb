// text/date/date_parse.h -- text to an instant, by the formats of two worlds:
//
//   DateParser::elasticsearch("strict_date_optional_time||epoch_millis")   mappings, queries
//   DateParser::joda("dd/MMM/yyyy:HH:mm:ss Z")                             the date filter
//
// Elasticsearch's: any of its named formats (strict_date_optional_time, epoch_millis, basic_date,
// ...), java.time patterns, and lists with ||, tried in order. Joda's: a Joda-Time pattern, or
// ISO8601, UNIX, UNIX_MS, UNIX_US, UNIX_NS, TAI64N.
//
// An answer says what was missing from the text, so that `lte: 2015-05-17` can mean the whole day:
// as in Elasticsearch a missing hour, minute, second or fraction is 0 in `first` and the greatest
// in `last`; a missing month or day is 1 in both.
//
//   Threads   immutable; share freely.
//   Cost      about 100 ns for a pattern of numbers and a month's name.
#pragma once

#include "base/civil_time.h"
#include "base/result.h"
#include "text/date/date_pattern.h"
#include "text/date/time_zone.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace elkhorn::text {

struct ParsedDate {
    Instant first;
    Instant last;
    DateUnit finest = DateUnit::fraction;  // the smallest unit that the text gave
    bool zoned = false;                    // the text itself gave an offset or a zone
};

class DateParser {
public:
    static Result<DateParser> elasticsearch(std::string_view formats);
    static Result<DateParser> joda(std::string_view pattern);

    /// Nothing when no format fits or there is no such day or hour. `zone` holds where the text
    /// gives none. `now_ns` is for Joda patterns without a year: this year, but December read in
    /// January was last year, and January read in December is next year.
    std::optional<ParsedDate> parse(std::string_view text, const TimeZone& zone,
                                    std::int64_t now_ns) const;

private:
    enum class Kind { pattern, iso, epoch, tai64n };

    struct Format {
        Kind kind = Kind::pattern;
        DatePattern pattern;
        std::int64_t per_second = 1;  // of epoch
        bool strict = false;          // of iso
        bool joda = false;
    };

    static Result<> add_elasticsearch(std::string_view name, std::vector<Format>& formats);

    std::vector<Format> formats_;
};

}  // namespace elkhorn::text
