// config/ast.h -- a pipeline file as data: what stood in it and where, before anybody knows a
// plug-in.
//
//   Pipeline ─ inputs, filters, outputs ─ Statement ─┬─ Plugin ─ Attribute ─ Value
//                                                    └─ Choice ─ Arm: Condition?, Statement...
//
// Environment variables are already filled in and repeated options already merged. A variable that
// is missing is remembered with the value, and is a mistake only where the value is used. Every
// node knows its Place, so that whoever finds a mistake later can name file, line and column.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace elkhorn::config {

struct Place {
    std::shared_ptr<const std::string> file;
    std::uint32_t line = 1;
    std::uint32_t column = 1;

    /// "pipeline.conf: line 3, column 5"
    std::string text() const;
};

struct Plugin;
struct Entry;

/// The right side of `name => value`.
struct Value {
    enum class Kind { bareword, string, number, array, hash, plugin };

    bool scalar() const { return kind <= Kind::number; }

    Kind kind = Kind::string;
    Place place;
    std::string text;                      // of a bareword, string or number, as written
    std::vector<Value> items;              // of an array
    std::vector<Entry> entries;            // of a hash, in order
    std::shared_ptr<const Plugin> plugin;  // a codec
    std::string unfilled;                  // why the environment could not fill it; empty: it could
};

struct Entry {
    std::string key;
    Place place;
    Value value;
};

struct Attribute {
    std::string name;
    Place place;
    Value value;
};

/// `grok { match => ... }`
struct Plugin {
    const Attribute* find(std::string_view name) const;

    std::string name;
    Place place;
    std::vector<Attribute> attributes;  // each name once
};

/// One side of a comparison.
struct Operand {
    enum class Kind { string, number, field, list, regex };

    Kind kind = Kind::string;
    Place place;
    std::string text;  // a field reference or an expression without its slashes, too
    std::vector<Operand> items;
};

struct Condition {
    enum class Kind {
        truthy,  // of `left`
        equal,
        not_equal,
        less,
        less_or_equal,
        greater,
        greater_or_equal,
        in,
        not_in,
        matches,
        not_matches,
        all_of,      // and; of `children`
        any_of,      // or
        one_of,      // xor
        not_all_of,  // nand
        negated,
    };

    Kind kind = Kind::truthy;
    Place place;
    Operand left;
    Operand right;
    std::vector<Condition> children;
};

struct Statement;

/// `if ... { } else if ... { } else { }`
struct Choice {
    struct Arm {
        std::optional<Condition> condition;  // none: else
        std::vector<Statement> body;
    };

    std::vector<Arm> arms;
};

struct Statement {
    std::variant<Plugin, Choice> what;
};

struct Pipeline {
    /// Several files make one pipeline, in order.
    void append(Pipeline other);

    std::vector<Statement> inputs;
    std::vector<Statement> filters;
    std::vector<Statement> outputs;
};

}  // namespace elkhorn::config
