// script/run/elements.cc -- what walks along collections of every kind, and sorts what it finds.

#include "script/run/library.h"
#include "script/run/node.h"
#include "script/value/java_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::script {

bool elements_of(Run& run, const Value& value, std::vector<Value>& into) {
    if (value.is_null()) {
        raise_null(run, "c");
        return false;
    }
    if (auto* list = object_as<ListObject>(value); list != nullptr) {
        run.spend(list->items.size() * sizeof(Value));
        into = list->items;
        return !run.charge_values(0).thrown();
    }
    if (auto* set = object_as<SetObject>(value); set != nullptr) {
        for (const std::uint32_t place : set->keys.order())
            into.push_back(set->keys.entry(place).key);
        return true;
    }
    if (auto* view = object_as<MapView>(value); view != nullptr) {
        for (const std::uint32_t place : view->of.order()) {
            const auto& entry = view->of.entry(place);
            if (view->shows == MapView::Shows::entries)
                into.push_back(Value::of(run.make<EntryObject>(view->of, entry.key)));
            else
                into.push_back(view->shows == MapView::Shows::keys ? entry.key : entry.value);
        }
        return !run.charge_values(0).thrown();
    }
    if (auto* doc = object_as<DocObject>(value); doc != nullptr) {
        const std::size_t count = run.host().count(run, doc->slot);
        for (std::size_t i = 0; i < count; ++i) {
            into.push_back(run.host().value(run, doc->slot, i));
            if (into.back().thrown()) return false;
        }
        return true;
    }
    if (auto* iterator = object_as<IteratorObject>(value); iterator != nullptr) {
        into.assign(iterator->items.begin() + static_cast<std::ptrdiff_t>(iterator->next),
                    iterator->items.end());
        return true;
    }
    run.raise(Class::class_cast, fmt::format("[{}] is no collection", name_of(type_of(value))));
    return false;
}

bool Run::elements_of(const Value& value, std::vector<Value>& into) {
    return script::elements_of(*this, value, into);
}

ListObject* changeable_list(Run& run, const Value& value) {
    auto* list = object_as<ListObject>(value);
    if (list == nullptr || list->frozen) {
        run.raise(Class::unsupported_operation, "");
        return nullptr;
    }
    return list;
}

Value sort_values(Run& run, std::vector<Value>& values, const Value& comparator) {
    if (values.size() < 2) return {};
    bool failed = false;
    // A merge sort of our own: a comparator that contradicts itself must do no harm.
    std::vector<Value> from = values;
    std::vector<Value> into(values.size());
    const auto before = [&](const Value& a, const Value& b) {
        if (failed) return false;
        if (comparator.is_null()) {
            if (a.is_null() || b.is_null()) {
                raise_null(run, "a");
                failed = true;
                return false;
            }
            return compare_natural(a, b) < 0;
        }
        const Value pair[] = {a, b};
        Value order = run.call(comparator, pair);
        if (!order.thrown()) order = cast_value(run, order, Class::int_, false);
        failed = order.thrown();
        return !failed && order.as_whole() < 0;
    };
    for (std::size_t width = 1; width < from.size() && !failed; width *= 2) {
        for (std::size_t start = 0; start < from.size(); start += 2 * width) {
            const std::size_t middle = std::min(start + width, from.size());
            const std::size_t end = std::min(start + 2 * width, from.size());
            std::size_t a = start;
            std::size_t b = middle;
            for (std::size_t out = start; out < end; ++out) {
                const bool second = a >= middle || (b < end && before(from[b], from[a]));
                into[out] = second ? from[b++] : from[a++];
            }
        }
        std::swap(from, into);
    }
    if (failed) return Value::trouble();
    values = std::move(from);
    return {};
}

}  // namespace elkhorn::script
