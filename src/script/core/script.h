// script/core/script.h -- the front door: the source of a script compiled to a Program.
//
//   const Compiled program = compile("doc['bytes'].value > params.least", filter_context);
//   Run run(*program, host, limits);              // run.h
//
// The language is Painless as people write it: statically typed where types are given, `def` where
// not, with Java's numbers, texts, lists, maps, dates and lambdas. What it does not know is refused
// when it is compiled, with the place.
//
//   Threads   A Program is immutable: share it. compile() may be called from any thread; what was
//             compiled is kept, a bounded number of sources.
//   Cost      some microseconds for a line. Sources are at most 65,535 characters long, as there.
#pragma once

#include "script/value/type.h"

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::script {

/// What a name stands for that a script has without declaring it; the host gives its value.
enum class Role : std::uint8_t {
    params,
    doc,
    score,
    ctx,
    source,
    state,
    states,
    value,
    values,
    fields
};

struct Variable {
    std::string_view name;
    Type type;
    Role role = Role::params;
};

/// Where a script stands: which names it has and what it must give.
struct Context {
    std::string_view name;  // "filter", as in Elasticsearch
    Type result;
    std::span<const Variable> variables;
    bool score_functions = false;   // saturation, sigmoid, decay...
    bool moving_functions = false;  // MovingFunctions
    bool emits = false;             // emit(...)
};

/// Why a script was not compiled, or what it threw. `offset` is a place in the source.
struct Trouble {
    bool compiling = true;
    std::string type;    // "illegal_argument_exception"
    std::string reason;  // "cannot resolve symbol [foo]"
    std::size_t offset = 0;
    std::string source;    // of the script
    bool stopped = false;  // the host wanted it: it knows why

    /// The lines around the offset, with "^---- HERE" below.
    std::vector<std::string> stack() const;

    /// Where those lines begin and end.
    struct Lines {
        std::size_t start = 0;
        std::size_t end = 0;
    };

    Lines lines() const;
};

class Program;
using Compiled = std::expected<std::shared_ptr<const Program>, Trouble>;

Compiled compile(std::string_view source, const Context& context);

/// A source in `lang: expression`: one formula of doubles over doc['field'] and names of params.
Compiled compile_expression(std::string_view source, const Context& context);

/// Whether it asks for `_score`, which may have to be computed for it.
bool uses_score(const Program& program);

/// The names that it reads as doc['NAME'], as far as they stand in it.
std::span<const std::string> fields_read(const Program& program);

// -- the contexts ---------------------------------------------------------------------------------

namespace contexts {
extern const Context painless_test;
extern const Context filter;
extern const Context score;
extern const Context field;
extern const Context number_sort;
extern const Context string_sort;
extern const Context update;
extern const Context aggs;
extern const Context bucket_aggregation;  // a number
extern const Context bucket_selector;
extern const Context moving_function;
extern const Context metric_init;
extern const Context metric_map;
extern const Context metric_combine;
extern const Context metric_reduce;
extern const Context significance;  // a number of params
extern const Context runtime_field;
extern const Context terms_set;  // a number
}  // namespace contexts

}  // namespace elkhorn::script
