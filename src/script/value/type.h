// script/value/type.h -- the types of the language: primitives, `def`, and the classes of Java that
// scripts may name, with what each is a kind of.
//
// A Type is two bytes: a class and how many times it is an array of it. What methods a class has
// is in the tables of library.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace elkhorn::script {

enum class Class : std::uint8_t {
    void_,
    boolean,
    byte,
    short_,
    character,
    int_,
    long_,
    float_,
    double_,
    def,
    object,
    boxed_boolean,
    boxed_byte,
    boxed_short,
    boxed_character,
    boxed_int,
    boxed_long,
    boxed_float,
    boxed_double,
    number,
    comparable,
    char_sequence,
    string,
    string_builder,
    math,
    objects,
    iterable,
    iterator,
    collection,
    list,
    array_list,
    linked_list,
    set,
    hash_set,
    linked_hash_set,
    tree_set,
    map,
    hash_map,
    linked_hash_map,
    tree_map,
    map_entry,
    collections,
    arrays,
    optional,
    stream,
    int_stream,
    long_stream,
    double_stream,
    collector,
    collectors,
    pattern,
    matcher,
    function,
    bi_function,
    unary_operator,
    binary_operator,
    predicate,
    bi_predicate,
    consumer,
    bi_consumer,
    supplier,
    comparator,
    to_int_function,
    to_long_function,
    to_double_function,
    temporal,
    zoned_date_time,
    joda_date_time,
    instant,
    duration,
    zone_id,
    date_time_formatter,
    chrono_unit,
    day_of_week,
    month,
    geo_point,
    doc_map,
    doc_values,
    doc_longs,
    doc_doubles,
    doc_booleans,
    doc_strings,
    doc_ips,
    doc_dates,
    doc_points,
    moving_functions,
    score_functions,
    exception,
    runtime_exception,
    illegal_argument,
    illegal_state,
    null_pointer,
    arithmetic,
    index_out_of_bounds,
    array_index_out_of_bounds,
    string_index_out_of_bounds,
    class_cast,
    number_format,
    unsupported_operation,
    no_such_element,
    concurrent_modification,
    date_time_exception,
    date_time_parse,
    zone_rules,
    painless_error,
    stack_overflow,
    out_of_memory,
    resource_not_found,
    count_
};

struct Type {
    Class of = Class::void_;
    std::uint8_t dimensions = 0;  // of an array

    constexpr Type() = default;

    constexpr Type(Class c, std::uint8_t d = 0) : of(c), dimensions(d) {}  // NOLINT: a class is one

    friend constexpr bool operator==(Type, Type) = default;

    constexpr bool is_def() const { return of == Class::def && dimensions == 0; }

    constexpr bool is_void() const { return of == Class::void_ && dimensions == 0; }

    constexpr bool is_array() const { return dimensions > 0; }

    constexpr bool is_boolean() const { return of == Class::boolean && dimensions == 0; }

    /// A number or a char that is no object.
    constexpr bool is_numeric() const {
        return dimensions == 0 && of >= Class::byte && of <= Class::double_;
    }

    constexpr bool is_primitive() const {
        return dimensions == 0 && of >= Class::boolean && of <= Class::double_;
    }

    constexpr Type element() const {
        return Type(of, static_cast<std::uint8_t>(dimensions == 0 ? 0 : dimensions - 1));
    }
};

/// "java.lang.String", "int[]".
std::string name_of(Type type);
std::string_view name_of(Class one);

/// As errors are named: "null_pointer_exception".
std::string error_type_of(Class exception);

/// By the name a script gives: "String", "java.util.List", "Map.Entry". Arrays are the caller's.
std::optional<Class> find_class(std::string_view name);

/// Whether `one` is `other` or inherits from it; every class is an Object.
bool is_kind_of(Class one, Class other);

/// What `one` inherits from directly; void_ behind the last.
struct Parents {
    Class first = Class::void_;
    Class second = Class::void_;
};

Parents parents_of(Class one);

/// Of Function, Predicate ...: what a lambda of it takes and gives. Parameters 0 and void result
/// stand for what has no such method where `functional` is false.
struct Functional {
    bool functional = false;
    int parameters = 0;
    Type result;
};

Functional functional_of(Class one);

/// int for Integer and the like; nothing for any other.
std::optional<Type> unboxed(Type type);
Type boxed(Type type);

}  // namespace elkhorn::script
