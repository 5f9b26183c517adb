#include "script/value/value.h"

#include "base/bytes.h"
#include "script/value/java_text.h"
#include "script/value/object.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace elkhorn::script {
namespace {

constexpr int depth_most = 50;

/// Lists that share their parts are small, and yet may take for ever to walk through: what was
/// looked at since the outermost call is counted, and beyond the most nothing is equal any more.
class Walk {
public:
    Walk() {
        if (nesting_++ == 0) seen_ = 0;
        ++seen_;
    }

    ~Walk() { --nesting_; }

    Walk(const Walk&) = delete;
    Walk& operator=(const Walk&) = delete;

    bool too_long() const { return seen_ > seen_most; }

private:
    static constexpr std::uint32_t seen_most = 1'000'000;
    static thread_local std::uint32_t seen_;
    static thread_local std::uint32_t nesting_;
};

thread_local std::uint32_t Walk::seen_ = 0;
thread_local std::uint32_t Walk::nesting_ = 0;

Class class_of(Tag tag) {
    switch (tag) {
        case Tag::boolean: return Class::boxed_boolean;
        case Tag::byte: return Class::boxed_byte;
        case Tag::short_: return Class::boxed_short;
        case Tag::character: return Class::boxed_character;
        case Tag::int_: return Class::boxed_int;
        case Tag::long_: return Class::boxed_long;
        case Tag::float_: return Class::boxed_float;
        case Tag::double_: return Class::boxed_double;
        case Tag::text: return Class::string;
        default: return Class::def;
    }
}

bool equal_maps(MapObject& a, MapObject& b, int depth) {
    if (a.size() != b.size()) return false;
    for (const std::uint32_t place : a.order()) {
        const Value* other = b.find(a.entry(place).key);
        if (other == nullptr || !equals(a.entry(place).value, *other, depth)) return false;
    }
    return true;
}

bool equal_objects(Object& a, Object& b, int depth) {
    if (&a == &b) return true;
    if (depth > depth_most) return false;
    if (auto* list = dynamic_cast<ListObject*>(&a); list != nullptr) {
        auto* other = dynamic_cast<ListObject*>(&b);
        if (other == nullptr || !a.is(Class::list) || !b.is(Class::list)) return false;
        return std::ranges::equal(list->items, other->items, [&](const Value& x, const Value& y) {
            return equals(x, y, depth + 1);
        });
    }
    if (auto* map = dynamic_cast<MapObject*>(&a); map != nullptr) {
        auto* other = dynamic_cast<MapObject*>(&b);
        return other != nullptr && equal_maps(*map, *other, depth + 1);
    }
    if (auto* set = dynamic_cast<SetObject*>(&a); set != nullptr) {
        auto* other = dynamic_cast<SetObject*>(&b);
        return other != nullptr && equal_maps(set->keys, other->keys, depth + 1);
    }
    if (auto* date = dynamic_cast<DateObject*>(&a); date != nullptr) {
        auto* other = dynamic_cast<DateObject*>(&b);
        if (other == nullptr || (date->zone == nullptr) != (other->zone == nullptr)) return false;
        return date->seconds == other->seconds && date->nanos == other->nanos &&
               (date->zone == nullptr || date->zone->id() == other->zone->id());
    }
    if (auto* span = dynamic_cast<DurationObject*>(&a); span != nullptr) {
        auto* other = dynamic_cast<DurationObject*>(&b);
        return other != nullptr && span->seconds == other->seconds && span->nanos == other->nanos;
    }
    if (auto* named = dynamic_cast<NamedObject*>(&a); named != nullptr) {
        auto* other = dynamic_cast<NamedObject*>(&b);
        return other != nullptr && a.type() == b.type() && named->number == other->number;
    }
    if (auto* point = dynamic_cast<PointObject*>(&a); point != nullptr) {
        auto* other = dynamic_cast<PointObject*>(&b);
        return other != nullptr && point->lat == other->lat && point->lon == other->lon;
    }
    if (auto* entry = dynamic_cast<EntryObject*>(&a); entry != nullptr) {
        auto* other = dynamic_cast<EntryObject*>(&b);
        return other != nullptr && &entry->of == &other->of &&
               equals(entry->key, other->key, depth + 1);
    }
    return false;
}

std::uint32_t hash_bits(std::uint64_t bits) {
    return static_cast<std::uint32_t>(bits ^ (bits >> 32));
}

std::uint32_t hash_object(Object& object, int depth) {
    if (depth > depth_most) return 0;
    if (auto* list = dynamic_cast<ListObject*>(&object); list != nullptr) {
        std::uint32_t hash = 1;
        for (const Value& item : list->items)
            hash = 31 * hash + static_cast<std::uint32_t>(hash_of(item, depth + 1));
        return hash;
    }
    if (auto* map = dynamic_cast<MapObject*>(&object); map != nullptr) {
        std::uint32_t hash = 0;
        for (const std::uint32_t place : map->order()) {
            const auto& entry = map->entry(place);
            hash += static_cast<std::uint32_t>(entry.hash) ^
                    static_cast<std::uint32_t>(hash_of(entry.value, depth + 1));
        }
        return hash;
    }
    if (auto* set = dynamic_cast<SetObject*>(&object); set != nullptr) {
        std::uint32_t hash = 0;
        for (const std::uint32_t place : set->keys.order())
            hash += static_cast<std::uint32_t>(set->keys.entry(place).hash);
        return hash;
    }
    if (auto* date = dynamic_cast<DateObject*>(&object); date != nullptr) {
        return hash_bits(static_cast<std::uint64_t>(date->seconds)) +
               51 * static_cast<std::uint32_t>(date->nanos);
    }
    if (auto* named = dynamic_cast<NamedObject*>(&object); named != nullptr)
        return static_cast<std::uint32_t>(named->number);
    return 7;  // equal ones of the rest are one object
}

}  // namespace

Type type_of(const Value& value) {
    return value.is_object() ? value.as_object()->type() : Type(class_of(value.tag()));
}

std::int64_t to_long(double value) {
    constexpr double edge = 9223372036854775808.0;
    if (std::isnan(value)) return 0;
    if (value >= edge) return std::numeric_limits<std::int64_t>::max();
    if (value < -edge) return std::numeric_limits<std::int64_t>::min();
    return static_cast<std::int64_t>(value);
}

std::int64_t to_int(double value) {
    if (std::isnan(value)) return 0;
    return static_cast<std::int64_t>(std::clamp(value, -2147483648.0, 2147483647.0));
}

Value convert(const Value& value, Class primitive) {
    if (!value.is_number()) return value;
    const bool real = value.is_real();
    // A fraction becomes an int first where it becomes less than a long, as in Java.
    const auto whole = [&] {
        return real ? to_int(value.as_real()) : value.as_whole();
    };
    switch (primitive) {
        case Class::byte: return Value::whole(Tag::byte, static_cast<std::int8_t>(whole()));
        case Class::short_: return Value::whole(Tag::short_, static_cast<std::int16_t>(whole()));
        case Class::character:
            return Value::whole(Tag::character, static_cast<std::uint16_t>(whole()));
        case Class::int_: return Value::of_int(static_cast<std::int32_t>(whole()));
        case Class::long_:
            return Value::of_long(real ? to_long(value.as_real()) : value.as_whole());
        case Class::float_:
            return Value::of_float(real ? static_cast<float>(value.as_real())
                                        : static_cast<float>(value.as_whole()));
        case Class::double_: return Value::of_double(value.as_double());
        default: return value;
    }
}

bool equals(const Value& a, const Value& b, int depth) {
    const Walk walk;
    if (a.tag() != b.tag() || walk.too_long()) return false;
    switch (a.tag()) {
        case Tag::null: return true;
        case Tag::text: return a.as_text() == b.as_text();
        case Tag::object: return equal_objects(*a.as_object(), *b.as_object(), depth);
        case Tag::float_:
        case Tag::double_:
            return (std::isnan(a.as_real()) && std::isnan(b.as_real())) ||
                   std::bit_cast<std::uint64_t>(a.as_real()) ==
                       std::bit_cast<std::uint64_t>(b.as_real());
        default: return a.as_whole() == b.as_whole();
    }
}

std::int32_t hash_of(const Value& value, int depth) {
    constexpr std::int32_t hash_of_true = 1231;
    constexpr std::int32_t hash_of_false = 1237;
    const Walk walk;
    if (walk.too_long()) return 0;
    switch (value.tag()) {
        case Tag::null:
        case Tag::trouble: return 0;
        case Tag::boolean: return value.as_boolean() ? hash_of_true : hash_of_false;
        case Tag::text: return java_hash(value.as_text());
        case Tag::object: return static_cast<std::int32_t>(hash_object(*value.as_object(), depth));
        case Tag::long_:
            return static_cast<std::int32_t>(
                hash_bits(static_cast<std::uint64_t>(value.as_whole())));
        case Tag::float_: return std::bit_cast<std::int32_t>(static_cast<float>(value.as_real()));
        case Tag::double_:
            return static_cast<std::int32_t>(
                hash_bits(std::bit_cast<std::uint64_t>(value.as_real())));
        default: return static_cast<std::int32_t>(value.as_whole());
    }
}

// -- maps -----------------------------------------------------------------------------------------

namespace {

std::uint32_t spread(std::int32_t hash) {
    const auto bits = static_cast<std::uint32_t>(hash);
    return bits ^ (bits >> 16);
}

}  // namespace

/// The slot that holds the key, or the free one where it would go.
std::size_t MapObject::slot_of(const Value& key, std::int32_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = (spread(hash) * 2654435769U) & mask;
    while (slots_[at] != 0) {
        const Entry& entry = entries_[slots_[at] - 1];
        if (entry.there && entry.hash == hash && equals(entry.key, key)) return at;
        at = (at + 1) & mask;
    }
    return at;
}

void MapObject::rebuild(std::size_t slots) {
    std::erase_if(entries_, [](const Entry& entry) { return !entry.there; });
    slots_.assign(slots, 0);
    for (std::size_t i = 0; i < entries_.size(); ++i)
        slots_[slot_of(entries_[i].key, entries_[i].hash)] = static_cast<std::uint32_t>(i + 1);
}

Value* MapObject::find(const Value& key) {
    if (size_ == 0) return nullptr;
    const std::size_t slot = slot_of(key, hash_of(key));
    return slots_[slot] == 0 ? nullptr : &entries_[slots_[slot] - 1].value;
}

const Value* MapObject::find(std::string_view key) const {
    if (size_ == 0) return nullptr;
    const Value text = Value::of_text(key);
    const std::size_t slot = slot_of(text, hash_of(text));
    return slots_[slot] == 0 ? nullptr : &entries_[slots_[slot] - 1].value;
}

bool MapObject::put(const Value& key, const Value& value) {
    if (slots_.size() < 2 * (entries_.size() + 1))
        rebuild(std::bit_ceil(std::max<std::size_t>(8, 4 * (size_ + 1))));
    const std::int32_t hash = hash_of(key);
    const std::size_t slot = slot_of(key, hash);
    if (slots_[slot] != 0) {
        entries_[slots_[slot] - 1].value = value;
        return false;
    }
    entries_.push_back({key, value, hash, true});
    slots_[slot] = static_cast<std::uint32_t>(entries_.size());
    ++size_;
    if (4 * size_ > 3 * table_) table_ *= 2;
    return true;
}

bool MapObject::remove(const Value& key) {
    if (size_ == 0) return false;
    const std::size_t slot = slot_of(key, hash_of(key));
    if (slots_[slot] == 0) return false;
    // The slot stays taken, so that what was put behind it is still found.
    entries_[slots_[slot] - 1].there = false;
    --size_;
    return true;
}

void MapObject::clear() {
    entries_.clear();
    slots_.clear();
    size_ = 0;
}

std::vector<std::uint32_t> MapObject::order() const {
    std::vector<std::uint32_t> places;
    places.reserve(size_);
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
        if (entries_[i].there) places.push_back(i);
    }
    if (type().of == Class::hash_map) {
        std::ranges::stable_sort(places, {}, [&](std::uint32_t place) {
            return spread(entries_[place].hash) & (table_ - 1);
        });
    } else if (type().of == Class::tree_map) {
        std::ranges::stable_sort(places, [&](std::uint32_t a, std::uint32_t b) {
            return compare_natural(entries_[a].key, entries_[b].key) < 0;
        });
    }
    return places;
}

}  // namespace elkhorn::script
