// script/run/members.cc -- a[b], a.b and a.b(c) of values whose class is known only when they are
// there.

#include "script/run/node.h"
#include "script/value/java_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace elkhorn::script {
namespace {

constexpr std::size_t arguments_most = 16;

std::string class_name(const Value& value) {
    return value.is_null() ? "null" : name_of(type_of(value));
}

Value not_a_place(Run& run, const ListObject& list, std::int64_t place) {
    if (list.type().is_array()) {
        return run.raise(
            Class::array_index_out_of_bounds,
            fmt::format("Index {} out of bounds for length {}", place, list.items.size()));
    }
    return run.raise(Class::index_out_of_bounds,
                     fmt::format("Index {} out of bounds for length {}", place, list.items.size()));
}

/// Lists and arrays count from the end below zero, in Painless.
std::int64_t from_start(const ListObject& list, std::int64_t place) {
    return place < 0 ? place + static_cast<std::int64_t>(list.items.size()) : place;
}

Value* item_at(ListObject& list, std::int64_t place) {
    const auto size = static_cast<std::int64_t>(list.items.size());
    return place < 0 || place >= size ? nullptr : &list.items[static_cast<std::size_t>(place)];
}

std::string getter_name(std::string_view prefix, std::string_view name) {
    std::string made(prefix);
    made += name;
    char& first = made[prefix.size()];
    if (first >= 'a' && first <= 'z') first = static_cast<char>(first - 'a' + 'A');
    return made;
}

Value call_row(Run& run, const Method& method, std::span<const Value> arguments) {
    std::array<Value, arguments_most> converted;
    if (arguments.size() > converted.size())
        return run.give_up(Class::painless_error, "a call has more than 15 arguments");
    converted[0] = arguments[0];
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        EVAL(one, cast_value(run, arguments[i], method.parameters[i - 1], false));
        converted[i] = one;
    }
    return method.code(run, converted.data());
}

}  // namespace

Value raise_null(Run& run, std::string_view what) {
    return run.raise(
        Class::null_pointer,
        fmt::format("Cannot invoke \"Object.getClass()\" because \"{}\" is null", what));
}

Value load_index(Run& run, const Value& of, const Value& place) {
    if (of.is_null()) return raise_null(run, "receiver");
    if (auto* map = object_as<MapObject>(of); map != nullptr) {
        const Value* found = map->find(place);
        return found == nullptr ? Value() : *found;
    }
    if (auto* list = object_as<ListObject>(of); list != nullptr) {
        EVAL(number, cast_value(run, place, Class::int_, false));
        const std::int64_t at = from_start(*list, number.as_whole());
        const Value* item = item_at(*list, at);
        return item == nullptr ? not_a_place(run, *list, at) : *item;
    }
    if (of.is_object() &&
        (of.as_object()->is(Class::doc_values) || of.as_object()->is(Class::doc_map))) {
        const std::array arguments = {of, place};
        Run::Site site;
        return call_method(run, site, "get", arguments);
    }
    return run.raise(Class::illegal_argument,
                     fmt::format("Attempting to address a non-array-like type [{}] as an array.",
                                 class_name(of)));
}

Value store_index(Run& run, const Value& of, const Value& place, const Value& value) {
    if (of.is_null()) return raise_null(run, "receiver");
    if (object_as<MapObject>(of) != nullptr) {
        MapObject* map = changeable_map(run, of);
        if (map == nullptr) return Value::trouble();
        map->put(place, value);
        return run.charge_values(3);
    }
    if (auto* list = object_as<ListObject>(of); list != nullptr) {
        EVAL(number, cast_value(run, place, Class::int_, false));
        ListObject* changed = changeable_list(run, of);
        if (changed == nullptr) return Value::trouble();
        const std::int64_t at = from_start(*list, number.as_whole());
        Value* item = item_at(*changed, at);
        if (item == nullptr) return not_a_place(run, *list, at);
        if (list->type().is_array()) {
            EVAL(converted, cast_value(run, value, list->type().element(), false));
            *item = converted;
        } else {
            *item = value;
        }
        return {};
    }
    return run.raise(Class::illegal_argument,
                     fmt::format("Attempting to address a non-array-like type [{}] as an array.",
                                 class_name(of)));
}

Value load_member(Run& run, const Value& of, std::string_view name) {
    if (of.is_null()) return raise_null(run, "value");
    const Type type = type_of(of);
    if (type == Type(Class::doc_map)) return load_index(run, of, Value::of_text(name));
    if (auto* list = object_as<ListObject>(of); list != nullptr && type.is_array()) {
        if (name == "length") return Value::of_int(static_cast<std::int64_t>(list->items.size()));
    } else {
        for (const std::string_view prefix : {"get", "is"}) {
            const Method* method = find_method(type.of, getter_name(prefix, name), 0, false);
            if (method != nullptr && !is_kind_of(type.of, Class::map))
                return method->code(run, &of);
        }
        if (is_kind_of(type.of, Class::map)) return load_index(run, of, Value::of_text(name));
        if (is_kind_of(type.of, Class::list)) {
            if (name == "length") {
                const std::array arguments = {of};
                Run::Site site;
                return call_method(run, site, "size", arguments);
            }
            if (const auto place = parse_java_integer(name, 10))
                return load_index(run, of, Value::of_int(*place));
            return run.raise(Class::illegal_argument,
                             fmt::format("Illegal list shortcut value [{}].", name));
        }
    }
    return run.raise(Class::illegal_argument,
                     fmt::format("dynamic getter [{}, {}] not found", name_of(type), name));
}

Value store_member(Run& run, const Value& of, std::string_view name, const Value& value) {
    if (of.is_null()) return raise_null(run, "value");
    const Type type = type_of(of);
    if (!type.is_array()) {
        const Method* method = find_method(type.of, getter_name("set", name), 1, false);
        if (method != nullptr) {
            const std::array arguments = {of, value};
            return call_row(run, *method, arguments);
        }
        if (is_kind_of(type.of, Class::map)) {
            EVAL(key, run.text(name));
            return store_index(run, of, key, value);
        }
        if (is_kind_of(type.of, Class::list)) {
            if (const auto place = parse_java_integer(name, 10))
                return store_index(run, of, Value::of_int(*place), value);
            return run.raise(Class::illegal_argument,
                             fmt::format("Illegal list shortcut value [{}].", name));
        }
    }
    return run.raise(Class::illegal_argument,
                     fmt::format("dynamic setter [{}, {}] not found", name_of(type), name));
}

Value call_method(Run& run, Run::Site& site, std::string_view name,
                  std::span<const Value> arguments) {
    const Value& of = arguments[0];
    if (of.is_null()) return raise_null(run, "receiver");
    const Type type = type_of(of);
    // A lambda kept in a variable is called by the method of its interface.
    if (object_as<ClosureObject>(of) != nullptr && type == Type(Class::object))
        return run.call(of, arguments.subspan(1));
    if (site.method == nullptr || site.of != type.of) {
        site.of = type.of;
        site.method =
            type.is_array() ? nullptr : find_method(type.of, name, arguments.size() - 1, false);
    }
    if (site.method == nullptr) {
        return run.raise(Class::illegal_argument,
                         fmt::format("dynamic method [{}, {}/{}] not found", name_of(type), name,
                                     arguments.size() - 1));
    }
    return call_row(run, *site.method, arguments);
}

}  // namespace elkhorn::script
