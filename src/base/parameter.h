// base/parameter.h -- what a request may say, declared once as data: parameters of an endpoint,
// members of a query, of an aggregation, of a body. From such a table come the check before any
// code runs, docs/compatibility.md, and the tests that what is used is read and nothing else is.
//
//   {"routing", Takes::list, Use::no_effect, "one node holds all rows"},
//   {"explain", Takes::flag, Use::refused, "scores are not explained yet", "false"},
//   {"conflicts", Takes::one_of, Use::used, "", "abort proceed"},
//
// Nothing is understood by halves: what is accepted and changes nothing says why.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace elkhorn {

enum class Takes : std::uint8_t {
    flag,          // true, false, or nothing but its name: true
    integer,       // 32 bits
    long_integer,  // 64 bits
    real,
    text,
    time,    // 30s, 5m, -1
    size,    // 10mb
    list,    // a,b,c
    one_of,  // one of `words`
    object,
    array,
    any,
};

enum class Use : std::uint8_t {
    used,
    no_effect,  // accepted; `note` says why nothing follows
    refused,    // 400; `note` is the sentence. Values among `words` change nothing and are accepted
};

struct Parameter {
    std::string_view name;  // "*": any name that is not listed, as a field's
    Takes takes = Takes::any;
    Use use = Use::used;
    std::string_view note = {};
    std::string_view words = {};  // with blanks between
};

using ParameterTable = std::span<const Parameter>;

/// Null when it is not in the table.
const Parameter* find_parameter(ParameterTable table, std::string_view name);

/// Whether `value` is one of the words with blanks between.
bool is_one_of(std::string_view words, std::string_view value);

/// "flag", "long" ...: how a table is printed.
std::string_view kind_name(Takes takes);
std::string_view use_name(Use use);

}  // namespace elkhorn
