// script/library/map.cc -- Map, its views and entries.

#include "script/run/library.h"
#include "script/run/node.h"

#include <fmt/format.h>

namespace elkhorn::script {

MapObject* changeable_map(Run& run, const Value& value) {
    auto* map = object_as<MapObject>(value);
    if (map == nullptr || map->frozen) {
        run.raise(Class::unsupported_operation, "");
        return nullptr;
    }
    return map;
}

namespace {

MapObject& map_of(const Value& value) {
    return *object_as<MapObject>(value);
}

Value found_or_null(const Value* found) {
    return found == nullptr ? Value() : *found;
}

Value size(Run& /*run*/, const Value* a) {
    return Value::of_int(static_cast<std::int64_t>(map_of(a[0]).size()));
}

Value is_empty(Run& /*run*/, const Value* a) {
    return Value::boolean(map_of(a[0]).size() == 0);
}

Value get(Run& /*run*/, const Value* a) {
    return found_or_null(map_of(a[0]).find(a[1]));
}

Value get_or(Run& /*run*/, const Value* a) {
    const Value* found = map_of(a[0]).find(a[1]);
    return found == nullptr ? a[2] : *found;
}

Value contains_key(Run& /*run*/, const Value* a) {
    return Value::boolean(map_of(a[0]).find(a[1]) != nullptr);
}

Value contains_value(Run& /*run*/, const Value* a) {
    const MapObject& map = map_of(a[0]);
    for (const std::uint32_t place : map.order()) {
        if (equals(map.entry(place).value, a[1])) return Value::boolean(true);
    }
    return Value::boolean(false);
}

Value put(Run& run, const Value* a) {
    MapObject* map = changeable_map(run, a[0]);
    if (map == nullptr) return Value::trouble();
    const Value old = found_or_null(map->find(a[1]));
    map->put(a[1], a[2]);
    EVAL(charged, run.charge_values(3));
    return old;
}

Value put_all(Run& run, const Value* a) {
    MapObject* map = changeable_map(run, a[0]);
    if (map == nullptr) return Value::trouble();
    if (a[1].is_null()) return raise_null(run, "m");
    const MapObject& from = map_of(a[1]);
    if (&from == map) return {};
    for (const std::uint32_t place : from.order())
        map->put(from.entry(place).key, from.entry(place).value);
    return run.charge_values(3 * from.size());
}

Value put_if_absent(Run& run, const Value* a) {
    MapObject* map = changeable_map(run, a[0]);
    if (map == nullptr) return Value::trouble();
    const Value old = found_or_null(map->find(a[1]));
    if (!old.is_null()) return old;
    map->put(a[1], a[2]);
    return run.charge_values(3);
}

Value remove(Run& run, const Value* a) {
    MapObject* map = changeable_map(run, a[0]);
    if (map == nullptr) return Value::trouble();
    const Value old = found_or_null(map->find(a[1]));
    map->remove(a[1]);
    return old;
}

Value remove_pair(Run& run, const Value* a) {
    MapObject* map = changeable_map(run, a[0]);
    if (map == nullptr) return Value::trouble();
    const Value* old = map->find(a[1]);
    if (old == nullptr || !equals(*old, a[2])) return Value::boolean(false);
    map->remove(a[1]);
    return Value::boolean(true);
}

Value replace(Run& run, const Value* a) {
    MapObject* map = changeable_map(run, a[0]);
    if (map == nullptr) return Value::trouble();
    Value* old = map->find(a[1]);
    return old == nullptr ? Value() : std::exchange(*old, a[2]);
}

Value clear(Run& run, const Value* a) {
    MapObject* map = changeable_map(run, a[0]);
    if (map == nullptr) return Value::trouble();
    map->clear();
    return {};
}

/// Puts what a function made of the key, or takes the key out where that is null.
Value settle(Run& run, const Value& of, const Value& key, const Value& made) {
    MapObject* map = changeable_map(run, of);
    if (map == nullptr) return Value::trouble();
    if (made.is_null())
        map->remove(key);
    else
        map->put(key, made);
    EVAL(charged, run.charge_values(3));
    return made;
}

Value compute(Run& run, const Value* a) {
    const Value pair[] = {a[1], found_or_null(map_of(a[0]).find(a[1]))};
    EVAL(made, run.call(a[2], pair));
    return settle(run, a[0], a[1], made);
}

Value compute_if_absent(Run& run, const Value* a) {
    const Value old = found_or_null(map_of(a[0]).find(a[1]));
    if (!old.is_null()) return old;
    EVAL(made, run.call(a[2], std::span(&a[1], 1)));
    return made.is_null() ? made : settle(run, a[0], a[1], made);
}

Value compute_if_present(Run& run, const Value* a) {
    const Value old = found_or_null(map_of(a[0]).find(a[1]));
    if (old.is_null()) return {};
    const Value pair[] = {a[1], old};
    EVAL(made, run.call(a[2], pair));
    return settle(run, a[0], a[1], made);
}

Value merge(Run& run, const Value* a) {
    const Value old = found_or_null(map_of(a[0]).find(a[1]));
    if (old.is_null()) return settle(run, a[0], a[1], a[2]);
    const Value pair[] = {old, a[2]};
    EVAL(made, run.call(a[3], pair));
    return settle(run, a[0], a[1], made);
}

/// Calls visit(key, value) for each entry there was to begin with; trouble where that throws.
template <typename Visit>
Value walk(const Value& of, Visit&& visit) {
    const MapObject& map = map_of(of);
    std::vector<std::pair<Value, Value>> entries;
    for (const std::uint32_t place : map.order())
        entries.emplace_back(map.entry(place).key, map.entry(place).value);
    for (const auto& [key, value] : entries) {
        const Value pair[] = {key, value};
        EVAL(done, visit(std::span<const Value>(pair)));
        if (done.is(Tag::boolean) && done.as_boolean()) break;
    }
    return {};
}

Value for_each(Run& run, const Value* a) {
    return walk(a[0], [&](std::span<const Value> pair) {
        const Value done = run.call(a[1], pair);
        return done.thrown() ? done : Value();
    });
}

Value each(Run& run, const Value* a) {
    EVAL(done, for_each(run, a));
    return a[0];
}

Value replace_all(Run& run, const Value* a) {
    return walk(a[0], [&](std::span<const Value> pair) {
        EVAL(made, run.call(a[1], pair));
        MapObject* map = changeable_map(run, a[0]);
        if (map == nullptr) return Value::trouble();
        map->put(pair[0], made);
        return Value();
    });
}

Value count(Run& run, const Value* a) {
    std::int64_t found = 0;
    EVAL(done, walk(a[0], [&](std::span<const Value> pair) {
             EVAL(test, run.test(a[1], pair));
             found += test.as_boolean() ? 1 : 0;
             return Value();
         }));
    return Value::of_int(found);
}

Value every(Run& run, const Value* a) {
    bool all = true;
    EVAL(done, walk(a[0], [&](std::span<const Value> pair) {
             EVAL(test, run.test(a[1], pair));
             all = all && test.as_boolean();
             return Value::boolean(!all);
         }));
    return Value::boolean(all);
}

Value find(Run& run, const Value* a) {
    Value found;
    EVAL(done, walk(a[0], [&](std::span<const Value> pair) {
             EVAL(test, run.test(a[1], pair));
             if (test.as_boolean()) found = Value::of(run.make<EntryObject>(map_of(a[0]), pair[0]));
             return test;
         }));
    return found;
}

Value find_all(Run& run, const Value* a) {
    MapObject* found = run.make_map();
    EVAL(done, walk(a[0], [&](std::span<const Value> pair) {
             EVAL(test, run.test(a[1], pair));
             if (test.as_boolean()) found->put(pair[0], pair[1]);
             return run.charge_values(3);
         }));
    return Value::of(found);
}

Value collect(Run& run, const Value* a) {
    ListObject* made = run.make_list({});
    EVAL(done, walk(a[0], [&](std::span<const Value> pair) {
             EVAL(one, run.call(a[1], pair));
             made->items.push_back(one);
             return run.charge_values(1);
         }));
    return Value::of(made);
}

Value key_set(Run& run, const Value* a) {
    return Value::of(run.make<MapView>(map_of(a[0]), MapView::Shows::keys));
}

Value values(Run& run, const Value* a) {
    return Value::of(run.make<MapView>(map_of(a[0]), MapView::Shows::values));
}

Value entry_set(Run& run, const Value* a) {
    return Value::of(run.make<MapView>(map_of(a[0]), MapView::Shows::entries));
}

Value entry_key(Run& /*run*/, const Value* a) {
    return object_as<EntryObject>(a[0])->key;
}

Value entry_value(Run& /*run*/, const Value* a) {
    const auto* entry = object_as<EntryObject>(a[0]);
    return found_or_null(entry->of.find(entry->key));
}

Value entry_set_value(Run& run, const Value* a) {
    const auto* entry = object_as<EntryObject>(a[0]);
    const Value triple[] = {Value::of(&entry->of), entry->key, a[1]};
    return put(run, triple);
}

template <Class one>
Value new_map(Run& run, const Value* /*a*/) {
    return Value::of(run.make_map(one));
}

template <Class one>
Value new_map_of(Run& run, const Value* a) {
    if (a[0].is_null()) return raise_null(run, "m");
    const Value pair[] = {Value::of(run.make_map(one)), a[0]};
    EVAL(filled, put_all(run, pair));
    return pair[0];
}

Value empty_map(Run& run, const Value* /*a*/) {
    MapObject* made = run.make_map();
    made->frozen = true;
    return Value::of(made);
}

Value singleton_map(Run& run, const Value* a) {
    MapObject* made = run.make_map();
    made->put(a[0], a[1]);
    made->frozen = true;
    return Value::of(made);
}

constexpr MethodRow rows[] = {
    {Class::map, "int size()", size},
    {Class::map, "boolean isEmpty()", is_empty},
    {Class::map, "def get(def)", get},
    {Class::map, "def getOrDefault(def, def)", get_or},
    {Class::map, "boolean containsKey(def)", contains_key},
    {Class::map, "boolean containsValue(def)", contains_value},
    {Class::map, "def put(def, def)", put},
    {Class::map, "void putAll(Map)", put_all},
    {Class::map, "def putIfAbsent(def, def)", put_if_absent},
    {Class::map, "def remove(def)", remove},
    {Class::map, "boolean remove(def, def)", remove_pair},
    {Class::map, "def replace(def, def)", replace},
    {Class::map, "void replaceAll(BiFunction)", replace_all},
    {Class::map, "void clear()", clear},
    {Class::map, "def compute(def, BiFunction)", compute},
    {Class::map, "def computeIfAbsent(def, Function)", compute_if_absent},
    {Class::map, "def computeIfPresent(def, BiFunction)", compute_if_present},
    {Class::map, "def merge(def, def, BiFunction)", merge},
    {Class::map, "void forEach(BiConsumer)", for_each},
    {Class::map, "def each(BiConsumer)", each},
    {Class::map, "int count(BiPredicate)", count},
    {Class::map, "boolean every(BiPredicate)", every},
    {Class::map, "Map.Entry find(BiPredicate)", find},
    {Class::map, "Map findAll(BiPredicate)", find_all},
    {Class::map, "List collect(BiFunction)", collect},
    {Class::map, "Set keySet()", key_set},
    {Class::map, "Collection values()", values},
    {Class::map, "Set entrySet()", entry_set},
    {Class::map_entry, "def getKey()", entry_key},
    {Class::map_entry, "def getValue()", entry_value},
    {Class::map_entry, "def setValue(def)", entry_set_value},
    {Class::hash_map, "new()", new_map<Class::hash_map>},
    {Class::hash_map, "new(Map)", new_map_of<Class::hash_map>},
    {Class::linked_hash_map, "new()", new_map<Class::linked_hash_map>},
    {Class::linked_hash_map, "new(Map)", new_map_of<Class::linked_hash_map>},
    {Class::tree_map, "new()", new_map<Class::tree_map>},
    {Class::tree_map, "new(Map)", new_map_of<Class::tree_map>},
    {Class::collections, "static Map emptyMap()", empty_map},
    {Class::collections, "static Map singletonMap(def, def)", singleton_map},
};

}  // namespace

std::span<const MethodRow> map_methods() {
    return rows;
}

}  // namespace elkhorn::script
