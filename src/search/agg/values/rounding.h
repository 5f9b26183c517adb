// search/agg/values/rounding.h -- which bucket of time a moment lies in: by a fixed interval or by
// the calendar, in a zone whose clocks may change, as Elasticsearch 7.10 rounds.
//
//   calendar   local midnight, Monday, the first of the month ...: a day may have 23 or 25 hours.
//   hours      begin at full local hours; the hour that is there twice makes two buckets.
//   fixed      counts from local 1970: 12h in Berlin begins at midnight and noon on both sides of a
//              change.
//
//   Cost       a zone that changes: two look-ups in the stretches seen so far. `bucket` also says
//              where the bucket ends, so that its neighbours need no rounding.
#pragma once

#include "text/date/time_zone.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

namespace elkhorn::search::agg {

enum class CalendarUnit { second, minute, hour, day, week, month, quarter, year };

/// "1d", "day", "month", "1M" ...; nothing for what is no calendar interval.
std::optional<CalendarUnit> calendar_unit(std::string_view text);

class TimeRounding {
public:
    static TimeRounding fixed(std::int64_t interval_ms, text::TimeZone::Ptr zone,
                              std::int64_t offset_ms);
    static TimeRounding calendar(CalendarUnit unit, text::TimeZone::Ptr zone,
                                 std::int64_t offset_ms);

    /// All moments in [from, to) round to key. Where clocks go back over midnight a bucket may have
    /// several such spans.
    struct Span {
        std::int64_t key = 0;
        std::int64_t from = 0;
        std::int64_t to = 0;
    };

    std::int64_t round(std::int64_t ms) { return round_in_zone(ms - offset_ms_) + offset_ms_; }

    /// The key after a key.
    std::int64_t next(std::int64_t key) { return next_in_zone(key - offset_ms_) + offset_ms_; }

    Span bucket(std::int64_t ms);

    /// Without the offset, for the bounds of histograms.
    std::int64_t round_plain(std::int64_t ms) { return round_in_zone(ms); }

    std::int64_t offset_ms() const { return offset_ms_; }

    /// What a bucket is long at least, roughly.
    std::int64_t length_ms() const { return length_ms_; }

private:
    /// A time during which the clocks do not change.
    struct Stretch {
        std::int64_t from = 0;  // UTC milliseconds
        std::int64_t to = 0;
        std::int64_t offset = 0;  // of local time
        bool begins = false;  // at `from` clocks were changed; false: it is only known from there
    };

    TimeRounding(text::TimeZone::Ptr zone, std::int64_t length_ms, std::int64_t offset_ms)
        : zone_(std::move(zone)), length_ms_(length_ms), offset_ms_(offset_ms) {}

    std::int64_t floor_local(std::int64_t local) const;
    std::int64_t next_local(std::int64_t local) const;
    std::int64_t round_in_zone(std::int64_t ms);
    std::int64_t next_in_zone(std::int64_t key);
    std::int64_t to_utc(std::int64_t local, const Stretch& stretch, int depth = 0);
    std::int64_t in_gap(const Stretch& stretch, const Stretch& before, std::int64_t first_missing,
                        int depth);
    const Stretch& stretch_of(std::int64_t ms);
    Stretch find_stretch(std::int64_t ms) const;

    bool is_long_unit() const { return unit_ && *unit_ >= CalendarUnit::day; }

    text::TimeZone::Ptr zone_;
    std::optional<CalendarUnit> unit_;  // nothing: a fixed interval
    std::int64_t length_ms_;
    std::int64_t offset_ms_;
    std::map<std::int64_t, Stretch> stretches_;  // those asked for, by their end
    Stretch last_;
};

}  // namespace elkhorn::search::agg
