// search/base/date_math.h -- dates as queries give them: "2024-03", "now-1d/d",
// "2024-01-31||+1M/M".
//
// Rounding up means the last millisecond of what the text leaves open or of the unit after the
// slash.
#pragma once

#include "search/base/failure.h"
#include "text/date/date_parse.h"
#include "text/date/time_zone.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace elkhorn::search {

struct DateReader {
    text::DateParser parser;
    std::string format;        // as failures show it
    text::TimeZone::Ptr zone;  // null: none was given
    std::int64_t now_ms = 0;
};

/// `format` empty: the default of date fields.
Answer<DateReader> make_date_reader(std::string_view format, std::string_view time_zone,
                                    std::int64_t now_ms);

/// Milliseconds since 1970. Failures are of the search phase, worded as Elasticsearch words them.
Answer<std::int64_t> read_date(const DateReader& reader, std::string_view text, bool round_up);
/// Nanoseconds since 1970, of the years 1677 to 2262 only.
Answer<std::int64_t> read_date_ns(const DateReader& reader, std::string_view text, bool round_up);

/// Refusals of a request that names them, before any index is looked at.
Answer<> check_date_format(std::string_view format);
Answer<> check_time_zone(std::string_view time_zone);

std::unexpected<Failure> cannot_read_format(std::string_view format, const std::string& why);

/// Refuses with parse_exception, in the search phase.
std::unexpected<Failure> bad_date(std::string reason);

}  // namespace elkhorn::search
