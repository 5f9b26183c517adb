// script/compile/compile_statements.cc -- statements, and which of them leave nothing behind them
// to do.

#include "script/compile/compiler.h"

#include <fmt/format.h>

namespace elkhorn::script {

Compiler::Said Compiler::refuse(std::uint32_t at, std::string reason) {
    fail(at, std::move(reason));
    return {};
}

Compiler::Said Compiler::block_of(const Syntax& syntax, bool last) {
    const std::size_t names = frame_->names.size();
    const std::size_t captured = frame_->captured_to.size();
    std::vector<StatementPtr> parts;
    Said made;
    for (std::size_t i = 0; i < syntax.parts.size(); ++i) {
        if (made.ends) return refuse(syntax.parts[i]->at, "invalid block: unreachable statement");
        Said part = statement(*syntax.parts[i], last && i + 1 == syntax.parts.size());
        if (!part) return {};
        made.ends = part.ends;
        made.breaks = made.breaks || part.breaks;
        made.continues = made.continues || part.continues;
        parts.push_back(std::move(part.statement));
    }
    // What was captured meanwhile stands before the names of this block.
    frame_->names.resize(names + frame_->captured_to.size() - captured);
    made.statement = block(syntax.at, std::move(parts));
    return made;
}

Compiler::Said Compiler::statement(const Syntax& syntax, bool last) {
    switch (syntax.kind) {
        case Kind::declare: return declaration(syntax);
        case Kind::if_: return if_statement(syntax, last);
        case Kind::while_: return while_statement(syntax);
        case Kind::do_: return do_statement(syntax);
        case Kind::for_: return for_statement(syntax);
        case Kind::each: return each_statement(syntax);
        case Kind::try_: return try_statement(syntax, last);
        case Kind::return_: return return_statement(syntax);
        case Kind::throw_: return throw_statement(syntax);
        case Kind::break_:
            if (frame_->loops == 0)
                return refuse(syntax.at, "invalid break statement: not inside loop");
            return {jump(syntax.at, Flow::break_), true, true};
        case Kind::continue_:
            if (frame_->loops == 0)
                return refuse(syntax.at, "invalid continue statement: not inside loop");
            return {jump(syntax.at, Flow::continue_), true, false, true};
        case Kind::block: return block_of(syntax, last);
        default: return expression_statement(syntax, last);
    }
}

Compiler::Said Compiler::declaration(const Syntax& syntax) {
    std::vector<StatementPtr> parts;
    for (std::size_t i = 0; i < syntax.parameters.size(); ++i) {
        const auto& one = syntax.parameters[i];
        const auto type = type_of_name(one.type);
        if (!type) {
            return refuse(one.at,
                          fmt::format("invalid declaration: cannot resolve type [{}]", one.type));
        }
        Coded value;
        if (syntax.parts[i] != nullptr) {
            value = wanted(*syntax.parts[i], *type);
        } else {
            const Value empty = type->is_boolean()   ? Value::boolean(false)
                                : type->is_numeric() ? convert(Value::of_int(0), type->of)
                                                     : Value();
            value.expression = constant(one.at, empty);
        }
        if (!value) return {};
        const Name* name = declare(one.name, *type, one.at);
        if (name == nullptr) return {};
        parts.push_back(set_local(one.at, name->slot, std::move(value.expression)));
    }
    if (parts.size() == 1) return {std::move(parts[0])};
    return {block(syntax.at, std::move(parts))};
}

/// A body of a loop that leaves it the first time, whatever happens.
bool Compiler::once(const Said& body) {
    return body.ends && !body.continues;
}

ExpressionPtr Compiler::test_of(const Syntax& syntax) {
    return wanted(syntax, Class::boolean).expression;
}

Compiler::Said Compiler::if_statement(const Syntax& syntax, bool last) {
    if (syntax.parts[0]->kind == Kind::boolean || syntax.parts[1]->parts.empty())
        return refuse(syntax.at, "extraneous if block");
    if (syntax.parts.size() > 2 && syntax.parts[2]->parts.empty())
        return refuse(syntax.at, "extraneous else block.");
    ExpressionPtr test = test_of(*syntax.parts[0]);
    if (test == nullptr) return {};
    Said yes = block_of(*syntax.parts[1], last);
    if (!yes) return {};
    Said no;
    if (syntax.parts.size() > 2) {
        no = block_of(*syntax.parts[2], last);
        if (!no) return {};
    }
    return {if_else(syntax.at, std::move(test), std::move(yes.statement), std::move(no.statement)),
            yes.ends && no.ends, yes.breaks || no.breaks, yes.continues || no.continues};
}

namespace {

bool is_true(const Syntax& syntax) {
    return syntax.kind == Syntax::Kind::boolean && syntax.text == "true";
}

}  // namespace

Compiler::Said Compiler::while_statement(const Syntax& syntax) {
    Loop how;
    const bool endless = is_true(*syntax.parts[0]);
    if (syntax.parts[0]->kind == Kind::boolean && !endless)
        return refuse(syntax.at, "extraneous while loop");
    if (!endless) {
        how.test = test_of(*syntax.parts[0]);
        if (how.test == nullptr) return {};
    }
    ++frame_->loops;
    Said body = block_of(*syntax.parts[1], false);
    --frame_->loops;
    if (!body) return {};
    if (endless && syntax.parts[1]->parts.empty())
        return refuse(syntax.at, "no paths escape from while loop");
    if (once(body)) return refuse(syntax.at, "extraneous while loop");
    how.body = std::move(body.statement);
    const bool ends = endless && !body.breaks;
    return {loop(syntax.at, std::move(how)), ends};
}

Compiler::Said Compiler::do_statement(const Syntax& syntax) {
    Loop how;
    ++frame_->loops;
    Said body = block_of(*syntax.parts[0], false);
    --frame_->loops;
    if (!body) return {};
    if (once(body) || syntax.parts[0]->parts.empty())
        return refuse(syntax.at, "extraneous do-while loop");
    const bool endless = is_true(*syntax.parts[1]);
    if (!endless) {
        how.test = test_of(*syntax.parts[1]);
        if (how.test == nullptr) return {};
    }
    how.body = std::move(body.statement);
    how.tests_last = true;
    const bool ends = endless && !body.breaks;
    return {loop(syntax.at, std::move(how)), ends};
}

Compiler::Said Compiler::for_statement(const Syntax& syntax) {
    const std::size_t names = frame_->names.size();
    const std::size_t captured = frame_->captured_to.size();
    Loop how;
    const Syntax& first = *syntax.parts[0];
    if (first.kind == Kind::declare) {
        Said said = declaration(first);
        if (!said) return {};
        how.first = std::move(said.statement);
    } else if (first.kind != Kind::empty) {
        Coded value = expression(first, {.read = false});
        if (!value) return {};
        how.first = evaluate(first.at, std::move(value.expression));
    }
    bool endless = syntax.parts[1]->kind == Kind::empty || is_true(*syntax.parts[1]);
    if (!endless) {
        how.test = test_of(*syntax.parts[1]);
        if (how.test == nullptr) return {};
    }
    if (syntax.parts[2]->kind != Kind::empty) {
        Coded value = expression(*syntax.parts[2], {.read = false});
        if (!value) return {};
        how.after = std::move(value.expression);
    }
    ++frame_->loops;
    Said body = block_of(*syntax.parts[3], false);
    --frame_->loops;
    if (!body) return {};
    if (endless && syntax.parts[3]->parts.empty())
        return refuse(syntax.at, "no paths escape from for loop");
    if (once(body)) return refuse(syntax.at, "extraneous for loop");
    how.body = std::move(body.statement);
    frame_->names.resize(names + frame_->captured_to.size() - captured);
    const bool ends = endless && !body.breaks;
    return {loop(syntax.at, std::move(how)), ends};
}

Compiler::Said Compiler::each_statement(const Syntax& syntax) {
    const auto type = type_of_name(syntax.extra);
    if (!type)
        return refuse(syntax.at,
                      fmt::format("invalid foreach loop: type [{}] not found", syntax.extra));
    if (syntax.parts[1]->parts.empty()) return refuse(syntax.at, "extraneous foreach loop");
    Coded over = expression(*syntax.parts[0]);
    if (!over) return {};
    const bool walks =
        over.type.is_def() || over.type.is_array() || is_kind_of(over.type.of, Class::iterable);
    if (!walks) {
        return refuse(syntax.parts[0]->at,
                      fmt::format("invalid foreach loop: cannot iterate over type [{}].",
                                  name_of(over.type)));
    }
    const std::size_t names = frame_->names.size();
    const std::size_t captured = frame_->captured_to.size();
    const Name* name = declare(syntax.text, *type, syntax.at);
    if (name == nullptr) return {};
    const std::uint16_t slot = name->slot;
    ++frame_->loops;
    Said body = block_of(*syntax.parts[1], false);
    --frame_->loops;
    if (!body) return {};
    if (once(body)) return refuse(syntax.at, "extraneous foreach loop");
    frame_->names.resize(names + frame_->captured_to.size() - captured);
    return {
        for_each(syntax.at, std::move(over.expression), slot, *type, std::move(body.statement))};
}

Compiler::Said Compiler::try_statement(const Syntax& syntax, bool last) {
    if (syntax.parts[0]->parts.empty()) return refuse(syntax.at, "extraneous try statement");
    Said body = block_of(*syntax.parts[0], last);
    if (!body) return {};
    Said made;
    made.ends = body.ends;
    made.breaks = body.breaks;
    made.continues = body.continues;
    std::vector<Catch> catches;
    for (std::size_t i = 1; i < syntax.parts.size(); ++i) {
        const Syntax& part = *syntax.parts[i];
        const auto& what = part.parameters[0];
        const auto type = type_of_name(what.type);
        if (!type || !is_kind_of(type->of, Class::exception)) {
            return refuse(what.at, fmt::format("cannot cast from [{}] to [java.lang.Exception]",
                                               type ? name_of(*type) : what.type));
        }
        const std::size_t names = frame_->names.size();
        const std::size_t captured = frame_->captured_to.size();
        const Name* name = declare(what.name, *type, what.at);
        if (name == nullptr) return {};
        Catch one;
        one.what = type->of;
        one.slot = name->slot;
        Said inner = block_of(*part.parts[0], last);
        if (!inner) return {};
        frame_->names.resize(names + frame_->captured_to.size() - captured);
        made.ends = made.ends && inner.ends;
        made.breaks = made.breaks || inner.breaks;
        made.continues = made.continues || inner.continues;
        one.body = std::move(inner.statement);
        catches.push_back(std::move(one));
    }
    made.statement = attempt(syntax.at, std::move(body.statement), std::move(catches));
    return made;
}

Compiler::Said Compiler::expression_statement(const Syntax& syntax, bool last) {
    const Syntax& inner = *syntax.parts[0];
    const bool returns = last && frame_->returns_last;
    Want want;
    want.read = returns;
    if (returns && !frame_->any_result) want.type = frame_->result;
    Coded value = expression(inner, want);
    if (!value) return {};
    if (!returns || value.type.is_void()) return {evaluate(syntax.at, std::move(value.expression))};
    if (!frame_->any_result) value = cast(std::move(value), frame_->result, false, inner.at, true);
    if (!value) return {};
    return {give(syntax.at, std::move(value.expression)), true};
}

Compiler::Said Compiler::return_statement(const Syntax& syntax) {
    if (syntax.parts.empty()) {
        if (!frame_->result.is_void() && !frame_->any_result) {
            const bool any = frame_->result == Type(Class::object);
            fail(syntax.at,
                 fmt::format("cannot cast from [{}] to [void]",
                             any ? "def" : name_of(frame_->result)),
                 "class_cast_exception");
            return {};
        }
        return {give(syntax.at, nullptr), true};
    }
    Want want;
    if (!frame_->any_result && !frame_->result.is_void()) want.type = frame_->result;
    Coded value = expression(*syntax.parts[0], want);
    if (!value) return {};
    if (!frame_->any_result) {
        if (frame_->result.is_void()) {
            fail(syntax.parts[0]->at,
                 fmt::format("Cannot cast from [{}] to [void].", name_of(value.type)),
                 "class_cast_exception");
            return {};
        }
        value = cast(std::move(value), frame_->result, false, syntax.parts[0]->at, true);
    }
    if (!value) return {};
    return {give(syntax.at, std::move(value.expression)), true};
}

Compiler::Said Compiler::throw_statement(const Syntax& syntax) {
    Coded what = wanted(*syntax.parts[0], Class::exception);
    if (!what) return {};
    return {throwing(syntax.at, std::move(what.expression)), true};
}

}  // namespace elkhorn::script
