// search/agg/values/interval.h -- "calendar_interval", "fixed_interval" and the older "interval",
// which may be either; "offset"; and spans of time such as "90m".
#pragma once

#include "search/agg/core/options.h"
#include "search/agg/values/rounding.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace elkhorn::search::agg {

/// "90m", "1 d", "-3h", "500ms" as milliseconds. The error is worded as for that setting.
Result<std::int64_t> parse_time_span(std::string_view text, std::string_view setting);

class Interval {
public:
    /// Reads all three members and "offset".
    static Interval read(Options& options);

    /// Refuses, in the search phase, an interval that is missing or makes no sense.
    Answer<TimeRounding> rounding(const std::string& time_zone) const;

    /// Of a calendar interval of months; 0: of any other.
    int months() const;

    bool given() const { return unit_ || fixed_ms_ || !unreadable_.empty(); }

private:
    void read_older(Options& options);

    std::optional<CalendarUnit> unit_;
    std::optional<std::int64_t> fixed_ms_;
    std::string unreadable_;  // the older interval, when it is neither
    std::int64_t offset_ms_ = 0;
};

}  // namespace elkhorn::search::agg
