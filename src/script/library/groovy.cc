// script/library/groovy.cc -- methods of collections that Painless has from Groovy.

#include "script/run/library.h"
#include "script/run/node.h"
#include "script/value/java_text.h"

#include <algorithm>

namespace elkhorn::script {
namespace {

Value collect(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    for (Value& item : items) {
        EVAL(made, run.call(a[1], std::span(&item, 1)));
        item = made;
    }
    return Value::of(run.make_list(std::move(items)));
}

Value find(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    for (const Value& item : items) {
        EVAL(test, run.test(a[1], std::span(&item, 1)));
        if (test.as_boolean()) return item;
    }
    return {};
}

Value find_all(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    std::vector<Value> found;
    for (const Value& item : items) {
        EVAL(test, run.test(a[1], std::span(&item, 1)));
        if (test.as_boolean()) found.push_back(item);
    }
    return Value::of(run.make_list(std::move(found)));
}

Value any(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    for (const Value& item : items) {
        EVAL(test, run.test(a[1], std::span(&item, 1)));
        if (test.as_boolean()) return Value::boolean(true);
    }
    return Value::boolean(false);
}

Value every(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    for (const Value& item : items) {
        EVAL(test, run.test(a[1], std::span(&item, 1)));
        if (!test.as_boolean()) return Value::boolean(false);
    }
    return Value::boolean(true);
}

Value join(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    std::string out;
    for (std::size_t i = 0; i < items.size() && out.size() <= run.heap().bytes_most(); ++i) {
        if (i > 0) out += a[1].as_text();
        out += java_text(items[i]);
    }
    return run.text(out);
}

Value as_list(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    return Value::of(run.make_list(std::move(items)));
}

Value sum(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    double total = 0;
    for (const Value& item : items) {
        EVAL(number, cast_value(run, item, Class::double_, true));
        total += number.as_real();
    }
    return Value::of_double(total);
}

Value group_by(Run& run, const Value* a) {
    std::vector<Value> items;
    if (!elements_of(run, a[0], items)) return Value::trouble();
    MapObject* groups = run.make_map(Class::linked_hash_map);
    for (const Value& item : items) {
        EVAL(key, run.call(a[1], std::span(&item, 1)));
        if (groups->find(key) == nullptr) groups->put(key, Value::of(run.make_list({})));
        object_as<ListObject>(*groups->find(key))->items.push_back(item);
        EVAL(charged, run.charge_values(3));
    }
    return Value::of(groups);
}

constexpr MethodRow rows[] = {
    {Class::iterable, "boolean any(Predicate)", any},
    {Class::iterable, "boolean every(Predicate)", every},
    {Class::iterable, "String join(String)", join},
    {Class::iterable, "List asList()", as_list},
    {Class::iterable, "double sum()", sum},
    {Class::iterable, "Map groupBy(Function)", group_by},
    {Class::collection, "List collect(Function)", collect},
    {Class::collection, "def find(Predicate)", find},
    {Class::collection, "List findAll(Predicate)", find_all},
};

}  // namespace

std::span<const MethodRow> groovy_methods() {
    return rows;
}

}  // namespace elkhorn::script
