// script/compile/compiler.h -- a script's tree given types and turned into what runs (node.h):
// names to slots, calls to methods, casts where types differ. One use; the first thing that
// is wrong ends it.
//
//   compile_script.cc       functions, scopes, casts
//   compile_statements.cc   statements, and which paths give a value
//   compile_expressions.cc  literals, operators, names
//   compile_calls.cc        members, methods, lambdas, references
//   compile_assignments.cc  places and what is done to them
#pragma once

#include "script/compile/nodes.h"
#include "script/syntax/syntax.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::script {

/// What an expression is for.
struct Want {
    std::optional<Type> type = std::nullopt;
    bool read = true;  // false: a statement
};

class Compiler {
public:
    Compiler(std::string_view source, const Context& context)
        : source_(source), context_(context), program_(std::make_shared<Program>()) {}

    Compiled run(const ScriptSyntax& script);

private:
    using Kind = Syntax::Kind;

    struct Name {
        std::string name;
        Type type;
        std::uint16_t slot = 0;
        bool read_only = false;
    };

    /// A function whose body is being compiled.
    struct Frame {
        Frame* outer = nullptr;  // of a lambda
        std::vector<Name> names;
        std::vector<std::uint16_t> captured_from;  // slots of the outer one
        std::vector<std::uint16_t> captured_to;
        std::size_t slots = 0;
        Type result;
        bool returns_last = false;
        bool any_result = false;  // of a lambda: whatever comes
        int loops = 0;
        bool names_context = true;
    };

    /// An expression and its type; null: the script is refused.
    struct Coded {
        ExpressionPtr expression;
        Type type;
        bool is_null = false;                              // the literal
        bool is_constant = false;                          // a literal
        std::optional<std::int64_t> whole = std::nullopt;  // of an int or long literal

        explicit operator bool() const { return expression != nullptr; }
    };

    // compile_script.cc
    bool declare_functions(const ScriptSyntax& script);
    bool compile_functions(const ScriptSyntax& script);
    bool compile_body(Function& function, Frame& frame, const Syntax& body, bool main);
    std::optional<Type> type_of_name(std::string_view name) const;
    const Name* find_name(Frame& frame, std::string_view name);
    const Name* declare(std::string_view name, Type type, std::uint32_t at);
    std::uint16_t new_slot();
    Coded cast(Coded value, Type to, bool explicitly, std::uint32_t at, bool boxes = false);
    static bool legal(Type from, Type to, bool explicitly, bool boxes);
    std::size_t place_in(std::vector<std::string>& names, std::string_view name);
    Coded fail(std::uint32_t at, std::string reason,
               std::string_view type = "illegal_argument_exception");

    // compile_statements.cc
    struct Said {
        StatementPtr statement;
        bool ends = false;       // nothing behind it is reached
        bool breaks = false;     // a break leaves the loop around it
        bool continues = false;  // the loop around it goes on

        explicit operator bool() const { return statement != nullptr; }
    };

    Said refuse(std::uint32_t at, std::string reason);
    Said statement(const Syntax& syntax, bool last);
    Said block_of(const Syntax& syntax, bool last);
    Said declaration(const Syntax& syntax);
    Said if_statement(const Syntax& syntax, bool last);
    Said while_statement(const Syntax& syntax);
    Said do_statement(const Syntax& syntax);
    Said for_statement(const Syntax& syntax);
    Said each_statement(const Syntax& syntax);
    Said try_statement(const Syntax& syntax, bool last);
    Said expression_statement(const Syntax& syntax, bool last);
    Said return_statement(const Syntax& syntax);
    Said throw_statement(const Syntax& syntax);
    ExpressionPtr test_of(const Syntax& syntax);
    static bool once(const Said& body);

    // compile_expressions.cc
    Coded expression(const Syntax& syntax, const Want& want = {});
    static std::string unused(const Syntax& syntax);
    Coded expression_of(const Syntax& syntax, const Want& want);
    Coded wanted(const Syntax& syntax, Type type);
    Coded whole_literal(const Syntax& syntax, const Want& want);
    Coded real_literal(const Syntax& syntax);
    Coded regex_literal(const Syntax& syntax);
    Coded name(const Syntax& syntax);
    Coded context_name(const Syntax& syntax);
    Coded list_literal(const Syntax& syntax);
    Coded map_literal(const Syntax& syntax);
    Coded array_literal(const Syntax& syntax);
    Coded sized_array(const Syntax& syntax);
    Coded unary(const Syntax& syntax);
    Coded binary(const Syntax& syntax);
    Coded logic(const Syntax& syntax);
    Coded arithmetic(std::uint32_t at, Operator op, Coded a, Coded b);
    Coded comparison(std::uint32_t at, Operator op, Coded a, Coded b);
    Coded find(const Syntax& syntax);
    Coded choose(const Syntax& syntax, const Want& want);
    Coded elvis(const Syntax& syntax, const Want& want);
    Coded cast_syntax(const Syntax& syntax);
    Coded instance(const Syntax& syntax);
    static std::optional<Operator> operator_of(std::string_view symbol);
    static std::optional<Type> promoted(Type a, Type b, bool real);
    Coded refuse_operator(std::uint32_t at, Operator op, Type a, Type b);

    // compile_calls.cc
    Coded member(const Syntax& syntax);
    Coded index(const Syntax& syntax);
    Coded call(const Syntax& syntax);
    Coded call_own(const Syntax& syntax);
    Coded new_object(const Syntax& syntax);
    Coded lambda(const Syntax& syntax, const Want& want);
    Coded reference(const Syntax& syntax, const Want& want);
    std::optional<Class> static_type(const Syntax& syntax);
    Coded member_of(const Syntax& syntax, Coded of);
    static ExpressionPtr member_of_value(const Syntax& syntax, ExpressionPtr of);
    Coded call_of(const Syntax& syntax, Coded of);
    Coded static_call(const Syntax& syntax, Class of);
    Coded null_safe(const Syntax& syntax);
    std::string unknown_path(const Syntax& syntax);
    std::optional<Arguments> arguments(const Syntax& syntax, std::size_t first,
                                       const Method* method);
    bool is_role(const Syntax& syntax, Role role);
    const std::string* doc_field_name(const Syntax& syntax);
    const Method* getter(Class of, std::string_view name) const;

    // compile_assignments.cc
    struct Target {
        PlacePtr place;
        Type type;
    };

    Coded assign(const Syntax& syntax, const Want& want);
    Coded step(const Syntax& syntax, const Want& want);
    std::optional<Target> target(const Syntax& syntax);
    std::optional<Target> member_target(const Syntax& syntax);

    std::string_view source_;  // the caller's
    const Context& context_;
    std::shared_ptr<Program> program_;
    Frame* frame_ = nullptr;
    std::map<std::pair<std::string, std::size_t>, Function*, std::less<>> own_;
    std::optional<Trouble> trouble_;
};

}  // namespace elkhorn::script
