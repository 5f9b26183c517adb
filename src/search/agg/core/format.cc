#include "search/agg/core/format.h"

#include "base/civil_time.h"
#include "search/agg/core/options.h"
#include "text/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace elkhorn::search::agg {
namespace {

struct Named {
    std::string_view name;
    std::string_view pattern;
};

/// What Elasticsearch's named formats print; those with "strict_" before them print the same.
constexpr std::array<Named, 38> named_formats = {{
    {"iso8601", "uuuu-MM-dd'T'HH:mm:ss.SSSXXX"},
    {"date_optional_time", "uuuu-MM-dd'T'HH:mm:ss.SSSXXX"},
    {"date_optional_time_nanos", "uuuu-MM-dd'T'HH:mm:ss.SSSXXX"},
    {"basic_date", "uuuuMMdd"},
    {"basic_date_time", "uuuuMMdd'T'HHmmss.SSSXXX"},
    {"basic_date_time_no_millis", "uuuuMMdd'T'HHmmssXXX"},
    {"basic_ordinal_date", "uuuuDDD"},
    {"basic_ordinal_date_time", "uuuuDDD'T'HHmmss.SSSXXX"},
    {"basic_time", "HHmmss.SSSXXX"},
    {"basic_time_no_millis", "HHmmssXXX"},
    {"basic_t_time", "'T'HHmmss.SSSXXX"},
    {"basic_t_time_no_millis", "'T'HHmmssXXX"},
    {"basic_week_date", "YYYY'W'wwe"},
    {"date", "uuuu-MM-dd"},
    {"date_hour", "uuuu-MM-dd'T'HH"},
    {"date_hour_minute", "uuuu-MM-dd'T'HH:mm"},
    {"date_hour_minute_second", "uuuu-MM-dd'T'HH:mm:ss"},
    {"date_hour_minute_second_fraction", "uuuu-MM-dd'T'HH:mm:ss.SSS"},
    {"date_hour_minute_second_millis", "uuuu-MM-dd'T'HH:mm:ss.SSS"},
    {"date_time", "uuuu-MM-dd'T'HH:mm:ss.SSSXXX"},
    {"date_time_no_millis", "uuuu-MM-dd'T'HH:mm:ssXXX"},
    {"hour", "HH"},
    {"hour_minute", "HH:mm"},
    {"hour_minute_second", "HH:mm:ss"},
    {"hour_minute_second_millis", "HH:mm:ss.SSS"},
    {"ordinal_date", "uuuu-DDD"},
    {"ordinal_date_time", "uuuu-DDD'T'HH:mm:ss.SSSXXX"},
    {"time", "HH:mm:ss.SSSXXX"},
    {"time_no_millis", "HH:mm:ssXXX"},
    {"t_time", "'T'HH:mm:ss.SSSXXX"},
    {"t_time_no_millis", "'T'HH:mm:ssXXX"},
    {"week_date", "YYYY-'W'ww-e"},
    {"weekyear", "YYYY"},
    {"week_year", "YYYY"},
    {"weekyear_week", "YYYY-'W'ww"},
    {"weekyear_week_day", "YYYY-'W'ww-e"},
    {"year", "uuuu"},
    {"year_month", "uuuu-MM"},
}};

std::string_view printed_pattern(std::string_view format) {
    const std::string_view name = format.starts_with("strict_") ? format.substr(7) : format;
    if (name == "year_month_day") return "uuuu-MM-dd";
    const auto* it = std::ranges::find(named_formats, name, &Named::name);
    return it == named_formats.end() ? format : it->pattern;
}

std::unexpected<Failure> no_number(std::string_view value) {
    const std::string reason = fmt::format("For input string: \"{}\"", value);
    return refuse_in_phase("number_format_exception", reason);
}

void insert_commas(std::string& digits, int group) {
    const auto step = static_cast<std::size_t>(group);
    for (std::size_t at = digits.size(); at > step;) {
        at -= step;
        digits.insert(at, ",");
    }
}

}  // namespace

DecimalPattern DecimalPattern::parse(std::string_view pattern) {
    DecimalPattern made;

    enum { before, whole, fraction, after } place = before;

    bool quoted = false;
    pattern = pattern.substr(0, pattern.find(';'));  // negative numbers: a minus before the same
    for (const char c : pattern) {
        if (c == '\'') {
            quoted = !quoted;
            continue;
        }
        const bool digit = !quoted && (c == '#' || c == '0');
        if (place == before && (digit || (!quoted && c == '.'))) place = whole;
        if (place == whole && !quoted && c == '.') {
            place = fraction;
        } else if (digit && place == whole) {
            made.whole_digits_min += c == '0' ? 1 : 0;
            if (made.group >= 0) ++made.group;
        } else if (digit && place == fraction) {
            ++made.fraction_digits_max;
            made.fraction_digits_min += c == '0' ? 1 : 0;
        } else if (place == whole && !quoted && c == ',') {
            made.group = 0;
        } else {
            if (place != before) place = after;
            if (!quoted && c == '%') made.percent = true;
            (place == before ? made.prefix : made.suffix).push_back(c);
        }
    }
    if (pattern.find(',') == std::string_view::npos) made.group = 0;
    return made;
}

std::string DecimalPattern::text(double value) const {
    if (std::isnan(value)) return "\xef\xbf\xbd";
    if (std::isinf(value)) return (value < 0 ? "-" : "") + prefix + "\xe2\x88\x9e" + suffix;
    std::string digits =
        fmt::format("{:.{}f}", std::fabs(percent ? value * 100 : value), fraction_digits_max);
    const std::size_t point = std::min(digits.find('.'), digits.size());
    std::string left = digits.substr(0, point);
    std::string right = point < digits.size() ? digits.substr(point + 1) : "";
    while (static_cast<int>(right.size()) > fraction_digits_min && right.ends_with('0'))
        right.pop_back();
    if (left == "0" && whole_digits_min == 0 && !right.empty()) left.clear();
    while (static_cast<int>(left.size()) < whole_digits_min)
        left.insert(0, "0");
    const bool zero = left.find_first_not_of('0') == std::string::npos &&
                      right.find_first_not_of('0') == std::string::npos;
    if (group > 0) insert_commas(left, group);
    return (value < 0 && !zero ? "-" : "") + prefix + left + (right.empty() ? "" : "." + right) +
           suffix;
}

ValueFormat ValueFormat::decimal(std::string_view pattern) {
    ValueFormat format(Kind::decimal);
    format.decimal_ = DecimalPattern::parse(pattern);
    return format;
}

Answer<ValueFormat> ValueFormat::date(std::string_view format, std::string_view time_zone,
                                      std::int64_t now_ms) {
    ValueFormat made(Kind::date);
    auto reader = make_date_reader(format, time_zone, now_ms);
    if (!reader) {
        reader.error().phase = true;
        return std::unexpected(std::move(reader).error());
    }
    made.reader_ = std::make_shared<DateReader>(std::move(*reader));
    made.zone_ = made.reader_->zone ? made.reader_->zone : text::TimeZone::utc();
    std::string_view first = format.empty() ? "strict_date_optional_time" : format;
    first = first.substr(0, first.find("||"));
    if (first == "epoch_millis") {
        made.print_ = Print::epoch_ms;
    } else if (first == "epoch_second") {
        made.print_ = Print::epoch_seconds;
    } else {
        if (first.size() > 1 && first[0] == '8') first.remove_prefix(1);
        auto pattern =
            text::DateFormat::parse(printed_pattern(first), text::DateFormat::Dialect::java_time);
        if (!pattern) {
            auto failure = cannot_read_format(format, pattern.error().message);
            failure.error().phase = true;
            return failure;
        }
        made.date_ = std::move(*pattern);
    }
    return made;
}

std::string ValueFormat::date_text(std::int64_t ms) const {
    std::string out;
    if (print_ == Print::epoch_ms) {
        text::append_integer(out, ms);
    } else if (print_ == Print::epoch_seconds) {
        const Instant instant = Instant::from_ms(ms);
        text::append_integer(out, instant.seconds);
        if (instant.nanosecond != 0) out += fmt::format(".{:03}", instant.nanosecond / 1'000'000);
    } else {
        const Instant instant = Instant::from_ms(ms);
        date_.append_to(out, instant, zone_->offset_seconds(instant.seconds));
    }
    return out;
}

std::string ValueFormat::text(double value) const {
    switch (kind_) {
        case Kind::boolean: return value != 0 ? "true" : "false";
        case Kind::date: {
            constexpr double most = 9.2e18;
            return date_text(static_cast<std::int64_t>(std::clamp(value, -most, most)));
        }
        case Kind::decimal: return decimal_.text(value);
        default: {
            std::string out;
            if (!std::isfinite(value))
                return value > 0 ? "Infinity" : value < 0 ? "-Infinity" : "NaN";
            text::append_json_real(out, value);
            return out;
        }
    }
}

std::string ValueFormat::text(std::int64_t value) const {
    if (kind_ == Kind::date) return date_text(value);
    if (kind_ == Kind::boolean || kind_ == Kind::decimal) return text(static_cast<double>(value));
    return std::to_string(value);
}

Answer<std::int64_t> ValueFormat::read_whole(std::string_view value) const {
    if (kind_ == Kind::date) return read_date(*reader_, value, false);
    const double number = ASK(read(value));
    constexpr double most = 9.2e18;
    return static_cast<std::int64_t>(std::clamp(std::isnan(number) ? 0.0 : number, -most, most));
}

Answer<double> ValueFormat::read(std::string_view value) const {
    if (kind_ == Kind::date) return static_cast<double>(ASK(read_whole(value)));
    if (kind_ == Kind::boolean) {
        if (value == "true" || value == "false") return value == "true" ? 1.0 : 0.0;
        if (value.empty()) return 0.0;
        if (!parse_real(value)) {
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("Cannot parse boolean [{}], expected either [true] or [false]", value));
        }
    }
    if (kind_ == Kind::decimal && !decimal_.prefix.empty() && value.starts_with(decimal_.prefix)) {
        value.remove_prefix(decimal_.prefix.size());
    }
    const auto number = parse_real(value);
    if (!number) return no_number(value);
    return *number;
}

}  // namespace elkhorn::search::agg
