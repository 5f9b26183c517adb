// script/compile/compile_calls.cc -- members, methods, constructors, lambdas and references to
// methods.

#include "script/compile/compiler.h"
#include "script/value/java_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::script {

namespace {

constexpr std::size_t arguments_most = 15;

/// Of a functional interface.
std::string_view method_name(Class one) {
    switch (one) {
        case Class::predicate:
        case Class::bi_predicate: return "test";
        case Class::consumer:
        case Class::bi_consumer: return "accept";
        case Class::supplier: return "get";
        case Class::comparator: return "compare";
        case Class::to_int_function: return "applyAsInt";
        case Class::to_long_function: return "applyAsLong";
        case Class::to_double_function: return "applyAsDouble";
        default: return "apply";
    }
}

std::string accessor(std::string_view prefix, std::string_view name) {
    std::string made(prefix);
    made += name;
    char& first = made[prefix.size()];
    if (first >= 'a' && first <= 'z') first = static_cast<char>(first - 'a' + 'A');
    return made;
}

}  // namespace

bool Compiler::is_role(const Syntax& syntax, Role role) {
    if (syntax.kind != Kind::name || !frame_->names_context) return false;
    if (find_name(*frame_, syntax.text) != nullptr) return false;
    return std::ranges::any_of(context_.variables, [&](const Variable& one) {
        return one.role == role && one.name == syntax.text;
    });
}

/// The name in doc['name'], doc.name and doc.get('name'); null: it is something else.
const std::string* Compiler::doc_field_name(const Syntax& syntax) {
    if (syntax.parts.empty() || !is_role(*syntax.parts[0], Role::doc)) return nullptr;
    if (syntax.kind == Kind::member && syntax.extra.empty()) return &syntax.text;
    const bool indexed =
        syntax.kind == Kind::index || (syntax.kind == Kind::call && syntax.text == "get");
    const bool constant =
        indexed && syntax.parts.size() == 2 && syntax.parts[1]->kind == Kind::text;
    return constant ? &syntax.parts[1]->text : nullptr;
}

const Method* Compiler::getter(Class of, std::string_view name) const {
    for (const std::string_view prefix : {"get", "is"}) {
        if (const Method* method = find_method(of, accessor(prefix, name), 0, false)) return method;
    }
    return nullptr;
}

/// A class that is named where a value could stand: Math.abs.
std::optional<Class> Compiler::static_type(const Syntax& syntax) {
    if (syntax.kind != Kind::name || find_name(*frame_, syntax.text) != nullptr)
        return std::nullopt;
    const auto type = type_of_name(syntax.text);
    if (!type || type->is_array()) return std::nullopt;
    return type->of;
}

std::optional<Arguments> Compiler::arguments(const Syntax& syntax, std::size_t first,
                                             const Method* method) {
    Arguments made;
    if (syntax.parts.size() > first + arguments_most) {
        fail(syntax.at, "a call has more than 15 arguments");
        return std::nullopt;
    }
    for (std::size_t i = first; i < syntax.parts.size(); ++i) {
        const Type type = method == nullptr ? Type(Class::def) : method->parameters[i - first];
        Coded value = expression(*syntax.parts[i], {.type = type});
        if (value && value.type.is_void()) {
            fail(syntax.parts[i]->at,
                 fmt::format("Argument(s) cannot be of [void] type when calling method [{}].",
                             syntax.text));
            return std::nullopt;
        }
        value = cast(std::move(value), type, false, syntax.parts[i]->at, true);
        if (!value) return std::nullopt;
        made.push_back(std::move(value.expression));
    }
    return made;
}

/// a?.b: a is kept in a slot, and b is asked of that.
Compiler::Coded Compiler::null_safe(const Syntax& syntax) {
    Coded of = expression(*syntax.parts[0]);
    if (!of) return of;
    if (of.type.is_primitive())
        return fail(syntax.at, "Result of null safe operator must be nullable");
    const std::uint16_t slot = new_slot();
    Coded kept{local(syntax.at, slot), of.type};
    Coded rest = syntax.kind == Kind::member ? member_of(syntax, std::move(kept))
                                             : call_of(syntax, std::move(kept));
    if (!rest) return rest;
    if (rest.type.is_primitive())
        return fail(syntax.at, "Result of null safe operator must be nullable");
    return {
        script::null_safe(syntax.at, std::move(of.expression), slot, std::move(rest.expression)),
        rest.type};
}

Compiler::Coded Compiler::member(const Syntax& syntax) {
    if (const std::string* field = doc_field_name(syntax))
        return {doc_field(syntax.at, place_in(program_->fields, *field)), Class::def};
    if (const std::string* field = doc_field_name(*syntax.parts[0]);
        field != nullptr && syntax.text == "value" && syntax.extra.empty()) {
        return {doc_value(syntax.at, place_in(program_->fields, *field)), Class::def};
    }
    if (is_role(*syntax.parts[0], Role::params) && syntax.extra.empty())
        return {param_value(syntax.at, place_in(program_->params, syntax.text)), Class::def};
    if (const auto of = static_type(*syntax.parts[0])) {
        if (const Constant* found = find_constant(*of, syntax.text)) {
            Coded made{constant(syntax.at, found->value), found->type};
            return made;
        }
        return fail(syntax.at,
                    fmt::format("static field [{}, {}] not found", name_of(*of), syntax.text));
    }
    if (!syntax.extra.empty()) return null_safe(syntax);
    if (const std::string path = unknown_path(syntax); !path.empty())
        return fail(syntax.at, fmt::format("cannot resolve symbol [{}]", path));
    Coded of = expression(*syntax.parts[0]);
    return of ? member_of(syntax, std::move(of)) : Coded{};
}

/// a.b.c where nobody knows a; empty: somebody does.
std::string Compiler::unknown_path(const Syntax& syntax) {
    if (syntax.kind == Kind::name) {
        const bool known =
            find_name(*frame_, syntax.text) != nullptr ||
            std::ranges::any_of(context_.variables,
                                [&](const Variable& one) { return one.name == syntax.text; }) ||
            type_of_name(syntax.text).has_value();
        return known ? std::string() : syntax.text;
    }
    if (syntax.kind != Kind::member || !syntax.extra.empty()) return {};
    const std::string before = unknown_path(*syntax.parts[0]);
    return before.empty() ? before : before + "." + syntax.text;
}

Compiler::Coded Compiler::member_of(const Syntax& syntax, Coded of) {
    const Type type = of.type;
    if (type.is_def()) return {member_of_value(syntax, std::move(of.expression)), Class::def};
    if (type.is_array()) {
        if (syntax.text != "length") {
            return fail(syntax.at, fmt::format("Field [{}] does not exist for type [{}].",
                                               syntax.text, name_of(type)));
        }
        return {member_of_value(syntax, std::move(of.expression)), Class::int_};
    }
    const Class of_class = type.is_primitive() ? boxed(type).of : type.of;
    if (const Method* method = getter(of_class, syntax.text))
        return {known_call(syntax.at, *method, std::move(of.expression), {}), method->result};
    if (is_kind_of(of_class, Class::map) || of_class == Class::doc_map)
        return {member_of_value(syntax, std::move(of.expression)), Class::def};
    if (is_kind_of(of_class, Class::list)) {
        if (parse_java_integer(syntax.text, 10) || syntax.text == "length") {
            const Type result = syntax.text == "length" ? Type(Class::int_) : Type(Class::def);
            return {member_of_value(syntax, std::move(of.expression)), result};
        }
        return fail(syntax.at, fmt::format("invalid list index [{}]", syntax.text));
    }
    return fail(syntax.at, fmt::format("field [{}, {}] not found", name_of(of_class), syntax.text));
}

ExpressionPtr Compiler::member_of_value(const Syntax& syntax, ExpressionPtr of) {
    return script::member_of(syntax.at, std::move(of), syntax.text);
}

Compiler::Coded Compiler::index(const Syntax& syntax) {
    if (const std::string* field = doc_field_name(syntax))
        return {doc_field(syntax.at, place_in(program_->fields, *field)), Class::def};
    if (is_role(*syntax.parts[0], Role::params) && syntax.parts[1]->kind == Kind::text) {
        const std::string& text = syntax.parts[1]->text;
        return {param_value(syntax.at, place_in(program_->params, text)), Class::def};
    }
    Coded of = expression(*syntax.parts[0]);
    if (!of) return of;
    const Type type = of.type;
    const bool listed = type.is_array() || is_kind_of(type.of, Class::list);
    const bool fits =
        type.is_def() || listed || is_kind_of(type.of, Class::map) || type.of == Class::doc_map;
    if (!fits) {
        return fail(syntax.at, fmt::format("Illegal array access on type [{}].", name_of(type)));
    }
    Coded place =
        listed ? wanted(*syntax.parts[1], Class::int_) : wanted(*syntax.parts[1], Class::def);
    if (!place) return place;
    const Type result = type.is_array() ? type.element() : Type(Class::def);
    return {index_of(syntax.at, std::move(of.expression), std::move(place.expression)), result};
}

Compiler::Coded Compiler::call(const Syntax& syntax) {
    if (const std::string* field = doc_field_name(syntax))
        return {doc_field(syntax.at, place_in(program_->fields, *field)), Class::def};
    if (const auto of = static_type(*syntax.parts[0])) return static_call(syntax, *of);
    if (!syntax.extra.empty()) return null_safe(syntax);
    Coded of = expression(*syntax.parts[0]);
    return of ? call_of(syntax, std::move(of)) : Coded{};
}

Compiler::Coded Compiler::call_of(const Syntax& syntax, Coded of) {
    const std::size_t count = syntax.parts.size() - 1;
    if (of.type.is_def()) {
        auto rest = arguments(syntax, 1, nullptr);
        if (!rest) return {};
        return {found_call(syntax.at, syntax.text, program_->sites++, std::move(of.expression),
                           std::move(*rest)),
                Class::def};
    }
    const Class of_class = of.type.is_primitive() ? boxed(of.type).of : of.type.of;
    const Method* method =
        of.type.is_array() ? nullptr : find_method(of_class, syntax.text, count, false);
    if (method == nullptr) {
        // An object of a functional interface is called by whatever its method's name is.
        if (functional_of(of_class).functional &&
            functional_of(of_class).parameters == static_cast<int>(count)) {
            auto rest = arguments(syntax, 1, nullptr);
            if (!rest) return {};
            return cast({found_call(syntax.at, syntax.text, program_->sites++,
                                    std::move(of.expression), std::move(*rest)),
                         Class::def},
                        functional_of(of_class).result.is_void() ? Type(Class::def)
                                                                 : functional_of(of_class).result,
                        false, syntax.at);
        }
        return fail(syntax.at, fmt::format("member method [{}, {}/{}] not found",
                                           of.type.is_array() ? name_of(of.type)
                                                              : std::string(name_of(of_class)),
                                           syntax.text, count));
    }
    auto rest = arguments(syntax, 1, method);
    if (!rest) return {};
    return {known_call(syntax.at, *method, std::move(of.expression), std::move(*rest)),
            method->result};
}

Compiler::Coded Compiler::static_call(const Syntax& syntax, Class of) {
    const std::size_t count = syntax.parts.size() - 1;
    const Method* method = find_method(of, syntax.text, count, true);
    if (method == nullptr) {
        return fail(syntax.at, fmt::format("static method [{}, {}/{}] not found", name_of(of),
                                           syntax.text, count));
    }
    auto rest = arguments(syntax, 1, method);
    if (!rest) return {};
    return {known_call(syntax.at, *method, nullptr, std::move(*rest)), method->result};
}

Compiler::Coded Compiler::call_own(const Syntax& syntax) {
    const std::size_t count = syntax.parts.size();
    const auto it = own_.find(std::pair(syntax.text, count));
    if (it != own_.end()) {
        Method shape;
        shape.parameters = it->second->parameters;
        auto rest = arguments(syntax, 0, &shape);
        if (!rest) return {};
        return {own_call(syntax.at, *it->second, std::move(*rest)), it->second->result};
    }
    if (context_.emits && syntax.text == "emit") {
        auto rest = arguments(syntax, 0, nullptr);
        if (!rest) return {};
        return {emit_call(syntax.at, std::move(*rest)), Class::void_};
    }
    const Method* method =
        context_.score_functions ? find_own_function(syntax.text, count) : nullptr;
    if (method == nullptr) {
        return fail(syntax.at, fmt::format("Unknown call [{}] with [[{}]] arguments.", syntax.text,
                                           count == 0 ? "" : std::to_string(count)));
    }
    auto rest = arguments(syntax, 0, method);
    if (!rest) return {};
    return {known_call(syntax.at, *method, nullptr, std::move(*rest)), method->result};
}

Compiler::Coded Compiler::new_object(const Syntax& syntax) {
    const auto type = type_of_name(syntax.text);
    if (!type) return fail(syntax.at, fmt::format("Not a type [{}].", syntax.text));
    const Method* method = find_method(type->of, "new", syntax.parts.size(), true);
    if (method == nullptr) {
        return fail(syntax.at, fmt::format("constructor [{}, <init>/{}] not found", name_of(*type),
                                           syntax.parts.size()));
    }
    auto rest = arguments(syntax, 0, method);
    if (!rest) return {};
    return {known_call(syntax.at, *method, nullptr, std::move(*rest)), *type};
}

Compiler::Coded Compiler::lambda(const Syntax& syntax, const Want& want) {
    const Type type = want.type.value_or(Class::def);
    const Functional shape = functional_of(type.of);
    if (!type.is_def() && !shape.functional) {
        return fail(syntax.at, fmt::format("Cannot pass lambda to [{}], not a functional interface",
                                           name_of(type)));
    }
    if (shape.functional && shape.parameters != static_cast<int>(syntax.parameters.size())) {
        return fail(syntax.at, fmt::format("Incorrect number of parameters for [{}] in [{}]",
                                           method_name(type.of), name_of(type)));
    }
    auto made = std::make_unique<Function>();
    Function& function = *made;
    program_->functions.push_back(std::move(made));
    function.name = "lambda";
    Frame frame;
    frame.outer = frame_;
    frame.any_result = !shape.functional || shape.result.is_def() || shape.result.is_void();
    frame.result = shape.functional ? shape.result : Type(Class::def);
    frame.returns_last = !frame.result.is_void();
    frame.names_context = frame_->names_context;
    Frame* const outer = frame_;
    frame_ = &frame;
    frame.slots = syntax.parameters.size();
    for (std::size_t i = 0; i < syntax.parameters.size(); ++i) {
        const auto& parameter = syntax.parameters[i];
        const auto given =
            parameter.type.empty() ? std::optional(Type(Class::def)) : type_of_name(parameter.type);
        if (!given)
            return fail(parameter.at, fmt::format("cannot resolve type [{}]", parameter.type));
        if (find_name(*outer, parameter.name) != nullptr)
            return fail(parameter.at,
                        fmt::format("variable [{}] is already defined", parameter.name));
        frame.names.push_back({parameter.name, *given, static_cast<std::uint16_t>(i), false});
        function.parameters.push_back(*given);
    }
    function.result = frame.any_result ? Type(Class::void_) : frame.result;
    if (syntax.parts[0]->parts.empty()) return fail(syntax.at, "cannot generate empty lambda");
    if (!compile_body(function, frame, *syntax.parts[0], false)) return {};
    frame_ = outer;
    return {script::lambda(syntax.at, function, std::move(frame.captured_from)), type};
}

Compiler::Coded Compiler::reference(const Syntax& syntax, const Want& want) {
    const Type type = want.type.value_or(Class::def);
    if (!type.is_def() && !functional_of(type.of).functional) {
        return fail(syntax.at, fmt::format("Cannot pass lambda to [{}], not a functional interface",
                                           name_of(type)));
    }
    Reference made;
    made.name = syntax.text;
    if (syntax.extra == "this") {
        for (const auto& [key, function] : own_) {
            if (key.first == syntax.text) made.function = function;
        }
        if (made.function == nullptr)
            return fail(syntax.at,
                        fmt::format("function reference [this::{}] not found", syntax.text));
    } else if (!syntax.parts.empty()) {
        Coded bound = expression(*syntax.parts[0]);
        if (!bound) return bound;
        made.bound = std::move(bound.expression);
    } else {
        const auto of = type_of_name(syntax.extra);
        if (!of) return fail(syntax.at, fmt::format("Not a type [{}].", syntax.extra));
        made.of = of->of;
    }
    return {script::reference(syntax.at, std::move(made)), type};
}

}  // namespace elkhorn::script
