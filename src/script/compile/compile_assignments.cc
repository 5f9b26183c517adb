// script/compile/compile_assignments.cc -- =, += and the like, ++ and --, and the places that they
// change.

#include "script/compile/compiler.h"
#include "script/value/java_text.h"

#include <fmt/format.h>

namespace elkhorn::script {

std::optional<Compiler::Target> Compiler::member_target(const Syntax& syntax) {
    if (is_role(*syntax.parts[0], Role::params)) program_->params_only_read = false;
    Coded of = expression(*syntax.parts[0]);
    if (!of) return std::nullopt;
    const Type type = of.type;
    if (type.is_array()) {
        fail(syntax.at,
             syntax.text == "length"
                 ? "invalid assignment: cannot assign a value write to read-only field [length] "
                   "for an array."
                 : fmt::format("Field [{}] does not exist for type [{}].", syntax.text,
                               name_of(type)));
        return std::nullopt;
    }
    const bool list_place =
        is_kind_of(type.of, Class::list) && parse_java_integer(syntax.text, 10).has_value();
    std::string setter = "set" + syntax.text;
    if (setter[3] >= 'a' && setter[3] <= 'z') setter[3] = static_cast<char>(setter[3] - 'a' + 'A');
    const bool settable = type.is_def() || is_kind_of(type.of, Class::map) || list_place ||
                          find_method(type.of, setter, 1, false) != nullptr;
    if (!settable || type.is_primitive()) {
        fail(syntax.at, fmt::format("field [{}, {}] not found", name_of(type), syntax.text));
        return std::nullopt;
    }
    return Target{member_place(std::move(of.expression), syntax.text), Class::def};
}

std::optional<Compiler::Target> Compiler::target(const Syntax& syntax) {
    switch (syntax.kind) {
        case Kind::name: {
            const Name* name = find_name(*frame_, syntax.text);
            if (name == nullptr) {
                const bool context = context_name(syntax).expression != nullptr;
                if (context)
                    fail(syntax.at, fmt::format("Variable [{}] is read-only.", syntax.text));
                else
                    fail(syntax.at, fmt::format("cannot resolve symbol [{}]", syntax.text));
                return std::nullopt;
            }
            if (name->read_only) {
                fail(syntax.at, fmt::format("Variable [{}] is read-only.", syntax.text));
                return std::nullopt;
            }
            return Target{local_place(name->slot), name->type};
        }
        case Kind::member: return member_target(syntax);
        case Kind::index: {
            if (is_role(*syntax.parts[0], Role::params)) program_->params_only_read = false;
            Coded of = expression(*syntax.parts[0]);
            if (!of) return std::nullopt;
            const Type type = of.type;
            const bool listed = type.is_array() || is_kind_of(type.of, Class::list);
            if (!type.is_def() && !listed && !is_kind_of(type.of, Class::map)) {
                fail(syntax.at, fmt::format("Illegal array access on type [{}].", name_of(type)));
                return std::nullopt;
            }
            Coded by = listed ? wanted(*syntax.parts[1], Class::int_)
                              : wanted(*syntax.parts[1], Class::def);
            if (!by) return std::nullopt;
            return Target{index_place(std::move(of.expression), std::move(by.expression)),
                          type.is_array() ? type.element() : Type(Class::def)};
        }
        case Kind::whole:
        case Kind::real:
            fail(syntax.at, fmt::format("invalid assignment: cannot assign a value to numeric "
                                        "constant [{}]",
                                        syntax.text));
            return std::nullopt;
        default:
            fail(syntax.at, "invalid assignment: cannot assign a value to this expression");
            return std::nullopt;
    }
}

Compiler::Coded Compiler::assign(const Syntax& syntax, const Want& /*want*/) {
    auto place = target(*syntax.parts[0]);
    if (!place) return {};
    const Type type = place->type;
    if (syntax.text == "=") {
        Coded value = wanted(*syntax.parts[1], type);
        if (!value) return value;
        return {assignment(syntax.at, std::move(place->place), std::move(value.expression)), type};
    }
    Coded value = expression(*syntax.parts[1]);
    if (!value) return value;
    Update how;
    how.type = type;
    how.op = *operator_of(syntax.text);
    const Type text = Class::string;
    how.joins_texts = how.op == Operator::add && (type == text || value.type == text);
    const bool bits = how.op >= Operator::bit_and;
    const bool booleans = type.is_boolean() && value.type.is_boolean() &&
                          how.op >= Operator::bit_and && how.op <= Operator::bit_xor;
    const auto number = [](Type one) {
        return one.is_def() || one.is_numeric() || unboxed(one).has_value();
    };
    const bool numbers = number(type) && number(value.type) && promoted(type, value.type, !bits);
    if (!how.joins_texts && !booleans && !numbers) {
        return fail(syntax.at,
                    fmt::format("invalid compound assignment: cannot apply [{}=] to "
                                "types [{}] and [{}]",
                                syntax.text, name_of(type), name_of(value.type)),
                    "class_cast_exception");
    }
    return {update(syntax.at, std::move(place->place), std::move(value.expression), how), type};
}

Compiler::Coded Compiler::step(const Syntax& syntax, const Want& /*want*/) {
    auto place = target(*syntax.parts[0]);
    if (!place) return {};
    const Type type = place->type;
    const bool number = type.is_def() || type.is_numeric() || unboxed(type).has_value();
    if (!number) {
        return fail(
            syntax.at,
            fmt::format("invalid compound assignment: cannot apply [{}=] to "
                        "types [{}] and [int]",
                        syntax.text.find('+') != std::string::npos ? '+' : '-', name_of(type)),
            "class_cast_exception");
    }
    Update how;
    how.type = type;
    how.op = syntax.text.find('+') != std::string::npos ? Operator::add : Operator::subtract;
    how.gives_old = syntax.text[0] == 'p';
    return {update(syntax.at, std::move(place->place), constant(syntax.at, Value::of_int(1)), how),
            type};
}

}  // namespace elkhorn::script
