// text/date/date_format.h -- writes dates by a pattern: Joda-Time's letters, as in
// `%{+YYYY.MM.dd}`, or java.time's, as in Elasticsearch's `format` and `%{{yyyy.MM.dd}}`. They
// differ in one letter that matters: Y is the year in Joda and the week-based year in java.time.
//
//   G era  Y year (Joda) / week year (java.time)  y u year  x week year (Joda)  w week  e day of
//   week
//   E day name  D day of year  M L month  d day  a AM/PM  K h H k hours  m minute  s second
//   S fraction  z zone name  Z X offset  'text'  '' a quote
//
// Parsed once; immutable and thread-safe after. Names are English, as with Java's ROOT locale.
#pragma once

#include "base/civil_time.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::text {

class DateFormat {
public:
    enum class Dialect { joda, java_time };

    DateFormat() = default;
    static Result<DateFormat> parse(std::string_view pattern, Dialect dialect);

    /// `ns_since_1970` is UTC; the text shows local time at `offset_seconds` east of it.
    void append_to(std::string& out, std::int64_t ns_since_1970, int offset_seconds = 0) const;

    /// The same for moments that nanoseconds cannot say: any year.
    void append_to(std::string& out, Instant instant, int offset_seconds = 0) const;

private:
    struct Part {
        char letter = 0;  // 0: literal text
        int count = 0;
        bool shows_plus = false;  // of a year with more digits than `count`, as java.time does
        std::string text;
    };

    static void append_part(std::string& out, const Part& part, const CivilTime& local,
                            int offset_seconds);

    std::vector<Part> parts_;
};

}  // namespace elkhorn::text
