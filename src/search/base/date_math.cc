#include "search/base/date_math.h"

#include "base/civil_time.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::search {
namespace {

constexpr std::string_view default_format = "strict_date_optional_time||epoch_millis";
constexpr std::int64_t day_seconds = 86'400;
constexpr std::int64_t most_years = 100'000'000;
constexpr std::int64_t most_ms = 100'000'000'000'000'000;  // some three million years

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

/// A moment in milliseconds that can be moved and rounded by the calendar of a zone.
class Moment {
public:
    Moment(std::int64_t ms, const text::TimeZone& zone) : ms_(ms), zone_(zone) {}

    std::int64_t ms() const { return ms_; }

    void add_ms(std::int64_t by) { ms_ += by; }

    void keep_within(std::int64_t most) { ms_ = std::clamp(ms_, -most, most); }

    void add_days(std::int64_t days) {
        const std::int64_t local = local_seconds() + days * day_seconds;
        set_local(local);
    }

    void add_months(std::int64_t months) {
        const std::int64_t local = local_seconds();
        const std::int64_t day = floor_div(local, day_seconds);
        const CivilTime civil = civil_of(day);
        const std::int64_t month = civil.year * 12 + civil.month - 1 + months;
        const std::int64_t year = floor_div(month, 12);
        const int month_of_year = static_cast<int>(month - year * 12) + 1;
        const int day_of_month = std::min(civil.day, days_in_month(year, month_of_year));
        set_local(days_from_civil(year, month_of_year, day_of_month) * day_seconds +
                  (local - day * day_seconds));
    }

    /// To the beginning of the day that holds it, or of its week (Monday), month or year.
    void floor_to_day(char unit) {
        const std::int64_t day = floor_div(local_seconds(), day_seconds);
        const CivilTime civil = civil_of(day);
        std::int64_t first = day;
        if (unit == 'w') first = day - weekday(day);
        if (unit == 'M') first = days_from_civil(civil.year, civil.month, 1);
        if (unit == 'y') first = days_from_civil(civil.year, 1, 1);
        ms_ = zone_.to_utc(first * day_seconds) * 1000;
    }

    void floor_to_seconds(std::int64_t seconds) {
        const std::int64_t utc = floor_div(ms_, 1000);
        const int offset = zone_.offset_seconds(utc);
        ms_ = (floor_div(utc + offset, seconds) * seconds - offset) * 1000;
    }

private:
    static CivilTime civil_of(std::int64_t day) {
        // Walks by the era method of days_from_civil, for years that nanoseconds cannot hold.
        const std::int64_t shifted = day + 719'468;
        const std::int64_t era = floor_div(shifted, 146'097);
        const std::int64_t of_era = shifted - era * 146'097;
        const std::int64_t year_of_era =
            (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
        const std::int64_t of_year =
            of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        const std::int64_t shifted_month = (5 * of_year + 2) / 153;
        CivilTime civil;
        civil.day = static_cast<int>(of_year - (153 * shifted_month + 2) / 5 + 1);
        civil.month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
        civil.year = year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0);
        return civil;
    }

    std::int64_t local_seconds() const {
        const std::int64_t utc = floor_div(ms_, 1000);
        return utc + zone_.offset_seconds(utc);
    }

    void set_local(std::int64_t local) {
        ms_ = zone_.to_utc(local) * 1000 + (ms_ - floor_div(ms_, 1000) * 1000);
    }

    std::int64_t ms_;
    const text::TimeZone& zone_;  // the caller's
};

bool move(Moment& moment, char unit, std::int64_t by) {
    switch (unit) {
        case 'y':
            moment.add_months(std::clamp<std::int64_t>(by, -most_years, most_years) * 12);
            return true;
        case 'M': moment.add_months(by); return true;
        case 'w': moment.add_days(by * 7); return true;
        case 'd': moment.add_days(by); return true;
        case 'h':
        case 'H': moment.add_ms(by * 3'600'000); return true;
        case 'm': moment.add_ms(by * 60'000); return true;
        case 's': moment.add_ms(by * 1000); return true;
        default: return false;
    }
}

bool round(Moment& moment, char unit, bool up) {
    switch (unit) {
        case 'y':
        case 'M':
        case 'w':
        case 'd': moment.floor_to_day(unit); break;
        case 'h':
        case 'H': moment.floor_to_seconds(3600); break;
        case 'm': moment.floor_to_seconds(60); break;
        case 's': moment.floor_to_seconds(1); break;
        default: return false;
    }
    if (up) {
        move(moment, unit, 1);
        moment.add_ms(-1);
    }
    return true;
}

Answer<std::int64_t> do_math(std::string_view math, std::int64_t ms, const text::TimeZone& zone,
                             bool round_up) {
    constexpr std::int64_t most = 1'000'000'000;
    Moment moment(ms, zone);
    moment.keep_within(most_ms);
    for (std::size_t i = 0; i < math.size();) {
        const char operation = math[i++];
        if (operation != '/' && operation != '+' && operation != '-') {
            return bad_date(fmt::format("operator not supported for date math [{}]", math));
        }
        if (i >= math.size()) return bad_date(fmt::format("truncated date math [{}]", math));
        std::int64_t number = 1;
        if (math[i] >= '0' && math[i] <= '9') {
            number = 0;
            while (i < math.size() && math[i] >= '0' && math[i] <= '9') {
                number = std::min(most, number * 10 + (math[i++] - '0'));
            }
            if (i >= math.size()) return bad_date(fmt::format("truncated date math [{}]", math));
        }
        if (operation == '/' && number != 1) {
            return bad_date(
                fmt::format("rounding `/` can only be used on single unit types [{}]", math));
        }
        const char unit = math[i++];
        const bool known = operation == '/'
                               ? round(moment, unit, round_up)
                               : move(moment, unit, operation == '+' ? number : -number);
        moment.keep_within(most_ms);
        if (!known) {
            return bad_date(fmt::format("unit [{}] not supported for date math [{}]", unit, math));
        }
    }
    return moment.ms();
}

bool is_epoch(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || c == '-' || c == '.'; });
}

Answer<std::int64_t> read_plain(const DateReader& reader, std::string_view text, bool round_up) {
    const text::TimeZone& zone = reader.zone ? *reader.zone : *text::TimeZone::utc();
    const auto date = reader.parser.parse(text, zone, reader.now_ms * 1'000'000);
    if (!date) {
        const std::string reason =
            fmt::format("failed to parse date field [{}] with format [{}]", text, reader.format);
        auto failure = bad_date(fmt::format("{}: [{}]", reason, reason));
        failure.error().caused_by_type = "illegal_argument_exception";
        failure.error().caused_by_reason = reason;
        return failure;
    }
    const std::int64_t ms = (round_up ? date->last : date->first).ms();
    // Elasticsearch takes counts since 1970 for local time, too, when the request names a zone.
    if (reader.zone && date->zoned && is_epoch(text)) {
        const std::int64_t seconds = floor_div(std::clamp(ms, -most_ms, most_ms), 1000);
        return zone.to_utc(seconds) * 1000 + (ms - floor_div(ms, 1000) * 1000);
    }
    return ms;
}

}  // namespace

std::unexpected<Failure> bad_date(std::string reason) {
    return refuse_in_phase("parse_exception", std::move(reason));
}

Answer<DateReader> make_date_reader(std::string_view format, std::string_view time_zone,
                                    std::int64_t now_ms) {
    DateReader reader;
    reader.format = format.empty() ? default_format : format;
    reader.now_ms = now_ms;
    auto parser = text::DateParser::elasticsearch(reader.format);
    if (!parser) return cannot_read_format(reader.format, parser.error().message);
    reader.parser = std::move(*parser);
    if (!time_zone.empty()) {
        ASK(check_time_zone(time_zone));
        reader.zone = *text::TimeZone::find(time_zone);
    }
    return reader;
}

Answer<std::int64_t> read_date(const DateReader& reader, std::string_view text, bool round_up) {
    const text::TimeZone& zone = reader.zone ? *reader.zone : *text::TimeZone::utc();
    if (text.starts_with("now")) return do_math(text.substr(3), reader.now_ms, zone, round_up);
    const std::size_t bars = text.find("||");
    if (bars == std::string_view::npos) return read_plain(reader, text, round_up);
    const std::int64_t anchor = ASK(read_plain(reader, text.substr(0, bars), false));
    return do_math(text.substr(bars + 2), anchor, zone, round_up);
}

Answer<std::int64_t> read_date_ns(const DateReader& reader, std::string_view text, bool round_up) {
    constexpr std::int64_t per_ms = 1'000'000;
    const std::int64_t ms = ASK(read_date(reader, text, round_up));
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / per_ms - 1;
    const std::int64_t ns = std::clamp(ms, -most, most) * per_ms;
    const std::int64_t within = round_up ? per_ms - 1 : 0;
    if (text.starts_with("now") || text.find("||") != std::string_view::npos || is_epoch(text))
        return ns + within;
    const text::TimeZone& zone = reader.zone ? *reader.zone : *text::TimeZone::utc();
    const auto date = reader.parser.parse(text, zone, reader.now_ms * per_ms);
    if (!date) return ns + within;
    return ns + (round_up ? date->last : date->first).nanosecond % per_ms;
}

std::unexpected<Failure> cannot_read_format(std::string_view format, const std::string& why) {
    return refuse("illegal_argument_exception",
                  fmt::format("Invalid format: [{}]: {}", format, why));
}

Answer<> check_date_format(std::string_view format) {
    const auto parser = text::DateParser::elasticsearch(format);
    if (!parser) return cannot_read_format(format, parser.error().message);
    return {};
}

Answer<> check_time_zone(std::string_view time_zone) {
    if (text::TimeZone::find(time_zone)) return {};
    const std::string why = fmt::format("Unknown time-zone ID: {}", time_zone);
    auto failure =
        refuse("illegal_argument_exception", "java.time.zone.ZoneRulesException: " + why);
    failure.error().caused_by_type = "zone_rules_exception";
    failure.error().caused_by_reason = why;
    return failure;
}

}  // namespace elkhorn::search
