#include "filter/core/conversion.h"

#include "base/strings.h"
#include "event/format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace elkhorn::filter {
namespace {

using event::Kind;
using event::Value;

/// Digits without their thousands separators, a point for the fraction.
std::string plain_number(std::string_view text, bool european) {
    std::string out;
    for (const char c : trim(text)) {
        if (c == (european ? '.' : ',') || c == '_') continue;
        out.push_back(european && c == ',' ? '.' : c);
    }
    if (out.starts_with('+')) out.erase(0, 1);
    return out;
}

/// As far as the text is a number, as Ruby reads it.
double real_of(std::string_view text, bool european) {
    const std::string plain = plain_number(text, european);
    double real = 0;
    std::from_chars(plain.data(), plain.data() + plain.size(), real);
    return std::isfinite(real) ? real : 0;
}

std::int64_t whole(double real) {
    constexpr double limit = 9.2e18;
    return static_cast<std::int64_t>(std::clamp(real, -limit, limit));
}

std::int64_t integer_of(std::string_view text, bool european) {
    const std::string plain = plain_number(text, european);
    const bool negative = plain.starts_with('-');
    const std::string_view digits = std::string_view(plain).substr(negative ? 1 : 0);
    std::int64_t value = 0;
    if (digits.starts_with("0x") || digits.starts_with("0X")) {
        std::from_chars(digits.data() + 2, digits.data() + digits.size(), value, 16);
        return negative ? -value : value;
    }
    const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
    const bool exponent = error == std::errc() && end != plain.data() + plain.size() &&
                          (*end == 'e' || *end == 'E' || *end == '.');
    if (error == std::errc::result_out_of_range || exponent) return whole(real_of(text, european));
    return value;
}

std::optional<bool> boolean_of(const Value& value) {
    if (value.is(Kind::boolean)) return value.as_boolean();
    if (value.is(Kind::integer) && value.as_integer() >> 1 == 0) return value.as_integer() == 1;
    if (value.is(Kind::real) && (value.as_real() == 0 || value.as_real() == 1))
        return value.as_real() == 1;
    if (!value.is(Kind::string)) return std::nullopt;
    const std::string text = to_lower(value.as_string());
    constexpr std::array<std::string_view, 6> yes = {"true", "t", "yes", "y", "1", "1.0"};
    constexpr std::array<std::string_view, 7> no = {"false", "f", "no", "n", "0", "0.0", ""};
    if (std::ranges::find(yes, text) != yes.end()) return true;
    if (std::ranges::find(no, text) != no.end()) return false;
    return std::nullopt;
}

bool to_integer_value(Value& value, bool european) {
    switch (value.kind()) {
        case Kind::boolean: value = Value::integer(value.as_boolean() ? 1 : 0); return true;
        case Kind::real: value = Value::integer(whole(value.as_real())); return true;
        case Kind::string:
            value = Value::integer(integer_of(value.as_string(), european));
            return true;
        default: return false;
    }
}

bool to_real_value(Value& value, bool european) {
    switch (value.kind()) {
        case Kind::boolean: value = Value::real(value.as_boolean() ? 1 : 0); return true;
        case Kind::integer:
            value = Value::real(static_cast<double>(value.as_integer()));
            return true;
        case Kind::string: value = Value::real(real_of(value.as_string(), european)); return true;
        default: return false;
    }
}

}  // namespace

std::optional<Conversion> parse_conversion(std::string_view word) {
    constexpr std::array<std::pair<std::string_view, Conversion>, 6> words = {
        {{"integer", Conversion::integer},
         {"integer_eu", Conversion::integer_eu},
         {"float", Conversion::real},
         {"float_eu", Conversion::real_eu},
         {"boolean", Conversion::boolean},
         {"string", Conversion::string}}};
    for (const auto& [known, conversion] : words) {
        if (known == word) return conversion;
    }
    return std::nullopt;
}

bool convert(event::Arena& arena, Value& value, Conversion conversion) {
    if (value.is(Kind::array)) {
        for (Value& item : value.as_array().values()) {
            if (!item.is(Kind::array)) convert(arena, item, conversion);
        }
        return true;
    }
    if (value.is(Kind::object) || value.is_null()) return false;
    switch (conversion) {
        case Conversion::integer:
        case Conversion::integer_eu:
            return to_integer_value(value, conversion == Conversion::integer_eu);
        case Conversion::real:
        case Conversion::real_eu: return to_real_value(value, conversion == Conversion::real_eu);
        case Conversion::boolean: {
            const auto boolean = boolean_of(value);
            if (boolean) value = Value::boolean(*boolean);
            return boolean.has_value();
        }
        case Conversion::string: {
            if (value.is(Kind::string)) return true;
            std::string text;
            event::append_text(text, value);
            value = Value::string(arena.copy(text));
            return true;
        }
    }
    return false;
}

}  // namespace elkhorn::filter
