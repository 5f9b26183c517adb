#include "script/value/type.h"

#include <array>

namespace elkhorn::script {
namespace {

struct Row {
    Class one;
    std::string_view name;
    Class first = Class::object;
    Class second = Class::void_;
};

using enum Class;

constexpr std::array rows = {
    Row{void_, "void", void_},
    Row{boolean, "boolean", void_},
    Row{byte, "byte", void_},
    Row{short_, "short", void_},
    Row{character, "char", void_},
    Row{int_, "int", void_},
    Row{long_, "long", void_},
    Row{float_, "float", void_},
    Row{double_, "double", void_},
    Row{def, "def", void_},
    Row{object, "java.lang.Object", void_},
    Row{boxed_boolean, "java.lang.Boolean", comparable},
    Row{boxed_byte, "java.lang.Byte", number, comparable},
    Row{boxed_short, "java.lang.Short", number, comparable},
    Row{boxed_character, "java.lang.Character", comparable},
    Row{boxed_int, "java.lang.Integer", number, comparable},
    Row{boxed_long, "java.lang.Long", number, comparable},
    Row{boxed_float, "java.lang.Float", number, comparable},
    Row{boxed_double, "java.lang.Double", number, comparable},
    Row{number, "java.lang.Number"},
    Row{comparable, "java.lang.Comparable"},
    Row{char_sequence, "java.lang.CharSequence"},
    Row{string, "java.lang.String", char_sequence, comparable},
    Row{string_builder, "java.lang.StringBuilder", char_sequence},
    Row{math, "java.lang.Math"},
    Row{objects, "java.util.Objects"},
    Row{iterable, "java.lang.Iterable"},
    Row{iterator, "java.util.Iterator"},
    Row{collection, "java.util.Collection", iterable},
    Row{list, "java.util.List", collection},
    Row{array_list, "java.util.ArrayList", list},
    Row{linked_list, "java.util.LinkedList", list},
    Row{set, "java.util.Set", collection},
    Row{hash_set, "java.util.HashSet", set},
    Row{linked_hash_set, "java.util.LinkedHashSet", hash_set},
    Row{tree_set, "java.util.TreeSet", set},
    Row{map, "java.util.Map"},
    Row{hash_map, "java.util.HashMap", map},
    Row{linked_hash_map, "java.util.LinkedHashMap", hash_map},
    Row{tree_map, "java.util.TreeMap", map},
    Row{map_entry, "java.util.Map.Entry"},
    Row{collections, "java.util.Collections"},
    Row{arrays, "java.util.Arrays"},
    Row{optional, "java.util.Optional"},
    Row{stream, "java.util.stream.Stream"},
    Row{int_stream, "java.util.stream.IntStream", stream},
    Row{long_stream, "java.util.stream.LongStream", stream},
    Row{double_stream, "java.util.stream.DoubleStream", stream},
    Row{collector, "java.util.stream.Collector"},
    Row{collectors, "java.util.stream.Collectors"},
    Row{pattern, "java.util.regex.Pattern"},
    Row{matcher, "java.util.regex.Matcher"},
    Row{function, "java.util.function.Function"},
    Row{bi_function, "java.util.function.BiFunction"},
    Row{unary_operator, "java.util.function.UnaryOperator", function},
    Row{binary_operator, "java.util.function.BinaryOperator", bi_function},
    Row{predicate, "java.util.function.Predicate"},
    Row{bi_predicate, "java.util.function.BiPredicate"},
    Row{consumer, "java.util.function.Consumer"},
    Row{bi_consumer, "java.util.function.BiConsumer"},
    Row{supplier, "java.util.function.Supplier"},
    Row{comparator, "java.util.Comparator"},
    Row{to_int_function, "java.util.function.ToIntFunction"},
    Row{to_long_function, "java.util.function.ToLongFunction"},
    Row{to_double_function, "java.util.function.ToDoubleFunction"},
    Row{temporal, "java.time.temporal.Temporal"},
    Row{zoned_date_time, "java.time.ZonedDateTime", temporal, comparable},
    Row{joda_date_time, "org.elasticsearch.script.JodaCompatibleZonedDateTime", zoned_date_time},
    Row{instant, "java.time.Instant", temporal, comparable},
    Row{duration, "java.time.Duration", comparable},
    Row{zone_id, "java.time.ZoneId"},
    Row{date_time_formatter, "java.time.format.DateTimeFormatter"},
    Row{chrono_unit, "java.time.temporal.ChronoUnit", comparable},
    Row{day_of_week, "java.time.DayOfWeek", comparable},
    Row{month, "java.time.Month", comparable},
    Row{geo_point, "org.elasticsearch.common.geo.GeoPoint"},
    Row{doc_map, "java.util.Map"},
    Row{doc_values, "org.elasticsearch.index.fielddata.ScriptDocValues", list},
    Row{doc_longs, "org.elasticsearch.index.fielddata.ScriptDocValues.Longs", doc_values},
    Row{doc_doubles, "org.elasticsearch.index.fielddata.ScriptDocValues.Doubles", doc_values},
    Row{doc_booleans, "org.elasticsearch.index.fielddata.ScriptDocValues.Booleans", doc_values},
    Row{doc_strings, "org.elasticsearch.index.fielddata.ScriptDocValues.Strings", doc_values},
    Row{doc_ips, "org.elasticsearch.index.mapper.IpFieldMapper.IpFieldType.IpScriptDocValues",
        doc_values},
    Row{doc_dates, "org.elasticsearch.index.fielddata.ScriptDocValues.Dates", doc_values},
    Row{doc_points, "org.elasticsearch.index.fielddata.ScriptDocValues.GeoPoints", doc_values},
    Row{moving_functions, "org.elasticsearch.search.aggregations.pipeline.MovingFunctions"},
    Row{score_functions, "org.elasticsearch.script.ScoreScriptUtils"},
    Row{exception, "java.lang.Exception"},
    Row{runtime_exception, "java.lang.RuntimeException", exception},
    Row{illegal_argument, "java.lang.IllegalArgumentException", runtime_exception},
    Row{illegal_state, "java.lang.IllegalStateException", runtime_exception},
    Row{null_pointer, "java.lang.NullPointerException", runtime_exception},
    Row{arithmetic, "java.lang.ArithmeticException", runtime_exception},
    Row{index_out_of_bounds, "java.lang.IndexOutOfBoundsException", runtime_exception},
    Row{array_index_out_of_bounds, "java.lang.ArrayIndexOutOfBoundsException", index_out_of_bounds},
    Row{string_index_out_of_bounds, "java.lang.StringIndexOutOfBoundsException",
        index_out_of_bounds},
    Row{class_cast, "java.lang.ClassCastException", runtime_exception},
    Row{number_format, "java.lang.NumberFormatException", illegal_argument},
    Row{unsupported_operation, "java.lang.UnsupportedOperationException", runtime_exception},
    Row{no_such_element, "java.util.NoSuchElementException", runtime_exception},
    Row{concurrent_modification, "java.util.ConcurrentModificationException", runtime_exception},
    Row{date_time_exception, "java.time.DateTimeException", runtime_exception},
    Row{date_time_parse, "java.time.format.DateTimeParseException", date_time_exception},
    Row{zone_rules, "java.time.zone.ZoneRulesException", date_time_exception},
    Row{painless_error, "org.elasticsearch.painless.PainlessError"},
    Row{stack_overflow, "java.lang.StackOverflowError"},
    Row{out_of_memory, "java.lang.OutOfMemoryError"},
    Row{resource_not_found, "org.elasticsearch.ResourceNotFoundException", runtime_exception},
};

static_assert(rows.size() == static_cast<std::size_t>(count_));

consteval bool in_order() {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (static_cast<std::size_t>(rows[i].one) != i) return false;
    }
    return true;
}

static_assert(in_order());

const Row& row_of(Class one) {
    return rows[static_cast<std::size_t>(one)];
}

std::string_view last_name(std::string_view name) {
    constexpr std::string_view entry = "Map.Entry";
    if (name.ends_with(entry)) return entry;
    const std::size_t dot = name.rfind('.');
    return dot == name.npos ? name : name.substr(dot + 1);
}

/// Whether a script may say its name.
bool nameable(Class one) {
    return one != doc_map && one != score_functions && one < painless_error;
}

}  // namespace

std::string_view name_of(Class one) {
    return row_of(one).name;
}

std::string name_of(Type type) {
    std::string name(name_of(type.of));
    for (int i = 0; i < type.dimensions; ++i)
        name += "[]";
    return name;
}

std::string error_type_of(Class exception) {
    std::string out;
    for (const char c : last_name(name_of(exception))) {
        const bool upper = c >= 'A' && c <= 'Z';
        if (upper && !out.empty()) out.push_back('_');
        out.push_back(upper ? static_cast<char>(c - 'A' + 'a') : c);
    }
    return out;
}

std::optional<Class> find_class(std::string_view name) {
    for (const Row& row : rows) {
        if (!nameable(row.one)) continue;
        if (row.name == name || (row.one > def && last_name(row.name) == name)) return row.one;
    }
    if (name == "Entry") return std::nullopt;
    return std::nullopt;
}

Parents parents_of(Class one) {
    return {row_of(one).first, row_of(one).second};
}

bool is_kind_of(Class one, Class other) {
    if (one == other || other == object) return true;
    const Row& row = row_of(one);
    if (row.first != void_ && is_kind_of(row.first, other)) return true;
    return row.second != void_ && is_kind_of(row.second, other);
}

Functional functional_of(Class one) {
    switch (one) {
        case function:
        case unary_operator: return {true, 1, def};
        case bi_function:
        case binary_operator: return {true, 2, def};
        case predicate: return {true, 1, boolean};
        case bi_predicate: return {true, 2, boolean};
        case consumer: return {true, 1, void_};
        case bi_consumer: return {true, 2, void_};
        case supplier: return {true, 0, def};
        case comparator: return {true, 2, int_};
        case to_int_function: return {true, 1, int_};
        case to_long_function: return {true, 1, long_};
        case to_double_function: return {true, 1, double_};
        default: return {};
    }
}

std::optional<Type> unboxed(Type type) {
    if (type.is_array() || type.of < boxed_boolean || type.of > boxed_double) return std::nullopt;
    const auto step = static_cast<int>(type.of) - static_cast<int>(boxed_boolean);
    return Type(static_cast<Class>(static_cast<int>(boolean) + step));
}

Type boxed(Type type) {
    if (!type.is_primitive()) return type;
    const auto step = static_cast<int>(type.of) - static_cast<int>(boolean);
    return Type(static_cast<Class>(static_cast<int>(boxed_boolean) + step));
}

}  // namespace elkhorn::script
