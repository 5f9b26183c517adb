#include "search/agg/values/rounding.h"

#include "base/civil_time.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace elkhorn::search::agg {
namespace {

constexpr std::int64_t second_ms = 1000;
constexpr std::int64_t day_ms = 86'400'000;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

std::int64_t saturated_add(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return b > 0 ? std::numeric_limits<std::int64_t>::max()
                 : std::numeric_limits<std::int64_t>::min();
}

struct Month {
    std::int64_t year;
    int month;  // 1..12
};

/// Of the proleptic Gregorian calendar, whatever the year (the inverse of days_from_civil).
Month month_of_day(std::int64_t day) {
    const std::int64_t shifted = day + 719'468;
    const std::int64_t era = floor_div(shifted, 146'097);
    const std::int64_t of_era = shifted - era * 146'097;
    const std::int64_t year = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
    const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    const auto place = static_cast<int>((5 * of_year + 2) / 153);
    const int month = place < 10 ? place + 3 : place - 9;
    return {year + era * 400 + (month <= 2 ? 1 : 0), month};
}

std::int64_t length_of(CalendarUnit unit) {
    constexpr std::array<std::int64_t, 8> lengths = {
        1000, 60'000, 3'600'000, day_ms, 7 * day_ms, 28 * day_ms, 90 * day_ms, 365 * day_ms};
    return lengths[static_cast<std::size_t>(unit)];
}

int months_of(CalendarUnit unit) {
    return unit == CalendarUnit::month ? 1 : unit == CalendarUnit::quarter ? 3 : 12;
}

}  // namespace

std::optional<CalendarUnit> calendar_unit(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, CalendarUnit>, 16> names = {
        {{"second", CalendarUnit::second},
         {"1s", CalendarUnit::second},
         {"minute", CalendarUnit::minute},
         {"1m", CalendarUnit::minute},
         {"hour", CalendarUnit::hour},
         {"1h", CalendarUnit::hour},
         {"day", CalendarUnit::day},
         {"1d", CalendarUnit::day},
         {"week", CalendarUnit::week},
         {"1w", CalendarUnit::week},
         {"month", CalendarUnit::month},
         {"1M", CalendarUnit::month},
         {"quarter", CalendarUnit::quarter},
         {"1q", CalendarUnit::quarter},
         {"year", CalendarUnit::year},
         {"1y", CalendarUnit::year}}};
    for (const auto& [name, unit] : names) {
        if (name == text) return unit;
    }
    return std::nullopt;
}

TimeRounding TimeRounding::fixed(std::int64_t interval_ms, text::TimeZone::Ptr zone,
                                 std::int64_t offset_ms) {
    return {std::move(zone), interval_ms, offset_ms};
}

TimeRounding TimeRounding::calendar(CalendarUnit unit, text::TimeZone::Ptr zone,
                                    std::int64_t offset_ms) {
    TimeRounding rounding(std::move(zone), length_of(unit), offset_ms);
    rounding.unit_ = unit;
    return rounding;
}

std::int64_t TimeRounding::floor_local(std::int64_t local) const {
    if (!unit_ || *unit_ <= CalendarUnit::day) return floor_div(local, length_ms_) * length_ms_;
    const std::int64_t day = floor_div(local, day_ms);
    if (*unit_ == CalendarUnit::week) return (day - weekday(day)) * day_ms;
    const Month month = month_of_day(day);
    const int step = months_of(*unit_);
    return days_from_civil(month.year, (month.month - 1) / step * step + 1, 1) * day_ms;
}

std::int64_t TimeRounding::next_local(std::int64_t local) const {
    if (!unit_ || *unit_ <= CalendarUnit::week) return saturated_add(local, length_ms_);
    const Month month = month_of_day(floor_div(local, day_ms));
    const std::int64_t months = month.year * 12 + month.month - 1 + months_of(*unit_);
    const std::int64_t year = floor_div(months, 12);
    return days_from_civil(year, static_cast<int>(months - year * 12) + 1, 1) * day_ms;
}

TimeRounding::Stretch TimeRounding::find_stretch(std::int64_t ms) const {
    constexpr std::int64_t step = 10 * 86'400;  // no zone changes its clocks twice in ten days
    // As far as a bucket may reach back, from all moments that the stretch will be used for.
    const std::int64_t reach =
        std::clamp<std::int64_t>(length_ms_ / second_ms, 400 * 86'400, 36'500LL * 86'400);
    const std::int64_t steps_most = 2 * reach / step;
    const std::int64_t utc = floor_div(ms, second_ms);
    const int offset = zone_->offset_seconds(utc);
    const auto edge = [&](std::int64_t inside, std::int64_t outside) {
        while (outside - inside > 1 || inside - outside > 1) {
            const std::int64_t middle = inside + (outside - inside) / 2;
            (zone_->offset_seconds(middle) == offset ? inside : outside) = middle;
        }
        return std::pair(inside, outside);
    };
    Stretch stretch;
    stretch.offset = offset * second_ms;
    std::int64_t from = utc;
    std::int64_t to = utc;
    for (std::int64_t i = 0; i < steps_most && !stretch.begins; ++i) {
        if (zone_->offset_seconds(from - step) != offset) {
            from = edge(from, from - step).first;
            stretch.begins = true;
        } else {
            from -= step;
        }
    }
    for (std::int64_t i = 0; i < steps_most; ++i) {
        if (zone_->offset_seconds(to + step) != offset) {
            to = edge(to, to + step).second;
            break;
        }
        to += step;
    }
    stretch.from = (stretch.begins ? from : std::min(utc, from + reach)) * second_ms;
    stretch.to = std::max(to * second_ms, ms + 1);
    return stretch;
}

const TimeRounding::Stretch& TimeRounding::stretch_of(std::int64_t ms) {
    if (ms >= last_.from && ms < last_.to) return last_;
    if (zone_->fixed()) {
        last_ = {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
                 zone_->offset_seconds(0) * second_ms, false};
        return last_;
    }
    constexpr std::size_t kept_most = 4096;
    const auto it = stretches_.upper_bound(ms);
    if (it != stretches_.end() && ms >= it->second.from) {
        last_ = it->second;
        return last_;
    }
    if (stretches_.size() >= kept_most) stretches_.clear();
    last_ = find_stretch(ms);
    stretches_.insert_or_assign(last_.to, last_);
    return last_;
}

TimeRounding::Span TimeRounding::bucket(std::int64_t ms) {
    Span span;
    span.key = round(ms);
    span.from = span.key;
    span.to = next(span.key);
    if (!zone_->fixed()) {
        const Stretch stretch = stretch_of(ms - offset_ms_);
        span.from = std::max(span.from, stretch.from + offset_ms_);
        span.to = std::min(span.to, stretch.to + offset_ms_);
    }
    if (span.to <= ms) span.to = ms + 1;
    return span;
}

std::int64_t TimeRounding::round_in_zone(std::int64_t ms) {
    const Stretch stretch = stretch_of(ms);
    return to_utc(floor_local(saturated_add(ms, stretch.offset)), stretch);
}

/// The rounded local time does not exist: clocks went over it.
std::int64_t TimeRounding::in_gap(const Stretch& stretch, const Stretch& before,
                                  std::int64_t first_missing, int depth) {
    if (!unit_ || is_long_unit()) return stretch.from;
    return to_utc(floor_local(first_missing - 1), before, depth + 1);
}

/// The moment of a local time that was rounded down from one within `stretch`.
std::int64_t TimeRounding::to_utc(std::int64_t local, const Stretch& stretch, int depth) {
    constexpr int depth_most = 64;
    if (!stretch.begins || depth > depth_most) return saturated_add(local, -stretch.offset);
    const std::int64_t first_local = stretch.from + stretch.offset;
    if (local >= first_local && local >= stretch.from + day_ms) return local - stretch.offset;
    const Stretch before = stretch_of(stretch.from - 1);
    const std::int64_t last_local =
        stretch.from + before.offset;  // where the clocks stood before the change
    if (stretch.offset > before.offset) {
        if (local >= first_local) return local - stretch.offset;
        if (local >= last_local || (unit_ && !is_long_unit()))
            return in_gap(stretch, before, last_local, depth);
        return to_utc(local, before, depth + 1);
    }
    if (local >= last_local) return local - stretch.offset;
    if (is_long_unit()) return to_utc(local, before, depth + 1);
    if (local >= first_local) return local - stretch.offset;
    if (!unit_) return to_utc(floor_local(last_local - 1), before, depth + 1);
    return last_local - first_local >= length_ms_ ? local - stretch.offset
                                                  : to_utc(local, before, depth + 1);
}

std::int64_t TimeRounding::next_in_zone(std::int64_t key) {
    if (zone_->fixed()) {
        const std::int64_t offset = stretch_of(key).offset;
        return saturated_add(next_local(saturated_add(key, offset)), -offset);
    }
    // The next local key is right unless clocks change; otherwise the edge is searched for.
    const std::int64_t local = key + stretch_of(key).offset;
    const std::int64_t wanted = next_local(floor_local(local));
    std::int64_t guess = saturated_add(wanted, -stretch_of(key).offset);
    guess = saturated_add(wanted, -stretch_of(guess).offset);
    if (guess > key && round_in_zone(guess) == guess && round_in_zone(guess - 1) == key)
        return guess;
    std::int64_t inside = key;
    std::int64_t outside = saturated_add(key, length_ms_);
    while (round_in_zone(outside) <= key && outside < std::numeric_limits<std::int64_t>::max()) {
        inside = outside;
        outside = saturated_add(outside, length_ms_);
    }
    while (outside - inside > 1) {
        const std::int64_t middle = inside + (outside - inside) / 2;
        (round_in_zone(middle) <= key ? inside : outside) = middle;
    }
    return outside;
}

}  // namespace elkhorn::search::agg
