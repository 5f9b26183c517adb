// text/date/time_zone.h -- local time to UTC and back, by the system's time zone files (TZif, RFC
// 8536) with their rule for the years after the table.
//
//   const auto berlin = TRY(TimeZone::find("Europe/Berlin"));
//   berlin->offset_seconds(utc);  berlin->to_utc(local);
//
// Where clocks are put forward or back, local times are read as Java reads them: one that never was
// is moved forward by the gap, one that was twice is the earlier of the two.
//
//   Threads   immutable; share freely. `find` may be called from any thread and remembers each
//             zone.
//   Cost      a binary search over a few hundred transitions.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::text {

class TimeZone {
public:
    using Ptr = std::shared_ptr<const TimeZone>;

    /// "Europe/Berlin", "UTC", "Z", "GMT", "+02:00", "+0200", "-8", "UTC+2", "GMT-03:30".
    static Result<Ptr> find(std::string_view id);

    static const Ptr& utc();

    /// The machine's own: the TZ variable, else /etc/localtime, else UTC. Read once.
    static const Ptr& local();

    /// Reads the bytes of a TZif file, version 2 or later.
    static Result<Ptr> from_tzif(std::string id, std::string_view bytes);

    /// Seconds east of UTC in force at that time.
    int offset_seconds(std::int64_t utc_seconds) const;

    std::int64_t to_utc(std::int64_t local_seconds) const;

    /// Whether clocks skipped this local time.
    bool in_gap(std::int64_t local_seconds) const;

    const std::string& id() const { return id_; }

    /// The only offset it ever has, for callers with a faster way then.
    bool fixed() const { return starts_.empty(); }

private:
    struct Local {
        std::int64_t utc;
        bool gap;
    };
    struct Rule;

    TimeZone(std::string id, int offset_seconds);
    static Result<Ptr> load(const std::string& id);
    static bool parse_rule(std::string_view text, Rule& rule);
    Local resolve(std::int64_t local_seconds) const;
    bool extend(std::string_view rule);

    std::string id_;
    std::vector<std::int64_t> starts_;  // UTC seconds at which an offset begins, ascending
    std::vector<int> offsets_;  // offsets_[i] is in force before starts_[i]; one more at the end
    bool cyclic_ = false;       // the last 400 years of the table go on for ever
};

}  // namespace elkhorn::text
