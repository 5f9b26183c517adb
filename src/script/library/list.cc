// script/library/list.cc -- collections: List, Set, Iterator, Arrays, Collections.

#include "script/run/library.h"
#include "script/run/node.h"
#include "script/value/java_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace elkhorn::script {
namespace {

std::int64_t size_of(Run& run, const Value& value) {
    if (auto* list = object_as<ListObject>(value); list != nullptr)
        return static_cast<std::int64_t>(list->items.size());
    if (auto* set = object_as<SetObject>(value); set != nullptr)
        return static_cast<std::int64_t>(set->keys.size());
    if (auto* view = object_as<MapView>(value); view != nullptr)
        return static_cast<std::int64_t>(view->of.size());
    if (auto* doc = object_as<DocObject>(value); doc != nullptr)
        return static_cast<std::int64_t>(run.host().count(run, doc->slot));
    return 0;
}

Value size(Run& run, const Value* a) {
    return Value::of_int(size_of(run, a[0]));
}

Value is_empty(Run& run, const Value* a) {
    return Value::boolean(size_of(run, a[0]) == 0);
}

Value beyond(Run& run, std::int64_t place, std::int64_t count) {
    return run.raise(Class::index_out_of_bounds,
                     fmt::format("Index {} out of bounds for length {}", place, count));
}

Value get(Run& run, const Value* a) {
    const std::int64_t place = a[1].as_whole();
    auto* list = object_as<ListObject>(a[0]);
    const std::int64_t count = size_of(run, a[0]);
    if (list == nullptr || place < 0 || place >= count) return beyond(run, place, count);
    return list->items[static_cast<std::size_t>(place)];
}

bool holds(Run& run, const Value& of, const Value& what, bool& failed) {
    if (auto* set = object_as<SetObject>(of); set != nullptr)
        return set->keys.find(what) != nullptr;
    std::vector<Value> items;
    failed = !elements_of(run, of, items);
    return std::ranges::any_of(items, [&](const Value& item) { return equals(item, what); });
}

Value contains(Run& run, const Value* a) {
    bool failed = false;
    const bool found = holds(run, a[0], a[1], failed);
    return failed ? Value::trouble() : Value::boolean(found);
}

Value contains_all(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[1], items)) return Value::trouble();
    bool failed = false;
    for (const Value& item : items) {
        if (!holds(run, a[0], item, failed))
            return failed ? Value::trouble() : Value::boolean(false);
    }
    return Value::boolean(true);
}

Value index_of(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (equals(items[i], a[1])) return Value::of_int(static_cast<std::int64_t>(i));
    }
    return Value::of_int(-1);
}

Value last_index_of(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    for (std::size_t i = items.size(); i-- > 0;) {
        if (equals(items[i], a[1])) return Value::of_int(static_cast<std::int64_t>(i));
    }
    return Value::of_int(-1);
}

/// A set's keys, or null and raised.
MapObject* changeable_set(Run& run, const Value& value) {
    auto* set = object_as<SetObject>(value);
    if (set == nullptr || set->frozen) {
        run.raise(Class::unsupported_operation, "");
        return nullptr;
    }
    return &set->keys;
}

Value add(Run& run, const Value* a) {
    if (object_as<SetObject>(a[0]) != nullptr) {
        MapObject* keys = changeable_set(run, a[0]);
        if (keys == nullptr) return Value::trouble();
        const bool added = keys->put(a[1], Value());
        EVAL(charged, run.charge_values(3));
        return Value::boolean(added);
    }
    ListObject* list = changeable_list(run, a[0]);
    if (list == nullptr) return Value::trouble();
    list->items.push_back(a[1]);
    EVAL(charged, run.charge_values(1));
    return Value::boolean(true);
}

Value add_at(Run& run, const Value* a) {
    ListObject* list = changeable_list(run, a[0]);
    if (list == nullptr) return Value::trouble();
    const std::int64_t place = a[1].as_whole();
    const auto count = static_cast<std::int64_t>(list->items.size());
    if (place < 0 || place > count) {
        return run.raise(Class::index_out_of_bounds,
                         fmt::format("Index: {}, Size: {}", place, count));
    }
    list->items.insert(list->items.begin() + place, a[2]);
    return run.charge_values(1);
}

Value add_all(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[1], items)) return Value::trouble();
    bool changed = false;
    for (const Value& item : items) {
        const Value pair[] = {a[0], item};
        EVAL(added, add(run, pair));
        changed = changed || added.as_boolean();
    }
    return Value::boolean(changed);
}

Value set_at(Run& run, const Value* a) {
    ListObject* list = changeable_list(run, a[0]);
    if (list == nullptr) return Value::trouble();
    const std::int64_t place = a[1].as_whole();
    const auto count = static_cast<std::int64_t>(list->items.size());
    if (place < 0 || place >= count) return beyond(run, place, count);
    return std::exchange(list->items[static_cast<std::size_t>(place)], a[2]);
}

Value remove_at(Run& run, const Value* a) {
    ListObject* list = changeable_list(run, a[0]);
    if (list == nullptr) return Value::trouble();
    const std::int64_t place = a[1].as_whole();
    const auto count = static_cast<std::int64_t>(list->items.size());
    if (place < 0 || place >= count) return beyond(run, place, count);
    const Value removed = list->items[static_cast<std::size_t>(place)];
    list->items.erase(list->items.begin() + place);
    return removed;
}

/// Takes one element out of whatever it is; false: raised.
bool take_out(Run& run, const Value& of, const Value& what, bool& found) {
    if (auto* view = object_as<MapView>(of); view != nullptr) {
        MapObject* map = changeable_map(run, Value::of(&view->of));
        if (map == nullptr) return false;
        if (view->shows == MapView::Shows::keys) {
            found = map->remove(what);
        } else if (auto* entry = object_as<EntryObject>(what);
                   entry != nullptr && view->shows == MapView::Shows::entries) {
            found = map->remove(entry->key);
        } else {
            for (const std::uint32_t place : map->order()) {
                if (!equals(map->entry(place).value, what)) continue;
                found = map->remove(map->entry(place).key);
                break;
            }
        }
        return true;
    }
    if (object_as<SetObject>(of) != nullptr) {
        MapObject* keys = changeable_set(run, of);
        if (keys == nullptr) return false;
        found = keys->remove(what);
        return true;
    }
    ListObject* list = changeable_list(run, of);
    if (list == nullptr) return false;
    const auto it =
        std::ranges::find_if(list->items, [&](const Value& item) { return equals(item, what); });
    found = it != list->items.end();
    if (found) list->items.erase(it);
    return true;
}

Value remove_item(Run& run, const Value* a) {
    bool found = false;
    return take_out(run, a[0], a[1], found) ? Value::boolean(found) : Value::trouble();
}

/// Keeps what `stays` says; trouble where that throws.
template <typename Stays>
Value filter(Run& run, const Value& of, Stays&& stays) {
    std::vector<Value> items;
    if (!elements_of(run, of, items)) return Value::trouble();
    std::vector<Value> kept;
    bool changed = false;
    for (const Value& item : items) {
        EVAL(stay, stays(item));
        if (stay.as_boolean()) {
            kept.push_back(item);
            continue;
        }
        changed = true;
        if (object_as<ListObject>(of) != nullptr) continue;
        bool found = false;
        if (!take_out(run, of, item, found)) return Value::trouble();
    }
    if (changed && object_as<ListObject>(of) != nullptr) {
        ListObject* list = changeable_list(run, of);
        if (list == nullptr) return Value::trouble();
        list->items = std::move(kept);
    }
    return Value::boolean(changed);
}

Value remove_if(Run& run, const Value* a) {
    return filter(run, a[0], [&](const Value& item) {
        const Value test = run.test(a[1], std::span(&item, 1));
        return test.thrown() ? test : Value::boolean(!test.as_boolean());
    });
}

Value retain_or_remove(Run& run, const Value* a, bool retain) {
    std::vector<Value> others;
    if (!elements_of(run, a[1], others)) return Value::trouble();
    return filter(run, a[0], [&](const Value& item) {
        const bool among =
            std::ranges::any_of(others, [&](const Value& other) { return equals(item, other); });
        return Value::boolean(among == retain);
    });
}

Value remove_all(Run& run, const Value* a) {
    return retain_or_remove(run, a, false);
}

Value retain_all(Run& run, const Value* a) {
    return retain_or_remove(run, a, true);
}

Value clear(Run& run, const Value* a) {
    if (object_as<SetObject>(a[0]) != nullptr) {
        MapObject* keys = changeable_set(run, a[0]);
        if (keys == nullptr) return Value::trouble();
        keys->clear();
        return {};
    }
    if (auto* view = object_as<MapView>(a[0]); view != nullptr) {
        MapObject* map = changeable_map(run, Value::of(&view->of));
        if (map == nullptr) return Value::trouble();
        map->clear();
        return {};
    }
    ListObject* list = changeable_list(run, a[0]);
    if (list == nullptr) return Value::trouble();
    list->items.clear();
    return {};
}

Value for_each(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    for (const Value& item : items) {
        EVAL(done, run.call(a[1], std::span(&item, 1)));
    }
    return {};
}

Value sort(Run& run, const Value* a) {
    ListObject* list = changeable_list(run, a[0]);
    if (list == nullptr) return Value::trouble();
    std::vector<Value> items = list->items;
    EVAL(sorted, sort_values(run, items, a[1]));
    list->items = std::move(items);
    return {};
}

Value replace_all(Run& run, const Value* a) {
    ListObject* list = changeable_list(run, a[0]);
    if (list == nullptr) return Value::trouble();
    std::vector<Value> items = list->items;
    for (Value& item : items) {
        EVAL(changed, run.call(a[1], std::span(&item, 1)));
        item = changed;
    }
    list->items = std::move(items);
    return {};
}

Value sub_list(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    const auto count = static_cast<std::int64_t>(items.size());
    const std::int64_t from = a[1].as_whole();
    const std::int64_t to = a[2].as_whole();
    if (from < 0) return run.raise(Class::index_out_of_bounds, fmt::format("fromIndex = {}", from));
    if (to > count) return run.raise(Class::index_out_of_bounds, fmt::format("toIndex = {}", to));
    if (from > to) {
        return run.raise(Class::illegal_argument,
                         fmt::format("fromIndex({}) > toIndex({})", from, to));
    }
    return Value::of(run.make_list({items.begin() + from, items.begin() + to}));
}

Value to_array(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    return Value::of(run.make_list(std::move(items), Type(Class::object, 1)));
}

Value as_list(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    return Value::of(run.make_list(std::move(items)));
}

// -- making them ----------------------------------------------------------------------------------

template <Class one>
Value new_list(Run& run, const Value* /*a*/) {
    return Value::of(run.make_list({}, one));
}

template <Class one>
Value new_list_of(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    return Value::of(run.make_list(std::move(items), one));
}

template <Class one, Class map>
Value new_set(Run& run, const Value* /*a*/) {
    return Value::of(run.make<SetObject>(one, map));
}

template <Class one, Class map>
Value new_set_of(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    auto* made = run.make<SetObject>(one, map);
    for (const Value& item : items)
        made->keys.put(item, Value());
    EVAL(charged, run.charge_values(3 * items.size()));
    return Value::of(made);
}

Value empty_list(Run& run, const Value* /*a*/) {
    auto* made = run.make_list({}, Class::list);
    made->frozen = true;
    return Value::of(made);
}

Value singleton_list(Run& run, const Value* a) {
    auto* made = run.make_list({a[0]}, Class::list);
    made->frozen = true;
    return Value::of(made);
}

Value sort_natural(Run& run, const Value* a) {
    const Value pair[] = {a[0], Value()};
    return sort(run, pair);
}

Value reverse(Run& run, const Value* a) {
    ListObject* list = changeable_list(run, a[0]);
    if (list == nullptr) return Value::trouble();
    std::ranges::reverse(list->items);
    return {};
}

Value extreme(Run& run, const Value& of, bool most) {
    std::vector<Value> items;
    if (!elements_of(run, of, items)) return Value::trouble();
    if (items.empty()) {
        run.raise(*run.make<ThrownObject>(Class::no_such_element, Value()));
        return Value::trouble();
    }
    Value best = items[0];
    for (const Value& item : items) {
        const int order = compare_natural(item, best);
        if (most ? order > 0 : order < 0) best = item;
    }
    return best;
}

Value greatest(Run& run, const Value* a) {
    return extreme(run, a[0], true);
}

Value least(Run& run, const Value* a) {
    return extreme(run, a[0], false);
}

Value same(Run& run, const Value* a) {
    auto* list = object_as<ListObject>(a[0]);
    if (list == nullptr) return as_list(run, a);
    return as_list(run, a);
}

Value array_equals(Run& /*run*/, const Value* a) {
    auto* x = object_as<ListObject>(a[0]);
    auto* y = object_as<ListObject>(a[1]);
    if (x == nullptr || y == nullptr) return Value::boolean(x == y);
    return Value::boolean(std::ranges::equal(
        x->items, y->items, [](const Value& p, const Value& q) { return equals(p, q); }));
}

Value sort_array(Run& run, const Value* a) {
    auto* list = object_as<ListObject>(a[0]);
    if (list == nullptr) return raise_null(run, "a");
    return sort_values(run, list->items, Value());
}

Value list_equals(Run& /*run*/, const Value* a) {
    return Value::boolean(equals(a[0], a[1]));
}

// -- iterators ------------------------------------------------------------------------------------

Value iterator(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    return Value::of(run.make<IteratorObject>(a[0], std::move(items)));
}

Value has_next(Run& /*run*/, const Value* a) {
    const auto* walker = object_as<IteratorObject>(a[0]);
    return Value::boolean(walker->next < walker->items.size());
}

Value next(Run& run, const Value* a) {
    auto* walker = object_as<IteratorObject>(a[0]);
    if (walker->next >= walker->items.size())
        return run.raise(*run.make<ThrownObject>(Class::no_such_element, Value()));
    return walker->items[walker->next++];
}

Value remove_current(Run& run, const Value* a) {
    auto* walker = object_as<IteratorObject>(a[0]);
    if (walker->next == 0) return run.raise(*run.make<ThrownObject>(Class::illegal_state, Value()));
    if (object_as<ListObject>(walker->source) != nullptr) {
        ListObject* list = changeable_list(run, walker->source);
        if (list == nullptr) return Value::trouble();
        const std::size_t place = walker->next - 1 - walker->removed++;
        if (place < list->items.size())
            list->items.erase(list->items.begin() + static_cast<std::ptrdiff_t>(place));
        return {};
    }
    bool found = false;
    return take_out(run, walker->source, walker->items[walker->next - 1], found) ? Value()
                                                                                 : Value::trouble();
}

constexpr MethodRow rows[] = {
    {Class::iterable, "void forEach(Consumer)", for_each},
    {Class::iterable, "Iterator iterator()", iterator},
    {Class::iterator, "boolean hasNext()", has_next},
    {Class::iterator, "def next()", next},
    {Class::iterator, "void remove()", remove_current},
    {Class::collection, "int size()", size},
    {Class::collection, "boolean isEmpty()", is_empty},
    {Class::collection, "boolean contains(def)", contains},
    {Class::collection, "boolean containsAll(Collection)", contains_all},
    {Class::collection, "boolean add(def)", add},
    {Class::collection, "boolean addAll(Collection)", add_all},
    {Class::collection, "boolean removeIf(Predicate)", remove_if},
    {Class::collection, "boolean removeAll(Collection)", remove_all},
    {Class::collection, "boolean retainAll(Collection)", retain_all},
    {Class::collection, "void clear()", clear},
    {Class::collection, "def[] toArray()", to_array},
    {Class::set, "boolean remove(def)", remove_item},
    {Class::list, "def get(int)", get},
    {Class::list, "int indexOf(def)", index_of},
    {Class::list, "int lastIndexOf(def)", last_index_of},
    {Class::list, "int getLength()", size},
    {Class::list, "void add(int, def)", add_at},
    {Class::list, "def set(int, def)", set_at},
    {Class::list, "def remove(int)", remove_at},
    {Class::list, "void sort(Comparator)", sort},
    {Class::list, "void replaceAll(UnaryOperator)", replace_all},
    {Class::list, "List subList(int, int)", sub_list},
    {Class::list, "boolean equals(def)", list_equals},
    {Class::array_list, "new()", new_list<Class::array_list>},
    {Class::array_list, "new(Collection)", new_list_of<Class::array_list>},
    {Class::linked_list, "new()", new_list<Class::linked_list>},
    {Class::linked_list, "new(Collection)", new_list_of<Class::linked_list>},
    {Class::hash_set, "new()", new_set<Class::hash_set, Class::hash_map>},
    {Class::hash_set, "new(Collection)", new_set_of<Class::hash_set, Class::hash_map>},
    {Class::linked_hash_set, "new()", new_set<Class::linked_hash_set, Class::linked_hash_map>},
    {Class::linked_hash_set, "new(Collection)",
     new_set_of<Class::linked_hash_set, Class::linked_hash_map>},
    {Class::tree_set, "new()", new_set<Class::tree_set, Class::tree_map>},
    {Class::collections, "static List emptyList()", empty_list},
    {Class::collections, "static List singletonList(def)", singleton_list},
    {Class::collections, "static List unmodifiableList(List)", as_list},
    {Class::collections, "static void sort(List)", sort_natural},
    {Class::collections, "static void sort(List, Comparator)", sort},
    {Class::collections, "static void reverse(List)", reverse},
    {Class::collections, "static def max(Collection)", greatest},
    {Class::collections, "static def min(Collection)", least},
    {Class::arrays, "static List asList(def[])", same},
    {Class::arrays, "static boolean equals(def, def)", array_equals},
    {Class::arrays, "static void sort(def)", sort_array},
};

}  // namespace

std::span<const MethodRow> list_methods() {
    return rows;
}

}  // namespace elkhorn::script
