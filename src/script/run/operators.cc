// script/run/operators.cc -- arithmetic, comparison and conversion as Java and `def` have them.

#include "script/run/node.h"
#include "script/value/java_text.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cmath>

namespace elkhorn::script {
namespace {

constexpr std::array<std::string_view, 19> symbols = {"+",  "-",  "*",  "/",   "%",  "&",  "|",
                                                      "^",  "<<", ">>", ">>>", "<",  "<=", ">",
                                                      ">=", "==", "!=", "===", "!=="};

/// int, long, float or double: what both become.
Tag promoted(const Value& a, const Value& b) {
    const Tag most = std::max(a.tag(), b.tag());
    return most < Tag::int_ ? Tag::int_ : most;
}

std::string shown_type(const Value& value) {
    return value.is_null() ? "null" : name_of(type_of(value));
}

Value refuse_operands(Run& run, Operator op, const Value& a, const Value& b) {
    if (a.is_null() || b.is_null()) return raise_null(run, a.is_null() ? "left" : "right");
    return run.raise(Class::class_cast,
                     fmt::format("Cannot apply [{}] operation to types [{}] and [{}]",
                                 symbol_of(op), shown_type(a), shown_type(b)));
}

std::int64_t wrap(Tag tag, std::uint64_t bits) {
    return tag == Tag::long_ ? static_cast<std::int64_t>(bits)
                             : static_cast<std::int32_t>(static_cast<std::uint32_t>(bits));
}

Value whole_arithmetic(Run& run, Operator op, Tag tag, std::int64_t a, std::int64_t b) {
    const auto x = static_cast<std::uint64_t>(a);
    const auto y = static_cast<std::uint64_t>(b);
    switch (op) {
        case Operator::add: return Value::whole(tag, wrap(tag, x + y));
        case Operator::subtract: return Value::whole(tag, wrap(tag, x - y));
        case Operator::multiply: return Value::whole(tag, wrap(tag, x * y));
        case Operator::bit_and: return Value::whole(tag, a & b);
        case Operator::bit_or: return Value::whole(tag, a | b);
        case Operator::bit_xor: return Value::whole(tag, a ^ b);
        case Operator::less: return Value::boolean(a < b);
        case Operator::less_equal: return Value::boolean(a <= b);
        case Operator::greater: return Value::boolean(a > b);
        case Operator::greater_equal: return Value::boolean(a >= b);
        default: break;
    }
    if (b == 0) return run.raise(Class::arithmetic, "/ by zero");
    if (b == -1) return Value::whole(tag, op == Operator::divide ? wrap(tag, 0 - x) : 0);
    return Value::whole(tag, op == Operator::divide ? a / b : a % b);
}

template <typename Real>
double real_arithmetic(Operator op, Real a, Real b) {
    switch (op) {
        case Operator::add: return static_cast<double>(a + b);
        case Operator::subtract: return static_cast<double>(a - b);
        case Operator::multiply: return static_cast<double>(a * b);
        case Operator::divide: return static_cast<double>(a / b);
        default: return static_cast<double>(std::fmod(a, b));
    }
}

bool compare_reals(Operator op, double a, double b) {
    switch (op) {
        case Operator::less: return a < b;
        case Operator::less_equal: return a <= b;
        case Operator::greater: return a > b;
        default: return a >= b;
    }
}

bool is_comparison(Operator op) {
    return op >= Operator::less && op <= Operator::greater_equal;
}

bool is_bitwise(Operator op) {
    return op >= Operator::bit_and && op <= Operator::bit_xor;
}

bool is_shift(Operator op) {
    return op >= Operator::shift_left && op <= Operator::shift_right_unsigned;
}

Value shift(Run& run, Operator op, const Value& a, const Value& b) {
    if (!a.is_whole() || !b.is_whole()) return refuse_operands(run, op, a, b);
    const bool is_long = a.is(Tag::long_);
    const auto by = static_cast<unsigned>(b.as_whole()) & (is_long ? 63U : 31U);
    const Tag tag = is_long ? Tag::long_ : Tag::int_;
    const std::int64_t value = a.as_whole();
    switch (op) {
        case Operator::shift_left:
            return Value::whole(tag, wrap(tag, static_cast<std::uint64_t>(value) << by));
        case Operator::shift_right: return Value::whole(tag, value >> by);
        default:
            return is_long ? Value::of_long(
                                 static_cast<std::int64_t>(static_cast<std::uint64_t>(value) >> by))
                           : Value::of_int(static_cast<std::int32_t>(
                                 static_cast<std::uint32_t>(value) >> by));
    }
}

Value apply_others(Run& run, Operator op, const Value& a, const Value& b) {
    if (op == Operator::add && (a.is_text() || b.is_text())) return concatenate(run, a, b);
    if (is_bitwise(op) && a.is(Tag::boolean) && b.is(Tag::boolean)) {
        const bool x = a.as_boolean();
        const bool y = b.as_boolean();
        return Value::boolean(op == Operator::bit_and  ? x && y
                              : op == Operator::bit_or ? x || y
                                                       : x != y);
    }
    return refuse_operands(run, op, a, b);
}

}  // namespace

std::string_view symbol_of(Operator op) {
    return symbols[static_cast<std::size_t>(op)];
}

Value concatenate(Run& run, const Value& a, const Value& b) {
    std::string text = java_text(a);
    text += java_text(b);
    return run.text(text);
}

bool equal_values(const Value& a, const Value& b) {
    if (a.is_number() && b.is_number()) {
        const Tag tag = promoted(a, b);
        if (tag <= Tag::long_) return a.as_whole() == b.as_whole();
        if (tag == Tag::float_)
            return static_cast<float>(a.as_double()) == static_cast<float>(b.as_double());
        return a.as_double() == b.as_double();
    }
    return equals(a, b);
}

Value apply(Run& run, Operator op, const Value& a, const Value& b) {
    switch (op) {
        case Operator::equal: return Value::boolean(equal_values(a, b));
        case Operator::not_equal: return Value::boolean(!equal_values(a, b));
        case Operator::same:
        case Operator::not_same: {
            const bool same =
                a.is_object() && b.is_object() ? a.as_object() == b.as_object() : equals(a, b);
            return Value::boolean(same == (op == Operator::same));
        }
        default: break;
    }
    if (!a.is_number() || !b.is_number()) return apply_others(run, op, a, b);
    if (is_shift(op)) return shift(run, op, a, b);
    const Tag tag = promoted(a, b);
    if (tag <= Tag::long_) return whole_arithmetic(run, op, tag, a.as_whole(), b.as_whole());
    if (is_bitwise(op)) return refuse_operands(run, op, a, b);
    if (is_comparison(op)) return Value::boolean(compare_reals(op, a.as_double(), b.as_double()));
    if (tag == Tag::double_)
        return Value::of_double(real_arithmetic(op, a.as_double(), b.as_double()));
    const auto narrow = [](const Value& v) {
        return v.is_real() ? static_cast<float>(v.as_real()) : static_cast<float>(v.as_whole());
    };
    return Value::of_float(static_cast<float>(real_arithmetic(op, narrow(a), narrow(b))));
}

Value negate(Run& run, const Value& value) {
    if (value.is(Tag::double_)) return Value::of_double(-value.as_real());
    if (value.is(Tag::float_)) return Value::of_float(static_cast<float>(-value.as_real()));
    if (value.is_whole()) {
        const Tag tag = value.is(Tag::long_) ? Tag::long_ : Tag::int_;
        return Value::whole(tag, wrap(tag, 0 - static_cast<std::uint64_t>(value.as_whole())));
    }
    if (value.is_null()) return raise_null(run, "value");
    return run.raise(Class::class_cast,
                     fmt::format("Cannot apply [-] operation to type [{}]", shown_type(value)));
}

Value complement(Run& run, const Value& value) {
    if (value.is_whole()) {
        const Tag tag = value.is(Tag::long_) ? Tag::long_ : Tag::int_;
        return Value::whole(tag, ~value.as_whole());
    }
    if (value.is_null()) return raise_null(run, "value");
    return run.raise(Class::class_cast,
                     fmt::format("Cannot apply [~] operation to type [{}]", shown_type(value)));
}

// -- casts ----------------------------------------------------------------------------------------

namespace {

bool widens(Class from, Class to) {
    if (from == to) return true;
    if (to == Class::character || from == Class::boolean || to == Class::boolean) return false;
    if (from == Class::character) return to >= Class::int_;
    return from < to;
}

std::string short_name(const Value& value) {
    const Type type = type_of(value);
    const auto primitive = unboxed(type);
    return name_of(primitive ? *primitive : type);
}

Value cannot_cast(Run& run, const Value& value, Type to, std::string_view how) {
    return run.raise(Class::class_cast, fmt::format("cannot {}cast def [{}] to {}", how,
                                                    short_name(value), name_of(to)));
}

Value to_primitive(Run& run, const Value& value, Type to, bool explicitly) {
    if (value.is_null()) return raise_null(run, "value");
    if (to.of == Class::boolean) {
        if (value.is(Tag::boolean)) return value;
        return cannot_cast(run, value, to, "");
    }
    if (value.is_number()) {
        const auto from = unboxed(type_of(value));
        if (explicitly || widens(from->of, to.of)) return convert(value, to.of);
        return cannot_cast(run, value, to, "implicitly ");
    }
    if (explicitly && to.of == Class::character && value.is_text()) {
        const std::u16string units = to_utf16(value.as_text());
        if (units.size() == 1) return Value::whole(Tag::character, units[0]);
        return run.raise(Class::class_cast,
                         "cannot cast java.lang.String with length not equal to one to char");
    }
    return cannot_cast(run, value, to, explicitly ? "explicitly " : "implicitly ");
}

std::string module_of(std::string_view name) {
    return name.starts_with("java.") ? "module java.base of loader 'bootstrap'"
                                     : "unnamed module of loader 'app'";
}

}  // namespace

Value cast_value(Run& run, const Value& value, Type to, bool explicitly) {
    if (to.is_def() || to == Type(Class::object)) return value;
    if (to.is_primitive()) return to_primitive(run, value, to, explicitly);
    if (value.is_null()) return value;
    if (const auto primitive = unboxed(to)) {
        if (value.is_number() || value.is(Tag::boolean)) {
            const Value converted = to_primitive(run, value, *primitive, explicitly);
            if (!converted.thrown()) return converted;
        }
        return cannot_cast(run, value, to, explicitly ? "explicitly " : "implicitly ");
    }
    if (to == Type(Class::string) && value.is(Tag::character)) {
        if (explicitly) return run.text(java_text(value));
        return cannot_cast(run, value, to, "implicitly ");
    }
    const Type type = type_of(value);
    if (type.dimensions == to.dimensions &&
        (to.is_array() ? type.of == to.of || to.of == Class::def || to.of == Class::object
                       : is_kind_of(type.of, to.of)))
        return value;
    if (object_as<ClosureObject>(value) != nullptr && functional_of(to.of).functional) return value;
    if (to == Type(Class::string)) return cannot_cast(run, value, to, "implicitly ");
    const std::string from = name_of(type);
    return run.raise(Class::class_cast,
                     fmt::format("class {} cannot be cast to class {} ({} and {} are in {})", from,
                                 name_of(to), from, name_of(to), module_of(from)));
}

}  // namespace elkhorn::script
