// script/library/comparator.cc -- comparators, which are natives that sorts call.

#include "script/run/library.h"
#include "script/run/node.h"
#include "script/value/java_text.h"

#include <fmt/format.h>

#include <utility>

namespace elkhorn::script {
namespace {

Value comparator_of(Run& run, ClosureObject::Native compare, std::vector<Value> captured = {}) {
    return Value::of(run.make<ClosureObject>(compare, std::move(captured)));
}

Value compare_by(Run& r, const ClosureObject& c, std::span<const Value> pair) {
    EVAL(a, r.call(c.captured[0], pair.subspan(0, 1)));
    EVAL(b, r.call(c.captured[0], pair.subspan(1, 1)));
    if (c.captured.size() > 1) {
        const Value both[] = {a, b};
        return r.call(c.captured[1], both);
    }
    if (a.is_null() || b.is_null()) return raise_null(r, "a");
    return Value::of_int(compare_natural(a, b));
}

Value comparing(Run& run, const Value* a) {
    return comparator_of(run, compare_by, {a[0]});
}

Value comparing_with(Run& run, const Value* a) {
    return comparator_of(run, compare_by, {a[0], a[1]});
}

Value natural_order(Run& run, const Value* /*a*/) {
    return comparator_of(run, [](Run&, const ClosureObject&, std::span<const Value> pair) {
        return Value::of_int(compare_natural(pair[0], pair[1]));
    });
}

Value reverse_order(Run& run, const Value* /*a*/) {
    return comparator_of(run, [](Run&, const ClosureObject&, std::span<const Value> pair) {
        return Value::of_int(compare_natural(pair[1], pair[0]));
    });
}

Value reversed(Run& run, const Value* a) {
    return comparator_of(run,
                         [](Run& r, const ClosureObject& c, std::span<const Value> pair) {
                             const Value turned[] = {pair[1], pair[0]};
                             return r.call(c.captured[0], turned);
                         },
                         {a[0]});
}

Value then_comparing(Run& run, const Value* a) {
    return comparator_of(run,
                         [](Run& r, const ClosureObject& c, std::span<const Value> pair) {
                             EVAL(first, r.call(c.captured[0], pair));
                             EVAL(order, cast_value(r, first, Class::int_, false));
                             return order.as_whole() != 0 ? order : r.call(c.captured[1], pair);
                         },
                         {a[0], a[1]});
}

Value compare(Run& run, const Value* a) {
    return run.call(a[0], std::span(a + 1, 2));
}

Value no_entry(Run& run, const Value& value) {
    if (value.is_null()) return raise_null(run, "entry");
    return run.raise(Class::class_cast,
                     fmt::format("class {} cannot be cast to class {}", name_of(type_of(value)),
                                 name_of(Class::map_entry)));
}

Value entry_by_key(Run& run, const Value* /*a*/) {
    return comparator_of(run, [](Run& r, const ClosureObject&, std::span<const Value> pair) {
        const auto* a = object_as<EntryObject>(pair[0]);
        const auto* b = object_as<EntryObject>(pair[1]);
        if (a == nullptr || b == nullptr) return no_entry(r, a == nullptr ? pair[0] : pair[1]);
        return Value::of_int(compare_natural(a->key, b->key));
    });
}

Value entry_by_value(Run& run, const Value* /*a*/) {
    return comparator_of(run, [](Run& r, const ClosureObject&, std::span<const Value> pair) {
        const auto* a = object_as<EntryObject>(pair[0]);
        const auto* b = object_as<EntryObject>(pair[1]);
        if (a == nullptr || b == nullptr) return no_entry(r, a == nullptr ? pair[0] : pair[1]);
        const Value* x = a->of.find(a->key);
        const Value* y = b->of.find(b->key);
        if (x == nullptr || y == nullptr) return raise_null(r, "value");
        return Value::of_int(compare_natural(*x, *y));
    });
}

using enum Class;

constexpr MethodRow rows[] = {
    {comparator, "int compare(def, def)", compare},
    {comparator, "Comparator reversed()", reversed},
    {comparator, "Comparator thenComparing(Comparator)", then_comparing},
    {comparator, "static Comparator comparing(Function)", comparing},
    {comparator, "static Comparator comparing(Function, Comparator)", comparing_with},
    {comparator, "static Comparator comparingInt(ToIntFunction)", comparing},
    {comparator, "static Comparator comparingLong(ToLongFunction)", comparing},
    {comparator, "static Comparator comparingDouble(ToDoubleFunction)", comparing},
    {comparator, "static Comparator naturalOrder()", natural_order},
    {comparator, "static Comparator reverseOrder()", reverse_order},
    {collections, "static Comparator reverseOrder()", reverse_order},
    {map_entry, "static Comparator comparingByKey()", entry_by_key},
    {map_entry, "static Comparator comparingByValue()", entry_by_value},
};

}  // namespace

std::span<const MethodRow> comparator_methods() {
    return rows;
}

}  // namespace elkhorn::script
