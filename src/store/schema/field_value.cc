#include "store/schema/field_value.h"

#include "base/civil_time.h"
#include "base/half_float.h"
#include "base/strings.h"
#include "store/schema/geo_point.h"
#include "store/schema/ip_address.h"
#include "text/json_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace elkhorn::store {
namespace {

using event::Kind;
using event::Leaf;

constexpr double two_to_63 = 9.2233720368547758e18;
constexpr double two_to_64 = 18446744073709551616.0;

std::optional<double> to_number(const Leaf& leaf, const FieldMapping& field) {
    if (leaf.kind == Kind::integer) return static_cast<double>(leaf.integer);
    if (leaf.kind == Kind::real) return leaf.real;
    if (leaf.kind != Kind::string || !field.coerce) return std::nullopt;
    const auto number = to_double(leaf.as_text());
    if (!number || !std::isfinite(*number)) return std::nullopt;
    return number;
}

struct WholeType {
    std::int64_t least;
    std::int64_t greatest;
    std::string_view name;   // of a value out of range
    std::string_view taken;  // of a value refused for its form
};

WholeType whole_type(FieldType type) {
    switch (type) {
        case FieldType::int32: return {-2'147'483'648LL, 2'147'483'647LL, "an integer", "Integer"};
        case FieldType::int16: return {-32'768, 32'767, "a short", "Short"};
        case FieldType::int8: return {-128, 127, "a byte", "Integer"};
        case FieldType::unsigned_long:
            return {0, std::numeric_limits<std::int64_t>::max(), "an unsigned long", "Long"};
        default:
            return {std::numeric_limits<std::int64_t>::min(),
                    std::numeric_limits<std::int64_t>::max(), "a long", "Long"};
    }
}

bool is_number(const FieldMapping& field) {
    switch (field.type) {
        case FieldType::boolean:
        case FieldType::date:
        case FieldType::date_nanos:
        case FieldType::geo_point: return false;
        default:
            return column_kind(field.type) == ColumnKind::integer ||
                   column_kind(field.type) == ColumnKind::real;
    }
}

Misfit not_a_token(const Leaf& leaf) {
    return {"json_parse_exception",
            fmt::format("Current token (VALUE_{}) not numeric, can not use numeric value accessors",
                        leaf.integer != 0 ? "TRUE" : "FALSE")};
}

Misfit not_a_number(const Leaf& leaf, const FieldMapping& field) {
    return {
        field.type == FieldType::int64 ? "illegal_argument_exception" : "number_format_exception",
        fmt::format("For input string: \"{}\"", leaf.as_text())};
}

Misfit whole_misfit(const Leaf& leaf, const FieldMapping& field) {
    const WholeType type = whole_type(field.type);
    if (leaf.kind == Kind::boolean) return not_a_token(leaf);
    if (leaf.kind == Kind::string) {
        if (!field.coerce)
            return {"illegal_argument_exception",
                    fmt::format("{} value passed as String", type.taken)};
        if (!to_double(leaf.as_text())) return not_a_number(leaf, field);
        return {"illegal_argument_exception",
                fmt::format("Value [{}] is out of range for {}", leaf.as_text(), type.name)};
    }
    const bool fraction = leaf.kind == Kind::real && leaf.real != std::trunc(leaf.real);
    if (fraction && !field.coerce)
        return {"illegal_argument_exception",
                fmt::format("{} cannot be converted to {} without data loss", text_of(leaf),
                            type.taken)};
    if (field.type == FieldType::int16 && leaf.kind == Kind::integer)
        return {"json_parse_exception",
                fmt::format("Numeric value ({}) out of range of Java short", leaf.integer)};
    const double number = leaf.kind == Kind::real ? leaf.real : static_cast<double>(leaf.integer);
    if (field.type == FieldType::int64)
        return {"input_coercion_exception",
                fmt::format("Numeric value ({}) out of range of long ({} - {})", text_of(leaf),
                            type.least, type.greatest)};
    if (field.type != FieldType::unsigned_long && (number > 2147483647.0 || number < -2147483648.0))
        return {"input_coercion_exception",
                fmt::format("Numeric value ({}) out of range of int (-2147483648 - 2147483647)",
                            text_of(leaf))};
    return {"illegal_argument_exception",
            fmt::format("Value [{}] is out of range for {}", text_of(leaf), type.name)};
}

/// A number in Java's words: 70000.0, Infinity.
std::string java_number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    std::string out;
    text::append_json_real(out, value);
    return out;
}

Misfit real_misfit(const Leaf& leaf, const FieldMapping& field) {
    if (leaf.kind == Kind::boolean) return not_a_token(leaf);
    if (leaf.kind == Kind::string && !field.coerce)
        return {"illegal_argument_exception",
                fmt::format("{} value passed as String",
                            field.type == FieldType::float32 || field.type == FieldType::float16
                                ? "Float"
                                : "Double")};
    double number = std::numeric_limits<double>::infinity();
    if (leaf.kind == Kind::string) {
        const std::string_view text = trim(leaf.as_text());
        const auto parsed = to_double(text);
        if (text == "NaN")
            number = std::numeric_limits<double>::quiet_NaN();
        else if (parsed)
            number = *parsed;
        else if (text.find_first_not_of("+-.0123456789eE") != text.npos &&
                 text.find("Infinity") == text.npos)
            return not_a_number(leaf, FieldMapping{});
    } else {
        number = leaf.kind == Kind::real ? leaf.real : static_cast<double>(leaf.integer);
    }
    if (field.type == FieldType::float32) number = static_cast<float>(number);
    return {"illegal_argument_exception",
            fmt::format("[{}] {} finite values, but got [{}]", field.es_name,
                        field.type == FieldType::scaled_float ? "only supports" : "supports only",
                        java_number(number))};
}

/// Why a value cannot be (a part of) a point; nothing where it can.
std::optional<Misfit> point_misfit(const Leaf& leaf) {
    if (leaf.kind == Kind::boolean) return Misfit{"parse_exception", "geo_point expected"};
    if (leaf.kind != Kind::string) return std::nullopt;
    const std::string_view text = leaf.as_text();
    const auto point = parse_point(text);
    if (point && point->sound()) return std::nullopt;
    if (point) {
        const bool north = point->lat < -90 || point->lat > 90;
        return Misfit{"illegal_argument_exception",
                      fmt::format("illegal {} value [{:.1f}]", north ? "latitude" : "longitude",
                                  north ? point->lat : point->lon)};
    }
    if (text.find(',') != text.npos) {
        const bool lat = !to_double(trim(text.substr(0, text.find(','))));
        return Misfit{"parse_exception",
                      fmt::format("{} must be a number", lat ? "latitude" : "longitude")};
    }
    return Misfit{"parse_exception", fmt::format("unsupported symbol in geohash [{}]", text)};
}

Misfit date_misfit(const Leaf& leaf, const FieldMapping& field, const text::DateParser& parser) {
    if (leaf.kind == Kind::string && leaf.as_text().empty())
        return {"illegal_argument_exception", "cannot parse empty date"};
    if (const auto ms = to_date_ms(leaf, parser); ms && field.type == FieldType::date_nanos) {
        if (*ms < 0)
            return {"illegal_argument_exception",
                    fmt::format("date[{}] is before the epoch in 1970 and cannot be stored in "
                                "nanosecond resolution",
                                text_of(leaf))};
        return {"illegal_argument_exception",
                fmt::format("date[{}] is after 2262-04-11T23:47:16.854775807 and cannot be stored "
                            "in nanosecond resolution",
                            text_of(leaf))};
    }
    return {"illegal_argument_exception",
            fmt::format("failed to parse date field [{}] with format [{}]", text_of(leaf),
                        field.format.empty() ? default_date_format : field.format)};
}

}  // namespace

const text::DateParser& DateParsers::of(const std::string& format) {
    const std::string& key = format.empty() ? std::string(default_date_format) : format;
    if (const auto it = parsers_.find(key); it != parsers_.end()) return it->second;
    auto parser = text::DateParser::elasticsearch(key);
    if (!parser) parser = text::DateParser::elasticsearch(default_date_format);
    return parsers_.emplace(key, std::move(*parser)).first->second;
}

/// The value as Elasticsearch would index it into a keyword.
std::string text_of(const Leaf& leaf) {
    std::string out;
    switch (leaf.kind) {
        case Kind::string: out = leaf.as_text(); break;
        case Kind::boolean: out = leaf.integer != 0 ? "true" : "false"; break;
        case Kind::real: text::append_json_real(out, leaf.real); break;
        case Kind::timestamp: append_iso(out, leaf.integer); break;
        default: text::append_integer(out, leaf.integer); break;
    }
    return out;
}

std::optional<std::int64_t> to_whole(const Leaf& leaf, const FieldMapping& field) {
    std::optional<std::int64_t> value;
    if (leaf.kind == Kind::integer) {
        value = leaf.integer;
    } else if (leaf.kind == Kind::string && field.coerce && to_integer(leaf.as_text())) {
        value = to_integer(leaf.as_text());
    } else if (const auto number = to_number(leaf, field)) {
        if (std::fabs(*number) >= two_to_63) return std::nullopt;
        if (!field.coerce && *number != std::trunc(*number)) return std::nullopt;
        value = static_cast<std::int64_t>(*number);  // 1.7 is indexed as 1
    }
    if (!value) return std::nullopt;
    const WholeType type = whole_type(field.type);
    return *value >= type.least && *value <= type.greatest ? value : std::nullopt;
}

std::optional<double> to_large(const Leaf& leaf) {
    if (leaf.kind == Kind::real)
        return leaf.real >= two_to_63 && leaf.real < two_to_64 ? std::optional(leaf.real)
                                                               : std::nullopt;
    if (leaf.kind != Kind::string) return std::nullopt;
    const std::string_view text = leaf.as_text();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return static_cast<double>(value);
}

std::optional<double> to_real(const Leaf& leaf, const FieldMapping& field) {
    const auto number = to_number(leaf, field);
    if (!number) return std::nullopt;
    switch (field.type) {
        case FieldType::float32: {
            const auto narrow = static_cast<float>(*number);
            return std::isfinite(narrow) ? std::optional<double>(narrow) : std::nullopt;
        }
        case FieldType::float16: {
            const double half = to_half(*number);
            return std::fabs(half) <= 65'504 ? std::optional(half) : std::nullopt;
        }
        case FieldType::scaled_float:
            return std::round(*number * field.scaling_factor) / field.scaling_factor;
        default: return number;
    }
}

std::optional<bool> to_boolean(const Leaf& leaf) {
    if (leaf.kind == Kind::boolean) return leaf.integer != 0;
    if (leaf.kind != Kind::string) return std::nullopt;
    const std::string_view text = leaf.as_text();
    if (text == "true") return true;
    if (text == "false" || text.empty()) return false;
    return std::nullopt;
}

std::optional<std::int64_t> to_date_ms(const Leaf& leaf, const text::DateParser& parser) {
    if (leaf.kind == Kind::timestamp) {
        return leaf.integer >= 0 ? leaf.integer / 1'000'000
                                 : -((-leaf.integer + 999'999) / 1'000'000);
    }
    if (leaf.kind == Kind::boolean) return std::nullopt;
    const auto parsed = leaf.kind == Kind::string
                            ? parser.parse(leaf.as_text(), *text::TimeZone::utc(), 0)
                            : parser.parse(text_of(leaf), *text::TimeZone::utc(), 0);
    if (!parsed) return std::nullopt;
    return parsed->first.ms();
}

std::optional<std::int64_t> to_date_ns(const Leaf& leaf, const text::DateParser& parser) {
    std::optional<std::int64_t> ns;
    if (leaf.kind == Kind::timestamp) {
        ns = leaf.integer;
    } else if (leaf.kind != Kind::boolean) {
        const auto parsed = parser.parse(
            leaf.kind == Kind::string ? leaf.as_text() : std::string_view(text_of(leaf)),
            *text::TimeZone::utc(), 0);
        constexpr std::int64_t last_second = 9'223'372'035;
        if (parsed && parsed->first.seconds <= last_second) ns = parsed->first.ns();
    }
    return ns && *ns >= 0 ? ns : std::nullopt;
}

bool says_nothing(const Leaf& leaf, const FieldMapping& field) {
    return leaf.kind == Kind::string && leaf.size_bytes == 0 && field.coerce && is_number(field);
}

std::optional<Misfit> misfit(const Leaf& leaf, const FieldMapping& field, DateParsers& dates) {
    if (says_nothing(leaf, field)) return std::nullopt;
    switch (field.type) {
        case FieldType::boolean:
            if (to_boolean(leaf)) return std::nullopt;
            if (leaf.kind != Kind::string)
                return Misfit{"json_parse_exception",
                              fmt::format("Current token (VALUE_NUMBER_{}) not of boolean type",
                                          leaf.kind == Kind::real ? "FLOAT" : "INT")};
            return Misfit{"illegal_argument_exception",
                          fmt::format("Failed to parse value [{}] as only [true] or [false] are "
                                      "allowed.",
                                      leaf.as_text())};
        case FieldType::date:
            if (to_date_ms(leaf, dates.of(field.format))) return std::nullopt;
            return date_misfit(leaf, field, dates.of(field.format));
        case FieldType::date_nanos:
            if (to_date_ns(leaf, dates.of(field.format))) return std::nullopt;
            return date_misfit(leaf, field, dates.of(field.format));
        case FieldType::unsigned_long:
            if (to_whole(leaf, field) || to_large(leaf)) return std::nullopt;
            return whole_misfit(leaf, field);
        case FieldType::geo_point: return point_misfit(leaf);
        case FieldType::ip:
            if (leaf.kind == Kind::string && parse_ip(leaf.as_text())) return std::nullopt;
            return Misfit{"illegal_argument_exception",
                          fmt::format("'{}' is not an IP string literal.", text_of(leaf))};
        default: break;
    }
    if (column_kind(field.type) == ColumnKind::integer) {
        if (to_whole(leaf, field)) return std::nullopt;
        return whole_misfit(leaf, field);
    }
    if (column_kind(field.type) != ColumnKind::real || to_real(leaf, field)) return std::nullopt;
    return real_misfit(leaf, field);
}

}  // namespace elkhorn::store
