// script/syntax/syntax.h -- a script as a tree, before anything is known of its types: what the
// parser makes and the compiler reads.
//
// One shape for all: `text` is the name, the operator, the literal or the type that the kind needs,
// `parts` are what it is made of, in the order they stand in the source.
#pragma once

#include "script/core/script.h"

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::script {

struct Syntax;
using SyntaxPtr = std::unique_ptr<Syntax>;

struct Syntax {
    enum class Kind : std::uint8_t {
        // expressions
        null,
        boolean,      // text: true, false
        whole,        // text: as written
        real,         //
        text,         //
        regex,        // text: pattern, extra: flags
        name,         // a variable, or the first word of a type
        list,         // [a, b]
        map,          // [a: b, c: d]: key, value, key, value
        new_array,    // text: type; parts: sizes
        array_of,     // text: type; parts: values
        new_object,   // text: type; parts: arguments
        unary,        // text: ! ~ + -
        binary,       // text: the operator
        choose,       // a ? b : c
        elvis,        // a ?: b
        cast,         // text: type
        instance_of,  // text: type
        assign,       // text: =, or the operator before it; parts: target, value
        step,         // ++ and --; text: ++a --a a++ a-- as "+p" "-p" "p+" "p-"
        index,        // a[b]
        member,       // a.text; extra "?": a?.text
        call,         // a.text(parts[1]...); extra "?": null-safe
        call_own,     // text(parts...)
        lambda,       // parameters; parts: one body
        reference,    // parts[0]::text where there is one; text "new" makes one
        // statements
        block,
        if_,      // test, then, [else]
        while_,   // test, body
        do_,      // body, test
        for_,     // init or empty, test or empty, after or empty, body
        each,     // text: name, extra: type; parts: what, body
        declare,  // parameters: type and name; parts: initialisers or null, in their order
        return_,
        break_,
        continue_,
        throw_,
        try_,    // block, then catches
        catch_,  // parameters[0]; parts: block
        expression,
        empty,
    };

    struct Parameter {
        std::string type;  // empty: none was given
        std::string name;
        std::uint32_t at = 0;
    };

    Kind kind = Kind::empty;
    std::uint32_t at = 0;
    std::string text;
    std::string extra;
    std::vector<SyntaxPtr> parts;
    std::vector<Parameter> parameters;
};

struct FunctionSyntax {
    std::string result;
    std::string name;
    std::vector<Syntax::Parameter> parameters;
    SyntaxPtr body;
    std::uint32_t at = 0;
};

struct ScriptSyntax {
    std::vector<FunctionSyntax> functions;
    SyntaxPtr body;  // a block
};

/// Nested at most 100 deep.
std::expected<ScriptSyntax, Trouble> parse(std::string_view source);

}  // namespace elkhorn::script
