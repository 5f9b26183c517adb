// script/run/library.h -- what classes have: methods, constants and constructors, in tables as one
// would write them in Java.
//
//   {Class::string, "int indexOf(String, int)", string_index_of},
//
// A method gets its object (unless it is static) and its arguments, which are of the types that the
// table says: callers convert. It gives a value of its result's type, or trouble.
#pragma once

#include "script/value/type.h"
#include "script/value/value.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::script {

class Run;

using MethodCode = Value (*)(Run& run, const Value* arguments);

/// A row of a table. Static methods begin with "static", constructors are called "new".
struct MethodRow {
    Class of;
    std::string_view declaration;
    MethodCode code;
};

struct Method {
    Class of = Class::object;
    std::string name;
    bool is_static = false;
    Type result;
    std::vector<Type> parameters;
    MethodCode code = nullptr;
};

struct Constant {
    Class of;
    std::string_view name;
    Value value;
    Type type;
};

/// Of the class or what it inherits from; null: none. Constructors are "new".
const Method* find_method(Class of, std::string_view name, std::size_t parameters, bool is_static);

/// Of all classes, in the order of the tables.
std::span<const Method> all_methods();

/// Functions that stand alone: saturation(...). They are static methods of score_functions.
const Method* find_own_function(std::string_view name, std::size_t parameters);

/// Whether the class is one that is named without making one of it: Math.PI.
const Constant* find_constant(Class of, std::string_view name);

// The tables, a file each.
std::span<const MethodRow> text_methods();
std::span<const MethodRow> exception_methods();
std::span<const MethodRow> number_methods();
std::span<const MethodRow> list_methods();
std::span<const MethodRow> map_methods();
std::span<const MethodRow> groovy_methods();
std::span<const MethodRow> stream_methods();
std::span<const MethodRow> comparator_methods();
std::span<const MethodRow> date_methods();
std::span<const MethodRow> document_methods();
std::span<const MethodRow> score_methods();
std::span<const MethodRow> moving_methods();
std::span<const MethodRow> pattern_methods();
std::span<const Constant> number_constants();
std::span<const Constant> date_constants();

// -- for the tables -------------------------------------------------------------------------------

/// The elements of a list, an array, a set, a view, a stream or doc['f']; nothing: it has none, and
/// that was raised. A copy, so that what a lambda changes does no harm.
bool elements_of(Run& run, const Value& value, std::vector<Value>& into);

/// The list that may be changed; null: raised.
class ListObject;
ListObject* changeable_list(Run& run, const Value& value);
class MapObject;
MapObject* changeable_map(Run& run, const Value& value);

Value raise_null(Run& run, std::string_view what);

/// String.format: %s %d %f %x %c %b %n %%, flags - 0 + ,, width and precision.
Value format_text(Run& run, std::string_view format, std::span<const Value> parts);

/// A regular expression, in time that is linear in the text. Null and `problem` where it is none.
class CompiledPattern;
using PatternPtr = std::shared_ptr<const CompiledPattern>;
PatternPtr compile_pattern(std::string_view pattern, std::string_view flags, std::string& problem);
Value pattern_value(Run& run, PatternPtr pattern);
/// Whether it is found in the text, or matches all of it.
Value pattern_finds(Run& run, const Value& pattern, std::string_view text, bool whole);

/// Stable, by a comparator of the script's or (null) by nature; trouble where that throws.
Value sort_values(Run& run, std::vector<Value>& values, const Value& comparator);

}  // namespace elkhorn::script
