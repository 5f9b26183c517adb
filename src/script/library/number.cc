// script/library/number.cc -- Math, the boxed numbers, Character and Boolean.

#include "script/run/library.h"
#include "script/run/node.h"
#include "script/value/java_text.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>

namespace elkhorn::script {
namespace {

template <double (*function)(double)>
Value of_one(Run& /*run*/, const Value* a) {
    return Value::of_double(function(a[0].as_real()));
}

template <double (*function)(double, double)>
Value of_two(Run& /*run*/, const Value* a) {
    return Value::of_double(function(a[0].as_real(), a[1].as_real()));
}

double java_min(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return std::nan("");
    return a == b ? (std::signbit(a) ? a : b) : std::min(a, b);
}

double java_max(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return std::nan("");
    return a == b ? (std::signbit(a) ? b : a) : std::max(a, b);
}

double java_pow(double a, double b) {
    if (b == 0) return 1;
    if (std::isnan(b) || (std::abs(a) == 1 && std::isinf(b))) return std::nan("");
    return std::pow(a, b);
}

double signum(double a) {
    return a > 0 ? 1.0 : a < 0 ? -1.0 : a;
}

double to_radians(double a) {
    return a * (M_PI / 180.0);
}

double to_degrees(double a) {
    return a * (180.0 / M_PI);
}

double next_up(double a) {
    return std::nextafter(a, std::numeric_limits<double>::infinity());
}

double next_down(double a) {
    return std::nextafter(a, -std::numeric_limits<double>::infinity());
}

double ulp(double a) {
    const double size = std::abs(a);
    return std::isinf(size) ? size : next_up(size) - size;
}

/// To the last digit, as Java's has it.
double cube_root(double a) {
    const double root = std::cbrt(a);
    if (root == 0 || !std::isfinite(root)) return root;
    return root - (root * root * root - a) / (3 * root * root);
}

double abs_of(double a) {
    return std::fabs(a);
}

Value round_double(Run& /*run*/, const Value* a) {
    return Value::of_long(to_long(std::floor(a[0].as_real() + 0.5)));
}

// -- integers -------------------------------------------------------------------------------------

Value no_number(Run& run, std::string_view text, int radix = 10) {
    return run.raise(Class::number_format,
                     radix == 10
                         ? fmt::format("For input string: \"{}\"", text)
                         : fmt::format("For input string: \"{}\" under radix {}", text, radix));
}

Value parse_whole(Run& run, const Value& value, int radix, Tag tag) {
    if (value.is_null()) return run.raise(Class::number_format, "null");
    const auto parsed = parse_java_integer(value.as_text(), radix);
    const bool fits =
        parsed && (tag == Tag::long_ || *parsed == static_cast<std::int32_t>(*parsed));
    return fits ? Value::whole(tag, *parsed) : no_number(run, value.as_text(), radix);
}

Value parse_int(Run& run, const Value* a) {
    return parse_whole(run, a[0], 10, Tag::int_);
}

Value parse_int_in(Run& run, const Value* a) {
    return parse_whole(
        run, a[0], static_cast<int>(std::clamp<std::int64_t>(a[1].as_whole(), 2, 36)), Tag::int_);
}

Value parse_long(Run& run, const Value* a) {
    return parse_whole(run, a[0], 10, Tag::long_);
}

Value parse_long_in(Run& run, const Value* a) {
    return parse_whole(
        run, a[0], static_cast<int>(std::clamp<std::int64_t>(a[1].as_whole(), 2, 36)), Tag::long_);
}

Value parse_double(Run& run, const Value* a) {
    if (a[0].is_null()) return run.raise(Class::null_pointer, "");
    const auto parsed = parse_java_double(a[0].as_text());
    if (parsed) return Value::of_double(*parsed);
    if (a[0].as_text().find_first_not_of(" \t\r\n") == std::string_view::npos)
        return run.raise(Class::number_format, "empty String");
    return no_number(run, a[0].as_text());
}

Value parse_float(Run& run, const Value* a) {
    EVAL(parsed, parse_double(run, a));
    return Value::of_float(static_cast<float>(parsed.as_real()));
}

Value parse_boolean(Run& /*run*/, const Value* a) {
    if (!a[0].is_text()) return Value::boolean(false);
    std::string text(a[0].as_text());
    for (char& c : text)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return Value::boolean(text == "true");
}

Value same(Run& /*run*/, const Value* a) {
    return a[0];
}

Value compare_values(Run& /*run*/, const Value* a) {
    const int order = compare_natural(a[0], a[1]);
    return Value::of_int(order < 0 ? -1 : order > 0 ? 1 : 0);
}

/// compareTo of two things of one class.
Value compare_to(Run& run, const Value* a) {
    if (a[1].is_null()) return raise_null(run, "value");
    if (!(type_of(a[0]) == type_of(a[1])) && !(a[0].is_object() && a[1].is_object())) {
        const std::string from = name_of(type_of(a[1]));
        const std::string to = name_of(type_of(a[0]));
        return run.raise(Class::class_cast,
                         fmt::format("class {} cannot be cast to class {} ({} and {} are in module "
                                     "java.base of loader 'bootstrap')",
                                     from, to, from, to));
    }
    return compare_values(run, a);
}

template <Class to>
Value as(Run& /*run*/, const Value* a) {
    return convert(a[0], to);
}

Value text_of(Run& run, const Value* a) {
    return run.text(java_text(a[0]));
}

Value in_radix(Run& run, const Value* a) {
    const auto radix = static_cast<std::uint64_t>(a[1].as_whole());
    if (radix < 2 || radix > 36) return run.text(java_text(a[0]));
    const bool negative = a[0].as_whole() < 0;
    std::uint64_t rest = negative ? 0 - static_cast<std::uint64_t>(a[0].as_whole())
                                  : static_cast<std::uint64_t>(a[0].as_whole());
    std::string digits;
    do {
        digits.insert(digits.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[rest % radix]);
        rest /= radix;
    } while (rest != 0);
    return run.text((negative ? "-" : "") + digits);
}

std::uint64_t bits_of(const Value& value) {
    return value.is(Tag::long_) ? static_cast<std::uint64_t>(value.as_whole())
                                : static_cast<std::uint32_t>(value.as_whole());
}

Value to_hex(Run& run, const Value* a) {
    return run.text(fmt::format("{:x}", bits_of(a[0])));
}

Value to_binary(Run& run, const Value* a) {
    return run.text(fmt::format("{:b}", bits_of(a[0])));
}

Value to_octal(Run& run, const Value* a) {
    return run.text(fmt::format("{:o}", bits_of(a[0])));
}

Value bit_count(Run& /*run*/, const Value* a) {
    return Value::of_int(std::popcount(bits_of(a[0])));
}

Value whole_signum(Run& /*run*/, const Value* a) {
    return Value::of_int(a[0].as_whole() > 0 ? 1 : a[0].as_whole() < 0 ? -1 : 0);
}

template <Operator op>
Value with(Run& run, const Value* a) {
    return apply(run, op, a[0], a[1]);
}

Value greater_of(Run& /*run*/, const Value* a) {
    if (a[0].is_real()) {
        const double most = java_max(a[0].as_real(), a[1].as_real());
        return a[0].is(Tag::float_) ? Value::of_float(static_cast<float>(most))
                                    : Value::of_double(most);
    }
    return a[0].as_whole() >= a[1].as_whole() ? a[0] : a[1];
}

Value lesser_of(Run& /*run*/, const Value* a) {
    if (a[0].is_real()) {
        const double least = java_min(a[0].as_real(), a[1].as_real());
        return a[0].is(Tag::float_) ? Value::of_float(static_cast<float>(least))
                                    : Value::of_double(least);
    }
    return a[0].as_whole() <= a[1].as_whole() ? a[0] : a[1];
}

Value is_nan(Run& /*run*/, const Value* a) {
    return Value::boolean(std::isnan(a[0].as_real()));
}

Value is_infinite(Run& /*run*/, const Value* a) {
    return Value::boolean(std::isinf(a[0].as_real()));
}

Value is_finite(Run& /*run*/, const Value* a) {
    return Value::boolean(std::isfinite(a[0].as_real()));
}

Value double_bits(Run& /*run*/, const Value* a) {
    return Value::of_long(std::bit_cast<std::int64_t>(a[0].as_real()));
}

// -- characters -----------------------------------------------------------------------------------

bool between(const Value& value, char from, char to) {
    return value.as_whole() >= from && value.as_whole() <= to;
}

Value is_digit(Run& /*run*/, const Value* a) {
    return Value::boolean(between(a[0], '0', '9'));
}

Value is_letter(Run& /*run*/, const Value* a) {
    return Value::boolean(between(a[0], 'a', 'z') || between(a[0], 'A', 'Z') ||
                          (a[0].as_whole() >= 0xC0 && a[0].as_whole() != 0xD7 &&
                           a[0].as_whole() != 0xF7 && a[0].as_whole() < 0x2000));
}

Value is_letter_or_digit(Run& run, const Value* a) {
    return Value::boolean(is_digit(run, a).as_boolean() || is_letter(run, a).as_boolean());
}

Value is_whitespace(Run& /*run*/, const Value* a) {
    return Value::boolean(between(a[0], 9, 13) || between(a[0], 28, 32));
}

Value is_upper(Run& /*run*/, const Value* a) {
    return Value::boolean(between(a[0], 'A', 'Z'));
}

Value is_lower(Run& /*run*/, const Value* a) {
    return Value::boolean(between(a[0], 'a', 'z'));
}

Value char_upper(Run& /*run*/, const Value* a) {
    return between(a[0], 'a', 'z') ? Value::whole(Tag::character, a[0].as_whole() - 32) : a[0];
}

Value char_lower(Run& /*run*/, const Value* a) {
    return between(a[0], 'A', 'Z') ? Value::whole(Tag::character, a[0].as_whole() + 32) : a[0];
}

Value numeric_value(Run& /*run*/, const Value* a) {
    if (between(a[0], '0', '9')) return Value::of_int(a[0].as_whole() - '0');
    if (between(a[0], 'a', 'z')) return Value::of_int(a[0].as_whole() - 'a' + 10);
    if (between(a[0], 'A', 'Z')) return Value::of_int(a[0].as_whole() - 'A' + 10);
    return Value::of_int(-1);
}

constexpr MethodRow rows[] = {
    {Class::math, "static double abs(double)", of_one<abs_of>},
    {Class::math, "static double acos(double)", of_one<std::acos>},
    {Class::math, "static double asin(double)", of_one<std::asin>},
    {Class::math, "static double atan(double)", of_one<std::atan>},
    {Class::math, "static double atan2(double, double)", of_two<std::atan2>},
    {Class::math, "static double cbrt(double)", of_one<cube_root>},
    {Class::math, "static double ceil(double)", of_one<std::ceil>},
    {Class::math, "static double copySign(double, double)", of_two<std::copysign>},
    {Class::math, "static double cos(double)", of_one<std::cos>},
    {Class::math, "static double cosh(double)", of_one<std::cosh>},
    {Class::math, "static double exp(double)", of_one<std::exp>},
    {Class::math, "static double expm1(double)", of_one<std::expm1>},
    {Class::math, "static double floor(double)", of_one<std::floor>},
    {Class::math, "static double hypot(double, double)", of_two<std::hypot>},
    {Class::math, "static double IEEEremainder(double, double)", of_two<std::remainder>},
    {Class::math, "static double log(double)", of_one<std::log>},
    {Class::math, "static double log10(double)", of_one<std::log10>},
    {Class::math, "static double log1p(double)", of_one<std::log1p>},
    {Class::math, "static double max(double, double)", of_two<java_max>},
    {Class::math, "static double min(double, double)", of_two<java_min>},
    {Class::math, "static double nextAfter(double, double)", of_two<std::nextafter>},
    {Class::math, "static double nextDown(double)", of_one<next_down>},
    {Class::math, "static double nextUp(double)", of_one<next_up>},
    {Class::math, "static double pow(double, double)", of_two<java_pow>},
    {Class::math, "static double rint(double)", of_one<std::nearbyint>},
    {Class::math, "static long round(double)", round_double},
    {Class::math, "static double signum(double)", of_one<signum>},
    {Class::math, "static double sin(double)", of_one<std::sin>},
    {Class::math, "static double sinh(double)", of_one<std::sinh>},
    {Class::math, "static double sqrt(double)", of_one<std::sqrt>},
    {Class::math, "static double tan(double)", of_one<std::tan>},
    {Class::math, "static double tanh(double)", of_one<std::tanh>},
    {Class::math, "static double toDegrees(double)", of_one<to_degrees>},
    {Class::math, "static double toRadians(double)", of_one<to_radians>},
    {Class::math, "static double ulp(double)", of_one<ulp>},
    {Class::number, "byte byteValue()", as<Class::byte>},
    {Class::number, "short shortValue()", as<Class::short_>},
    {Class::number, "int intValue()", as<Class::int_>},
    {Class::number, "long longValue()", as<Class::long_>},
    {Class::number, "float floatValue()", as<Class::float_>},
    {Class::number, "double doubleValue()", as<Class::double_>},
    {Class::comparable, "int compareTo(def)", compare_to},
    {Class::boxed_int, "static int parseInt(String)", parse_int},
    {Class::boxed_int, "static int parseInt(String, int)", parse_int_in},
    {Class::boxed_int, "static Integer valueOf(int)", same},
    {Class::boxed_int, "static String toString(int)", text_of},
    {Class::boxed_int, "static String toString(int, int)", in_radix},
    {Class::boxed_int, "static String toHexString(int)", to_hex},
    {Class::boxed_int, "static String toBinaryString(int)", to_binary},
    {Class::boxed_int, "static String toOctalString(int)", to_octal},
    {Class::boxed_int, "static int compare(int, int)", compare_values},
    {Class::boxed_int, "static int bitCount(int)", bit_count},
    {Class::boxed_int, "static int signum(int)", whole_signum},
    {Class::boxed_int, "static int sum(int, int)", with<Operator::add>},
    {Class::boxed_int, "static int max(int, int)", greater_of},
    {Class::boxed_int, "static int min(int, int)", lesser_of},
    {Class::boxed_long, "static long parseLong(String)", parse_long},
    {Class::boxed_long, "static long parseLong(String, int)", parse_long_in},
    {Class::boxed_long, "static Long valueOf(long)", same},
    {Class::boxed_long, "static String toString(long)", text_of},
    {Class::boxed_long, "static String toString(long, int)", in_radix},
    {Class::boxed_long, "static String toHexString(long)", to_hex},
    {Class::boxed_long, "static String toBinaryString(long)", to_binary},
    {Class::boxed_long, "static String toOctalString(long)", to_octal},
    {Class::boxed_long, "static int compare(long, long)", compare_values},
    {Class::boxed_long, "static int bitCount(long)", bit_count},
    {Class::boxed_long, "static int signum(long)", whole_signum},
    {Class::boxed_long, "static long sum(long, long)", with<Operator::add>},
    {Class::boxed_long, "static long max(long, long)", greater_of},
    {Class::boxed_long, "static long min(long, long)", lesser_of},
    {Class::boxed_double, "static double parseDouble(String)", parse_double},
    {Class::boxed_double, "static Double valueOf(double)", same},
    {Class::boxed_double, "static String toString(double)", text_of},
    {Class::boxed_double, "static int compare(double, double)", compare_values},
    {Class::boxed_double, "static boolean isNaN(double)", is_nan},
    {Class::boxed_double, "static boolean isInfinite(double)", is_infinite},
    {Class::boxed_double, "static boolean isFinite(double)", is_finite},
    {Class::boxed_double, "boolean isNaN()", is_nan},
    {Class::boxed_double, "boolean isInfinite()", is_infinite},
    {Class::boxed_double, "static long doubleToLongBits(double)", double_bits},
    {Class::boxed_double, "static double sum(double, double)", with<Operator::add>},
    {Class::boxed_double, "static double max(double, double)", greater_of},
    {Class::boxed_double, "static double min(double, double)", lesser_of},
    {Class::boxed_float, "static float parseFloat(String)", parse_float},
    {Class::boxed_float, "static Float valueOf(float)", same},
    {Class::boxed_float, "static String toString(float)", text_of},
    {Class::boxed_float, "static int compare(float, float)", compare_values},
    {Class::boxed_float, "boolean isNaN()", is_nan},
    {Class::boxed_boolean, "static boolean parseBoolean(String)", parse_boolean},
    {Class::boxed_boolean, "static Boolean valueOf(boolean)", same},
    {Class::boxed_boolean, "static String toString(boolean)", text_of},
    {Class::boxed_boolean, "static int compare(boolean, boolean)", compare_values},
    {Class::boxed_boolean, "static boolean logicalAnd(boolean, boolean)", with<Operator::bit_and>},
    {Class::boxed_boolean, "static boolean logicalOr(boolean, boolean)", with<Operator::bit_or>},
    {Class::boxed_boolean, "boolean booleanValue()", same},
    {Class::boxed_character, "static boolean isDigit(int)", is_digit},
    {Class::boxed_character, "static boolean isLetter(int)", is_letter},
    {Class::boxed_character, "static boolean isLetterOrDigit(int)", is_letter_or_digit},
    {Class::boxed_character, "static boolean isWhitespace(int)", is_whitespace},
    {Class::boxed_character, "static boolean isUpperCase(int)", is_upper},
    {Class::boxed_character, "static boolean isLowerCase(int)", is_lower},
    {Class::boxed_character, "static char toUpperCase(char)", char_upper},
    {Class::boxed_character, "static char toLowerCase(char)", char_lower},
    {Class::boxed_character, "static int getNumericValue(int)", numeric_value},
    {Class::boxed_character, "static Character valueOf(char)", same},
    {Class::boxed_character, "static String toString(char)", text_of},
    {Class::boxed_character, "static int compare(char, char)", compare_values},
    {Class::boxed_character, "char charValue()", same},
};

}  // namespace

std::span<const MethodRow> number_methods() {
    return rows;
}

std::span<const Constant> number_constants() {
    static const Constant constants[] = {
        {Class::math, "PI", Value::of_double(M_PI), Class::double_},
        {Class::math, "E", Value::of_double(M_E), Class::double_},
        {Class::boxed_int, "MAX_VALUE", Value::of_int(std::numeric_limits<std::int32_t>::max()),
         Class::int_},
        {Class::boxed_int, "MIN_VALUE", Value::of_int(std::numeric_limits<std::int32_t>::min()),
         Class::int_},
        {Class::boxed_long, "MAX_VALUE", Value::of_long(std::numeric_limits<std::int64_t>::max()),
         Class::long_},
        {Class::boxed_long, "MIN_VALUE", Value::of_long(std::numeric_limits<std::int64_t>::min()),
         Class::long_},
        {Class::boxed_double, "MAX_VALUE", Value::of_double(std::numeric_limits<double>::max()),
         Class::double_},
        {Class::boxed_double, "MIN_VALUE",
         Value::of_double(std::numeric_limits<double>::denorm_min()), Class::double_},
        {Class::boxed_double, "NaN", Value::of_double(std::nan("")), Class::double_},
        {Class::boxed_double, "POSITIVE_INFINITY",
         Value::of_double(std::numeric_limits<double>::infinity()), Class::double_},
        {Class::boxed_double, "NEGATIVE_INFINITY",
         Value::of_double(-std::numeric_limits<double>::infinity()), Class::double_},
        {Class::boxed_float, "MAX_VALUE", Value::of_float(std::numeric_limits<float>::max()),
         Class::float_},
        {Class::boxed_short, "MAX_VALUE", Value::whole(Tag::short_, 32767), Class::short_},
        {Class::boxed_short, "MIN_VALUE", Value::whole(Tag::short_, -32768), Class::short_},
        {Class::boxed_byte, "MAX_VALUE", Value::whole(Tag::byte, 127), Class::byte},
        {Class::boxed_byte, "MIN_VALUE", Value::whole(Tag::byte, -128), Class::byte},
        {Class::boxed_boolean, "TRUE", Value::boolean(true), Class::boxed_boolean},
        {Class::boxed_boolean, "FALSE", Value::boolean(false), Class::boxed_boolean},
    };
    return constants;
}

}  // namespace elkhorn::script
