// script/compile/compile_expressions.cc -- literals, operators and names.

#include "base/strings.h"
#include "script/compile/compiler.h"
#include "script/value/java_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace elkhorn::script {

namespace {

/// As Painless calls them, a slip in one included.
std::string_view operator_name(Operator op) {
    constexpr std::string_view names[] = {"addition",
                                          "subtraction",
                                          "multiplication",
                                          "division",
                                          "remainder",
                                          "bitwise and",
                                          "boolean or",
                                          "bitwise xor",
                                          "left shift",
                                          "right shift",
                                          "unsigned shift",
                                          "less than",
                                          "less than or equals",
                                          "greater than",
                                          "greater than or equals",
                                          "equals",
                                          "not equals",
                                          "reference equals",
                                          "reference not equals"};
    return names[static_cast<std::size_t>(op)];
}

}  // namespace

/// What of an expression nobody uses.
std::string Compiler::unused(const Syntax& syntax) {
    switch (syntax.kind) {
        case Kind::whole:
        case Kind::real: return fmt::format("numeric constant [{}] not used", syntax.text);
        case Kind::text: return fmt::format("string constant [{}] not used", syntax.text);
        case Kind::boolean: return fmt::format("boolean constant [{}] not used", syntax.text);
        case Kind::null: return "null constant not used";
        case Kind::name: return fmt::format("variable [{}] not used", syntax.text);
        case Kind::member: return "result of dot operator [.] not used";
        case Kind::index: return "result of brace operator not used";
        case Kind::list: return "result not used from list initializer";
        case Kind::map: return "result not used from map initializer";
        case Kind::choose: return "result not used from conditional operation [?:]";
        case Kind::elvis: return "result not used from elvis operation [?:]";
        default: break;
    }
    const auto op = syntax.kind == Kind::binary ? operator_of(syntax.text) : std::nullopt;
    return op ? fmt::format("result not used from {} operation [{}]", operator_name(*op),
                            syntax.text)
              : std::string("result not used from this expression");
}

Compiler::Coded Compiler::expression(const Syntax& syntax, const Want& want) {
    const bool does = syntax.kind == Kind::assign || syntax.kind == Kind::step ||
                      syntax.kind == Kind::call || syntax.kind == Kind::call_own ||
                      syntax.kind == Kind::new_object;
    if (!want.read && syntax.kind == Kind::name && !name(syntax)) return {};
    if (!want.read && !does) return fail(syntax.at, "not a statement: " + unused(syntax));
    return expression_of(syntax, want);
}

Compiler::Coded Compiler::expression_of(const Syntax& syntax, const Want& want) {
    switch (syntax.kind) {
        case Kind::null: {
            Coded made{constant(syntax.at, Value()), Class::def};
            made.is_null = made.is_constant = true;
            return made;
        }
        case Kind::boolean: {
            Coded made{constant(syntax.at, Value::boolean(syntax.text == "true")), Class::boolean};
            made.is_constant = true;
            return made;
        }
        case Kind::text: {
            Coded made{text_constant(syntax.at, syntax.text), Class::string};
            made.is_constant = true;
            return made;
        }
        case Kind::whole: return whole_literal(syntax, want);
        case Kind::real: return real_literal(syntax);
        case Kind::regex: return regex_literal(syntax);
        case Kind::name: return name(syntax);
        case Kind::list: return list_literal(syntax);
        case Kind::map: return map_literal(syntax);
        case Kind::array_of: return array_literal(syntax);
        case Kind::new_array: return sized_array(syntax);
        case Kind::new_object: return new_object(syntax);
        case Kind::unary: return unary(syntax);
        case Kind::binary: return binary(syntax);
        case Kind::choose: return choose(syntax, want);
        case Kind::elvis: return elvis(syntax, want);
        case Kind::cast: return cast_syntax(syntax);
        case Kind::instance_of: return instance(syntax);
        case Kind::assign: return assign(syntax, want);
        case Kind::step: return step(syntax, want);
        case Kind::index: return index(syntax);
        case Kind::member: return member(syntax);
        case Kind::call: return call(syntax);
        case Kind::call_own: return call_own(syntax);
        case Kind::lambda: return lambda(syntax, want);
        case Kind::reference: return reference(syntax, want);
        default: return fail(syntax.at, "illegal tree structure");
    }
}

Compiler::Coded Compiler::wanted(const Syntax& syntax, Type type) {
    return cast(expression(syntax, {.type = type}), type, false, syntax.at);
}

Compiler::Coded Compiler::whole_literal(const Syntax& syntax, const Want& want) {
    std::string_view text = syntax.text;
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    const char suffix = text.back();
    Coded made;
    made.is_constant = true;
    if (!hex && (suffix == 'd' || suffix == 'D' || suffix == 'f' || suffix == 'F')) {
        Syntax real;
        real.at = syntax.at;
        real.text = syntax.text;
        return real_literal(real);
    }
    const bool is_long = suffix == 'l' || suffix == 'L';
    if (is_long) text.remove_suffix(1);
    int radix = 10;
    if (hex) {
        radix = 16;
        text.remove_prefix(2);
    } else if (text.size() > 1 && text[0] == '0') {
        radix = 8;
        text.remove_prefix(1);
    }
    auto value = parse_java_integer((negative ? "-" : "") + std::string(text), radix);
    constexpr std::int64_t int_most = std::numeric_limits<std::int32_t>::max();
    if (is_long) {
        if (!value) return fail(syntax.at, fmt::format("Invalid long constant [{}].", syntax.text));
        made.expression = constant(syntax.at, Value::of_long(*value));
        made.type = Class::long_;
        made.whole = *value;
        return made;
    }
    if (!value || *value > int_most || *value < -int_most - 1) {
        return fail(syntax.at, fmt::format("Invalid int constant [{}]. If you want a long constant "
                                           "then change it to [{}L].",
                                           text, text));
    }
    made.whole = *value;
    made.type = Class::int_;
    if (want.type == Type(Class::byte) && *value == static_cast<std::int8_t>(*value))
        made.type = Class::byte;
    if (want.type == Type(Class::short_) && *value == static_cast<std::int16_t>(*value))
        made.type = Class::short_;
    if (want.type == Type(Class::character) && *value == static_cast<std::uint16_t>(*value))
        made.type = Class::character;
    made.expression = constant(syntax.at, convert(Value::of_int(*value), made.type.of));
    return made;
}

Compiler::Coded Compiler::real_literal(const Syntax& syntax) {
    std::string_view text = syntax.text;
    const char suffix = text.back();
    const bool is_float = suffix == 'f' || suffix == 'F';
    const auto value = parse_java_double(text);
    Coded made;
    made.is_constant = true;
    if (is_float) {
        const float narrow = value ? static_cast<float>(*value) : 0.0F;
        if (!value || std::isinf(narrow))
            return fail(syntax.at, fmt::format("Invalid float constant [{}].", text));
        made.expression = constant(syntax.at, Value::of_float(narrow));
        made.type = Class::float_;
        return made;
    }
    if (!value || std::isinf(*value))
        return fail(syntax.at, fmt::format("Invalid double constant [{}].", text));
    made.expression = constant(syntax.at, Value::of_double(*value));
    made.type = Class::double_;
    return made;
}

Compiler::Coded Compiler::regex_literal(const Syntax& syntax) {
    constexpr std::string_view flags = "cilmsUux";
    for (const char flag : syntax.extra) {
        if (flags.find(flag) == flags.npos) {
            return fail(syntax.at,
                        fmt::format("invalid regular expression: unknown flag [{}]", flag));
        }
    }
    std::string problem;
    PatternPtr pattern = compile_pattern(syntax.text, syntax.extra, problem);
    if (pattern == nullptr) {
        return fail(syntax.at, fmt::format("invalid regular expression: could not compile regex "
                                           "constant [{}] with flags [{}]: {}",
                                           syntax.text, syntax.extra, problem));
    }
    return {pattern_constant(syntax.at, std::move(pattern)), Class::pattern};
}

Compiler::Coded Compiler::name(const Syntax& syntax) {
    if (const Name* found = find_name(*frame_, syntax.text))
        return {local(syntax.at, found->slot), found->type};
    if (Coded made = context_name(syntax)) return made;
    if (trouble_) return {};
    if (type_of_name(syntax.text)) {
        return fail(syntax.at, fmt::format("value required: instead found unexpected type [{}]",
                                           name_of(*type_of_name(syntax.text))));
    }
    return fail(syntax.at, fmt::format("cannot resolve symbol [{}]", syntax.text));
}

Compiler::Coded Compiler::context_name(const Syntax& syntax) {
    const Frame* outer = frame_;
    while (outer->outer != nullptr)
        outer = outer->outer;
    if (!outer->names_context) return {};
    for (const Variable& one : context_.variables) {
        if (one.name != syntax.text) continue;
        if (one.role == Role::params) program_->params_only_read = false;
        if (one.role == Role::score) program_->uses_score = true;
        return {role_value(syntax.at, one.role), one.type};
    }
    return {};
}

Compiler::Coded Compiler::list_literal(const Syntax& syntax) {
    Arguments items;
    for (const auto& part : syntax.parts) {
        Coded value = wanted(*part, Class::def);
        if (!value) return value;
        items.push_back(std::move(value.expression));
    }
    return {new_list(syntax.at, std::move(items), Class::array_list), Class::array_list};
}

Compiler::Coded Compiler::map_literal(const Syntax& syntax) {
    Arguments parts;
    for (const auto& part : syntax.parts) {
        Coded value = wanted(*part, Class::def);
        if (!value) return value;
        parts.push_back(std::move(value.expression));
    }
    return {new_map(syntax.at, std::move(parts)), Class::hash_map};
}

Compiler::Coded Compiler::array_literal(const Syntax& syntax) {
    const auto type = type_of_name(syntax.text);
    if (!type) return fail(syntax.at, fmt::format("Not a type [{}].", syntax.text));
    Arguments items;
    for (const auto& part : syntax.parts) {
        Coded value = wanted(*part, type->element());
        if (!value) return value;
        items.push_back(std::move(value.expression));
    }
    return {new_list(syntax.at, std::move(items), *type), *type};
}

Compiler::Coded Compiler::sized_array(const Syntax& syntax) {
    const auto type = type_of_name(syntax.text);
    if (!type) return fail(syntax.at, fmt::format("Not a type [{}].", syntax.text));
    Arguments sizes;
    for (const auto& part : syntax.parts) {
        Coded value = wanted(*part, Class::int_);
        if (!value) return value;
        sizes.push_back(std::move(value.expression));
    }
    return {new_array(syntax.at, std::move(sizes), *type), *type};
}

// -- operators ------------------------------------------------------------------------------------

std::optional<Operator> Compiler::operator_of(std::string_view symbol) {
    for (int i = 0; i <= static_cast<int>(Operator::not_same); ++i) {
        const auto op = static_cast<Operator>(i);
        if (symbol_of(op) == symbol) return op;
    }
    return std::nullopt;
}

/// What numbers of these types become together; nothing where neither is one. `real`: fractions may
/// be among them. Whether the other is one is found when it is cast.
std::optional<Type> Compiler::promoted(Type a, Type b, bool real) {
    if (a.is_def() || b.is_def()) return Type(Class::def);
    if (const auto inner = unboxed(a)) a = *inner;
    if (const auto inner = unboxed(b)) b = *inner;
    for (const Class one : {Class::double_, Class::float_, Class::long_}) {
        if (!real && one != Class::long_) continue;
        if (a == Type(one) || b == Type(one)) return Type(one);
    }
    const auto small = [](Type type) {
        return type.is_numeric() && type.of <= Class::int_;
    };
    return small(a) || small(b) ? std::optional(Type(Class::int_)) : std::nullopt;
}

Compiler::Coded Compiler::refuse_operator(std::uint32_t at, Operator op, Type a, Type b) {
    return fail(at,
                fmt::format("cannot apply the {} operator [{}] to the types [{}] and [{}]",
                            operator_name(op), symbol_of(op), name_of(a), name_of(b)),
                "class_cast_exception");
}

Compiler::Coded Compiler::unary(const Syntax& syntax) {
    if (syntax.text == "!") {
        Coded value = wanted(*syntax.parts[0], Class::boolean);
        if (!value) return value;
        return {negation(syntax.at, std::move(value.expression)), Class::boolean};
    }
    Coded value = expression(*syntax.parts[0]);
    if (!value) return value;
    const bool bits = syntax.text == "~";
    const auto type = promoted(value.type, value.type, !bits);
    if (!type) {
        return fail(syntax.at,
                    fmt::format("cannot apply the {} operator [{}] to the type [{}]",
                                bits                 ? "bitwise not"
                                : syntax.text == "-" ? "subtraction"
                                                     : "addition",
                                syntax.text, name_of(value.type)),
                    "class_cast_exception");
    }
    value = cast(std::move(value), *type, true, syntax.at);
    if (!value || syntax.text == "+") return value;
    return {bits ? bit_not(syntax.at, std::move(value.expression))
                 : minus(syntax.at, std::move(value.expression)),
            *type};
}

Compiler::Coded Compiler::logic(const Syntax& syntax) {
    Coded a = wanted(*syntax.parts[0], Class::boolean);
    if (!a) return a;
    Coded b = wanted(*syntax.parts[1], Class::boolean);
    if (!b) return b;
    return {syntax.text == "&&"
                ? and_also(syntax.at, std::move(a.expression), std::move(b.expression))
                : or_else(syntax.at, std::move(a.expression), std::move(b.expression)),
            Class::boolean};
}

Compiler::Coded Compiler::find(const Syntax& syntax) {
    Coded text = wanted(*syntax.parts[0], Class::def);
    if (!text) return text;
    Coded pattern = wanted(*syntax.parts[1], Class::pattern);
    if (!pattern) return pattern;
    return {find_pattern(syntax.at, std::move(text.expression), std::move(pattern.expression),
                         syntax.text == "==~"),
            Class::boolean};
}

Compiler::Coded Compiler::binary(const Syntax& syntax) {
    if (syntax.text == "&&" || syntax.text == "||") return logic(syntax);
    if (syntax.text == "=~" || syntax.text == "==~") return find(syntax);
    Coded a = expression(*syntax.parts[0]);
    if (!a) return a;
    Coded b = expression(*syntax.parts[1]);
    if (!b) return b;
    const auto op = operator_of(syntax.text);
    if (!op) return fail(syntax.at, "illegal tree structure");
    return *op >= Operator::less ? comparison(syntax.at, *op, std::move(a), std::move(b))
                                 : arithmetic(syntax.at, *op, std::move(a), std::move(b));
}

Compiler::Coded Compiler::arithmetic(std::uint32_t at, Operator op, Coded a, Coded b) {
    const bool bits = op >= Operator::bit_and && op <= Operator::bit_xor;
    const bool shifts = op >= Operator::shift_left;
    const Type text = Class::string;
    if (op == Operator::add && (a.type == text || b.type == text))
        return {concatenation(at, std::move(a.expression), std::move(b.expression)), text};
    if (op == Operator::bit_xor && a.type.is_boolean() && b.type.is_boolean()) {
        return {operation(at, op, std::move(a.expression), std::move(b.expression)),
                Class::boolean};
    }
    const bool divides = op == Operator::divide || op == Operator::remainder;
    if (divides && a.whole && b.whole && *b.whole == 0)
        return fail(at, "/ by zero", "arithmetic_exception");
    const auto type = shifts ? promoted(a.type, a.type, false) : promoted(a.type, b.type, !bits);
    if (!type || (shifts && !promoted(b.type, b.type, false)))
        return refuse_operator(at, op, a.type, b.type);
    if (type->is_def())
        return {operation(at, op, std::move(a.expression), std::move(b.expression)), *type};
    const bool known = !b.type.is_def();
    a = cast(std::move(a), *type, shifts, at);
    if (a && known) b = cast(std::move(b), shifts ? Type(Class::int_) : *type, shifts, at);
    if (!a || !b) return {};
    return {operation(at, op, std::move(a.expression), std::move(b.expression)), *type};
}

Compiler::Coded Compiler::comparison(std::uint32_t at, Operator op, Coded a, Coded b) {
    if (op >= Operator::equal) {
        if (a.is_null && b.is_null) return fail(at, "extraneous comparison of [null] constants");
        const bool mixed = (a.type.is_boolean() && b.type.is_numeric()) ||
                           (a.type.is_numeric() && b.type.is_boolean());
        if (mixed) {
            const Type number = a.type.is_boolean() ? b.type : a.type;
            return fail(at, fmt::format("Cannot cast from [boolean] to [{}].", name_of(number)),
                        "class_cast_exception");
        }
    } else {
        const auto type = promoted(a.type, b.type, true);
        if (!type) return refuse_operator(at, op, a.type, b.type);
        if (!type->is_def()) {
            a = cast(std::move(a), *type, false, at);
            if (a) b = cast(std::move(b), *type, false, at);
            if (!a || !b) return {};
        }
    }
    return {operation(at, op, std::move(a.expression), std::move(b.expression)), Class::boolean};
}

Compiler::Coded Compiler::choose(const Syntax& syntax, const Want& want) {
    ExpressionPtr test = test_of(*syntax.parts[0]);
    if (test == nullptr) return {};
    Coded yes = expression(*syntax.parts[1], want);
    if (!yes) return yes;
    Coded no = expression(*syntax.parts[2], want);
    if (!no) return no;
    Type type = yes.type;
    const bool given = want.type && !want.type->is_void() && !(*want.type == Type(Class::object));
    const auto is_number = [](Type one) {
        return one.is_numeric() || unboxed(one).has_value() || one.is_def();
    };
    if (given)
        type = *want.type;
    else if (is_number(yes.type) && is_number(no.type) && !yes.is_null && !no.is_null &&
             promoted(yes.type, no.type, true))
        type = *promoted(yes.type, no.type, true);
    else if (yes.is_null || no.is_null)
        type = (yes.is_null ? no : yes).type.is_primitive() ? Type(Class::object)
                                                            : (yes.is_null ? no : yes).type;
    else if (!(yes.type == no.type))
        type = yes.type.is_def() || no.type.is_def() ? Type(Class::def) : Type(Class::object);
    yes = cast(std::move(yes), type, false, syntax.parts[1]->at, given);
    if (yes) no = cast(std::move(no), type, false, syntax.parts[2]->at, given);
    if (!yes || !no) return {};
    return {choice(syntax.at, std::move(test), std::move(yes.expression), std::move(no.expression)),
            type};
}

Compiler::Coded Compiler::elvis(const Syntax& syntax, const Want& want) {
    if (want.type && want.type->is_primitive())
        return fail(syntax.at, "Elvis operator cannot return primitives");
    Coded first = expression(*syntax.parts[0], want);
    if (!first) return first;
    if (first.is_null) return fail(syntax.at, "Extraneous elvis operator. LHS is null.");
    if (first.is_constant) return fail(syntax.at, "Extraneous elvis operator. LHS is a constant.");
    if (first.type.is_primitive())
        return fail(syntax.at, "Extraneous elvis operator. LHS is a primitive.");
    Coded other = expression(*syntax.parts[1], want);
    if (!other) return other;
    if (other.is_null) return fail(syntax.at, "Extraneous elvis operator. RHS is null.");
    Type type = first.type == boxed(other.type) ? first.type : Type(Class::def);
    if (want.type && !want.type->is_void()) type = *want.type;
    first = cast(std::move(first), type, false, syntax.parts[0]->at, true);
    if (first) other = cast(std::move(other), type, false, syntax.parts[1]->at, true);
    if (!first || !other) return {};
    return {script::elvis(syntax.at, std::move(first.expression), std::move(other.expression)),
            type};
}

Compiler::Coded Compiler::cast_syntax(const Syntax& syntax) {
    const auto type = type_of_name(syntax.text);
    if (!type) return fail(syntax.at, fmt::format("cannot resolve type [{}]", syntax.text));
    Coded value = expression(*syntax.parts[0], {.type = *type});
    value = cast(std::move(value), *type, true, syntax.at);
    value.is_constant = false;
    return value;
}

Compiler::Coded Compiler::instance(const Syntax& syntax) {
    const auto type = type_of_name(syntax.text);
    if (!type) return fail(syntax.at, fmt::format("Not a type [{}].", syntax.text));
    Coded value = expression(*syntax.parts[0]);
    if (!value) return value;
    return {instance_of(syntax.at, std::move(value.expression), *type), Class::boolean};
}

}  // namespace elkhorn::script
