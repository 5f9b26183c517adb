// script/run/node.h -- a script that can be run: a tree of expressions and statements, each with
// its place in the source. Immutable; what changes is in the Run.
//
// An expression whose type is static gives values of exactly that tag; `def` gives any. What has
// thrown gives Value::trouble(), and Flow::thrown as a statement.
#pragma once

#include "script/core/script.h"
#include "script/run/library.h"
#include "script/run/run.h"
#include "script/value/object.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// The value of an expression, or leaves the function around it with the trouble.
#define EVAL(name, expression)       \
    const Value name = (expression); \
    if (name.thrown()) [[unlikely]]  \
    return Value::trouble()

namespace elkhorn::script {

class Expression {
public:
    explicit Expression(std::uint32_t place) : at(place) {}

    virtual ~Expression() = default;
    virtual Value eval(Run& run) const = 0;

    std::uint32_t at;
};

using ExpressionPtr = std::unique_ptr<const Expression>;

enum class Flow : std::uint8_t { next, break_, continue_, return_, thrown };

class Statement {
public:
    explicit Statement(std::uint32_t place) : at(place) {}

    virtual ~Statement() = default;
    virtual Flow exec(Run& run, Value& result) const = 0;

    std::uint32_t at;
};

using StatementPtr = std::unique_ptr<const Statement>;

/// A function of the script, its main part, or a lambda.
struct Function {
    std::string name;
    Type result;
    std::vector<Type> parameters;
    std::vector<std::uint16_t> captured;  // where captured values go in the frame
    std::uint16_t first_parameter = 0;
    std::size_t slots = 0;
    std::size_t height = 1;  // of its tree: what a call takes of the machine's own stack
    StatementPtr body;
};

class Program {
public:
    Type result;
    std::string source;
    Function main;
    std::vector<std::unique_ptr<Function>> functions;
    std::vector<std::string> params;  // read as params.NAME
    std::vector<std::string> fields;  // read as doc['NAME']
    std::size_t sites = 0;            // of calls that find their method when they run
    bool params_only_read = true;
    bool uses_score = false;
};

/// A lambda, a reference to a method or a comparator of the library's, with what it has captured.
class ClosureObject final : public Object {
public:
    using Native = Value (*)(Run&, const ClosureObject&, std::span<const Value>);

    explicit ClosureObject(const Function* function) : Object(Class::object), code(function) {}

    /// A comparator: `compare` is given two values.
    ClosureObject(Native compare, std::vector<Value> values)
        : Object(Class::comparator), code(nullptr), captured(std::move(values)), native(compare) {}

    const Function* code;  // the Program's; null: `native` is called
    std::vector<Value> captured;

    // A reference: Type::name, or value::name.
    Class of = Class::void_;
    std::string_view name;  // the Program's
    bool bound = false;     // to captured[0]
    Native native = nullptr;
};

// -- operators (operators.cc) ---------------------------------------------------------------------

enum class Operator : std::uint8_t {
    add,
    subtract,
    multiply,
    divide,
    remainder,
    bit_and,
    bit_or,
    bit_xor,
    shift_left,
    shift_right,
    shift_right_unsigned,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    same,
    not_same,
};

std::string_view symbol_of(Operator op);

/// By the tags of its operands: `def`'s way, which for primitives is Java's.
Value apply(Run& run, Operator op, const Value& a, const Value& b);
Value negate(Run& run, const Value& value);
Value complement(Run& run, const Value& value);
/// a == b of Painless.
bool equal_values(const Value& a, const Value& b);
/// A text of both.
Value concatenate(Run& run, const Value& a, const Value& b);

/// What a value of any type becomes where `to` is wanted. `explicitly`: by a cast of the script's.
Value cast_value(Run& run, const Value& value, Type to, bool explicitly);

/// a[b] and a[b] = c of whatever a is.
Value load_index(Run& run, const Value& of, const Value& place);
Value store_index(Run& run, const Value& of, const Value& place, const Value& value);
Value load_member(Run& run, const Value& of, std::string_view name);
Value store_member(Run& run, const Value& of, std::string_view name, const Value& value);

/// of.name(arguments) by what `of` is; `arguments[0]` is `of`.
Value call_method(Run& run, Run::Site& site, std::string_view name,
                  std::span<const Value> arguments);

}  // namespace elkhorn::script
