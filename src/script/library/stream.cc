// script/library/stream.cc -- streams, which are lists here: every step is done when it is said, so
// one that has no end is not there. Collectors are given the items of one.

#include "script/run/library.h"
#include "script/run/node.h"
#include "script/value/java_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

namespace elkhorn::script {
namespace {

std::vector<Value>& items_of(const Value& value) {
    return object_as<ListObject>(value)->items;
}

Value made_stream(Run& run, std::vector<Value> items, Class of) {
    return Value::of(run.make_list(std::move(items), of));
}

Value no_element(Run& run) {
    return run.raise(Class::no_such_element, "No value present");
}

Value of_collection(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    return made_stream(run, std::move(items), Class::stream);
}

Value array_stream(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    const Type element = type_of(a[0]).element();
    const Class of = element == Type(Class::int_)      ? Class::int_stream
                     : element == Type(Class::long_)   ? Class::long_stream
                     : element == Type(Class::double_) ? Class::double_stream
                                                       : Class::stream;
    return made_stream(run, std::move(items), of);
}

Value range_of(Run& run, std::int64_t from, std::int64_t to) {
    constexpr std::int64_t most = 1'000'000;
    if (to - from > most)
        return run.give_up(Class::painless_error,
                           "a stream may not have more than a million values");
    std::vector<Value> items;
    for (std::int64_t i = from; i < to; ++i)
        items.push_back(Value::of_int(i));
    return made_stream(run, std::move(items), Class::int_stream);
}

Value range(Run& run, const Value* a) {
    return range_of(run, a[0].as_whole(), a[1].as_whole());
}

Value range_closed(Run& run, const Value* a) {
    return range_of(run, a[0].as_whole(), a[1].as_whole() + 1);
}

Value filter(Run& run, const Value* a) {
    std::vector<Value> kept;
    for (const Value& item : items_of(a[0])) {
        EVAL(test, run.test(a[1], std::span(&item, 1)));
        if (test.as_boolean()) kept.push_back(item);
    }
    return made_stream(run, std::move(kept), type_of(a[0]).of);
}

template <Class of, Class element>
Value map_to(Run& run, const Value* a) {
    std::vector<Value> made;
    for (const Value& item : items_of(a[0])) {
        EVAL(one, run.call(a[1], std::span(&item, 1)));
        EVAL(typed, cast_value(run, one, element, false));
        made.push_back(typed);
    }
    return made_stream(run, std::move(made), of);
}

Value boxed_stream(Run& run, const Value* a) {
    return made_stream(run, items_of(a[0]), Class::stream);
}

template <Class of, Class element>
Value converted_stream(Run& run, const Value* a) {
    std::vector<Value> made;
    for (const Value& item : items_of(a[0]))
        made.push_back(convert(item, element));
    return made_stream(run, std::move(made), of);
}

Value flat_map(Run& run, const Value* a) {
    std::vector<Value> made;
    for (const Value& item : items_of(a[0])) {
        EVAL(inner, run.call(a[1], std::span(&item, 1)));
        std::vector<Value> more;
        if (!elements_of(run, inner, more)) return Value::trouble();
        EVAL(charged, run.charge_values(more.size()));
        made.insert(made.end(), more.begin(), more.end());
    }
    return made_stream(run, std::move(made), Class::stream);
}

Value distinct(Run& run, const Value* a) {
    MapObject seen{Type(Class::linked_hash_map)};
    std::vector<Value> kept;
    for (const Value& item : items_of(a[0])) {
        if (seen.put(item, Value())) kept.push_back(item);
    }
    return made_stream(run, std::move(kept), type_of(a[0]).of);
}

Value sorted_by(Run& run, const Value* a) {
    std::vector<Value> items = items_of(a[0]);
    EVAL(done, sort_values(run, items, a[1]));
    return made_stream(run, std::move(items), type_of(a[0]).of);
}

Value sorted(Run& run, const Value* a) {
    const Value pair[] = {a[0], Value()};
    return sorted_by(run, pair);
}

Value limit(Run& run, const Value* a) {
    std::vector<Value> items = items_of(a[0]);
    if (a[1].as_whole() < 0)
        return run.raise(Class::illegal_argument, fmt::format("{}", a[1].as_whole()));
    if (items.size() > static_cast<std::size_t>(a[1].as_whole()))
        items.resize(static_cast<std::size_t>(a[1].as_whole()));
    return made_stream(run, std::move(items), type_of(a[0]).of);
}

Value skip(Run& run, const Value* a) {
    std::vector<Value>& items = items_of(a[0]);
    const auto from = static_cast<std::ptrdiff_t>(
        std::clamp<std::int64_t>(a[1].as_whole(), 0, static_cast<std::int64_t>(items.size())));
    return made_stream(run, {items.begin() + from, items.end()}, type_of(a[0]).of);
}

Value for_each(Run& run, const Value* a) {
    for (const Value& item : items_of(a[0])) {
        EVAL(done, run.call(a[1], std::span(&item, 1)));
    }
    return {};
}

Value peek(Run& run, const Value* a) {
    EVAL(done, for_each(run, a));
    return a[0];
}

Value any_match(Run& run, const Value* a) {
    for (const Value& item : items_of(a[0])) {
        EVAL(test, run.test(a[1], std::span(&item, 1)));
        if (test.as_boolean()) return test;
    }
    return Value::boolean(false);
}

Value all_match(Run& run, const Value* a) {
    for (const Value& item : items_of(a[0])) {
        EVAL(test, run.test(a[1], std::span(&item, 1)));
        if (!test.as_boolean()) return test;
    }
    return Value::boolean(true);
}

Value none_match(Run& run, const Value* a) {
    EVAL(any, any_match(run, a));
    return Value::boolean(!any.as_boolean());
}

Value count(Run& /*run*/, const Value* a) {
    return Value::of_long(static_cast<std::int64_t>(items_of(a[0]).size()));
}

Value to_array(Run& run, const Value* a) {
    const Class of = type_of(a[0]).of;
    const Class element = of == Class::int_stream      ? Class::int_
                          : of == Class::long_stream   ? Class::long_
                          : of == Class::double_stream ? Class::double_
                                                       : Class::object;
    return Value::of(run.make_list(items_of(a[0]), Type(element, 1)));
}

Value made_optional(Run& run, const Value& value) {
    return Value::of(run.make<OptionalObject>(value));
}

Value find_first(Run& run, const Value* a) {
    const auto& items = items_of(a[0]);
    return made_optional(run, items.empty() ? Value() : items.front());
}

Value reduce(Run& run, const Value* a) {
    Value sum = a[1];
    for (const Value& item : items_of(a[0])) {
        const Value pair[] = {sum, item};
        EVAL(next, run.call(a[2], pair));
        sum = next;
    }
    return sum;
}

Value reduce_optional(Run& run, const Value* a) {
    const auto& items = items_of(a[0]);
    if (items.empty()) return made_optional(run, Value());
    Value sum = items.front();
    for (std::size_t i = 1; i < items.size(); ++i) {
        const Value pair[] = {sum, items[i]};
        EVAL(next, run.call(a[1], pair));
        sum = next;
    }
    return made_optional(run, sum);
}

Value extreme(Run& run, const Value& of, const Value& comparator, bool most) {
    std::vector<Value> items = items_of(of);
    if (items.empty()) return made_optional(run, Value());
    EVAL(done, sort_values(run, items, comparator));
    return made_optional(run, most ? items.back() : items.front());
}

Value max_by(Run& run, const Value* a) {
    return extreme(run, a[0], a[1], true);
}

Value min_by(Run& run, const Value* a) {
    return extreme(run, a[0], a[1], false);
}

Value greatest(Run& run, const Value* a) {
    return extreme(run, a[0], Value(), true);
}

Value least(Run& run, const Value* a) {
    return extreme(run, a[0], Value(), false);
}

template <Tag tag>
Value sum(Run& run, const Value* a) {
    Value total = tag == Tag::double_ ? Value::of_double(0) : Value::whole(tag, 0);
    for (const Value& item : items_of(a[0])) {
        EVAL(next, apply(run, Operator::add, total, item));
        total = next;
    }
    return total;
}

Value average(Run& run, const Value* a) {
    const auto& items = items_of(a[0]);
    if (items.empty()) return made_optional(run, Value());
    double total = 0;
    for (const Value& item : items)
        total += item.as_double();
    return made_optional(run, Value::of_double(total / static_cast<double>(items.size())));
}

// -- Optional -------------------------------------------------------------------------------------

const Value& inside(const Value& value) {
    return object_as<OptionalObject>(value)->value;
}

Value is_present(Run& /*run*/, const Value* a) {
    return Value::boolean(!inside(a[0]).is_null());
}

Value get(Run& run, const Value* a) {
    return inside(a[0]).is_null() ? no_element(run) : inside(a[0]);
}

Value or_else(Run& /*run*/, const Value* a) {
    return inside(a[0]).is_null() ? a[1] : inside(a[0]);
}

Value or_else_get(Run& run, const Value* a) {
    return inside(a[0]).is_null() ? run.call(a[1], {}) : inside(a[0]);
}

Value if_present(Run& run, const Value* a) {
    if (inside(a[0]).is_null()) return {};
    EVAL(done, run.call(a[1], std::span(&inside(a[0]), 1)));
    return {};
}

Value map_optional(Run& run, const Value* a) {
    if (inside(a[0]).is_null()) return a[0];
    EVAL(made, run.call(a[1], std::span(&inside(a[0]), 1)));
    return made_optional(run, made);
}

Value optional_of(Run& run, const Value* a) {
    return a[0].is_null() ? raise_null(run, "value") : made_optional(run, a[0]);
}

Value optional_of_nullable(Run& run, const Value* a) {
    return made_optional(run, a[0]);
}

Value optional_empty(Run& run, const Value* /*a*/) {
    return made_optional(run, Value());
}

// -- collectors -----------------------------------------------------------------------------------

/// Makes one value of the items of a stream. No closure: a script can hand it on and not call it.
class CollectorObject final : public Object {
public:
    using Code = Value (*)(Run&, const CollectorObject&, std::span<const Value> items);

    CollectorObject(Code does, std::vector<Value> values)
        : Object(Class::collector), code(does), captured(std::move(values)) {}

    Code code;
    std::vector<Value> captured;
};

Value collector_of(Run& run, CollectorObject::Code code, std::vector<Value> captured = {}) {
    return Value::of(run.make<CollectorObject>(code, std::move(captured)));
}

Value collect_by(Run& run, const Value& collector, std::span<const Value> items) {
    const auto* object = object_as<CollectorObject>(collector);
    return object == nullptr ? raise_null(run, "collector") : object->code(run, *object, items);
}

Value collect(Run& run, const Value* a) {
    return collect_by(run, a[1], items_of(a[0]));
}

Value to_list(Run& run, const Value* /*a*/) {
    return collector_of(run, [](Run& r, const CollectorObject&, std::span<const Value> items) {
        return Value::of(r.make_list({items.begin(), items.end()}));
    });
}

Value to_set(Run& run, const Value* /*a*/) {
    return collector_of(run, [](Run& r, const CollectorObject&, std::span<const Value> items) {
        auto* set = r.make<SetObject>(Class::hash_set, Class::hash_map);
        for (const Value& item : items)
            set->keys.put(item, Value());
        EVAL(charged, r.charge_values(3 * set->keys.size()));
        return Value::of(set);
    });
}

Value join_items(Run& r, const CollectorObject& c, std::span<const Value> items) {
    std::string out(c.captured.size() > 1 ? c.captured[1].as_text() : "");
    bool first = true;
    for (const Value& item : items) {
        if (!first) out += c.captured[0].as_text();
        first = false;
        out += java_text(item);
        if (out.size() > r.heap().bytes_most()) break;
    }
    if (c.captured.size() > 2) out += c.captured[2].as_text();
    return r.text(out);
}

Value joining_all(Run& run, const Value* /*a*/) {
    return collector_of(run, join_items, {Value::of_text("")});
}

Value joining(Run& run, const Value* a) {
    return collector_of(run, join_items, {a[0]});
}

Value joining_within(Run& run, const Value* a) {
    return collector_of(run, join_items, {a[0], a[1], a[2]});
}

Value counting(Run& run, const Value* /*a*/) {
    return collector_of(run, [](Run&, const CollectorObject&, std::span<const Value> items) {
        return Value::of_long(static_cast<std::int64_t>(items.size()));
    });
}

/// A map of what the first function makes of each item to what `collector` makes of those lists.
Value group_items(Run& r, const CollectorObject& c, std::span<const Value> items) {
    MapObject* groups = r.make_map();
    for (const Value& item : items) {
        EVAL(key, r.call(c.captured[0], std::span(&item, 1)));
        if (groups->find(key) == nullptr) groups->put(key, Value::of(r.make_list({})));
        object_as<ListObject>(*groups->find(key))->items.push_back(item);
        EVAL(charged, r.charge_values(3));
    }
    if (c.captured.size() < 2) return Value::of(groups);
    for (const std::uint32_t place : groups->order()) {
        const Value list = groups->entry(place).value;
        const Value key = groups->entry(place).key;
        EVAL(made, collect_by(r, c.captured[1], items_of(list)));
        groups->put(key, made);
    }
    return Value::of(groups);
}

Value grouping(Run& run, const Value* a) {
    return collector_of(run, group_items, {a[0]});
}

Value grouping_by(Run& run, const Value* a) {
    return collector_of(run, group_items, {a[0], a[1]});
}

Value map_items(Run& r, const CollectorObject& c, std::span<const Value> items) {
    MapObject* made = r.make_map();
    for (const Value& item : items) {
        EVAL(key, r.call(c.captured[0], std::span(&item, 1)));
        EVAL(value, r.call(c.captured[1], std::span(&item, 1)));
        if (const Value* before = made->find(key); before != nullptr) {
            return r.raise(Class::illegal_state,
                           fmt::format("Duplicate key {} (attempted merging values {} and {})",
                                       java_text(key), java_text(*before), java_text(value)));
        }
        made->put(key, value);
        EVAL(charged, r.charge_values(3));
    }
    return Value::of(made);
}

Value to_map(Run& run, const Value* a) {
    return collector_of(run, map_items, {a[0], a[1]});
}

template <Class element, bool averages>
Value total_items(Run& r, const CollectorObject& c, std::span<const Value> items) {
    Value total = convert(Value::of_int(0), averages ? Class::double_ : element);
    for (const Value& item : items) {
        EVAL(one, r.call(c.captured[0], std::span(&item, 1)));
        EVAL(typed, cast_value(r, one, element, false));
        EVAL(sum, apply(r, Operator::add, total, typed));
        total = sum;
    }
    if (!averages) return total;
    return Value::of_double(items.empty() ? 0
                                          : total.as_real() / static_cast<double>(items.size()));
}

template <Class element, bool averages>
Value totalling(Run& run, const Value* a) {
    return collector_of(run, total_items<element, averages>, {a[0]});
}

using enum Class;

constexpr MethodRow rows[] = {
    {collection, "Stream stream()", of_collection},
    {arrays, "static Stream stream(def)", array_stream},
    {Class::stream, "static Stream of(def[])", array_stream},
    {int_stream, "static IntStream range(int, int)", range},
    {int_stream, "static IntStream rangeClosed(int, int)", range_closed},
    {Class::stream, "Stream filter(Predicate)", filter},
    {Class::stream, "Stream map(Function)", map_to<Class::stream, def>},
    {int_stream, "IntStream map(Function)", map_to<int_stream, int_>},
    {long_stream, "LongStream map(Function)", map_to<long_stream, long_>},
    {double_stream, "DoubleStream map(Function)", map_to<double_stream, double_>},
    {int_stream, "IntStream filter(Predicate)", filter},
    {long_stream, "LongStream filter(Predicate)", filter},
    {double_stream, "DoubleStream filter(Predicate)", filter},
    {Class::stream, "IntStream mapToInt(ToIntFunction)", map_to<int_stream, int_>},
    {Class::stream, "LongStream mapToLong(ToLongFunction)", map_to<long_stream, long_>},
    {Class::stream, "DoubleStream mapToDouble(ToDoubleFunction)", map_to<double_stream, double_>},
    {Class::stream, "Stream mapToObj(Function)", map_to<Class::stream, def>},
    {Class::stream, "Stream boxed()", boxed_stream},
    {Class::stream, "LongStream asLongStream()", converted_stream<long_stream, long_>},
    {Class::stream, "DoubleStream asDoubleStream()", converted_stream<double_stream, double_>},
    {Class::stream, "Stream flatMap(Function)", flat_map},
    {Class::stream, "Stream distinct()", distinct},
    {Class::stream, "Stream sorted()", sorted},
    {Class::stream, "Stream sorted(Comparator)", sorted_by},
    {Class::stream, "Stream limit(long)", limit},
    {Class::stream, "Stream skip(long)", skip},
    {Class::stream, "Stream peek(Consumer)", peek},
    {Class::stream, "void forEach(Consumer)", for_each},
    {Class::stream, "boolean anyMatch(Predicate)", any_match},
    {Class::stream, "boolean allMatch(Predicate)", all_match},
    {Class::stream, "boolean noneMatch(Predicate)", none_match},
    {Class::stream, "long count()", count},
    {Class::stream, "def toArray()", to_array},
    {Class::stream, "Optional findFirst()", find_first},
    {Class::stream, "Optional findAny()", find_first},
    {Class::stream, "def reduce(def, BinaryOperator)", reduce},
    {Class::stream, "Optional reduce(BinaryOperator)", reduce_optional},
    {Class::stream, "Optional max(Comparator)", max_by},
    {Class::stream, "Optional min(Comparator)", min_by},
    {Class::stream, "def collect(Collector)", collect},
    {int_stream, "int sum()", sum<Tag::int_>},
    {long_stream, "long sum()", sum<Tag::long_>},
    {double_stream, "double sum()", sum<Tag::double_>},
    {int_stream, "Optional max()", greatest},
    {int_stream, "Optional min()", least},
    {int_stream, "Optional average()", average},
    {long_stream, "Optional max()", greatest},
    {long_stream, "Optional min()", least},
    {long_stream, "Optional average()", average},
    {double_stream, "Optional max()", greatest},
    {double_stream, "Optional min()", least},
    {double_stream, "Optional average()", average},
    {optional, "boolean isPresent()", is_present},
    {optional, "def get()", get},
    {optional, "def getAsInt()", get},
    {optional, "def getAsLong()", get},
    {optional, "def getAsDouble()", get},
    {optional, "def orElse(def)", or_else},
    {optional, "def orElseGet(Supplier)", or_else_get},
    {optional, "void ifPresent(Consumer)", if_present},
    {optional, "Optional map(Function)", map_optional},
    {optional, "static Optional of(def)", optional_of},
    {optional, "static Optional ofNullable(def)", optional_of_nullable},
    {optional, "static Optional empty()", optional_empty},
    {collectors, "static Collector toList()", to_list},
    {collectors, "static Collector toSet()", to_set},
    {collectors, "static Collector joining()", joining_all},
    {collectors, "static Collector joining(CharSequence)", joining},
    {collectors, "static Collector joining(CharSequence, CharSequence, CharSequence)",
     joining_within},
    {collectors, "static Collector counting()", counting},
    {collectors, "static Collector groupingBy(Function)", grouping},
    {collectors, "static Collector groupingBy(Function, Collector)", grouping_by},
    {collectors, "static Collector toMap(Function, Function)", to_map},
    {collectors, "static Collector summingInt(ToIntFunction)", totalling<int_, false>},
    {collectors, "static Collector summingLong(ToLongFunction)", totalling<long_, false>},
    {collectors, "static Collector summingDouble(ToDoubleFunction)", totalling<double_, false>},
    {collectors, "static Collector averagingInt(ToIntFunction)", totalling<int_, true>},
    {collectors, "static Collector averagingLong(ToLongFunction)", totalling<long_, true>},
    {collectors, "static Collector averagingDouble(ToDoubleFunction)", totalling<double_, true>},
};

}  // namespace

std::span<const MethodRow> stream_methods() {
    return rows;
}

}  // namespace elkhorn::script
