// script/value/object.h -- what values of a script may refer to: lists, maps, dates, closures. All
// are made and kept by a Heap (heap.h), and live as long as it is not reset.
//
// A HashMap gives its entries in the order of Java's, which scripts can see in what they return:
// by bucket of a table that is as large as Java's would be, then by age.
#pragma once

#include "script/value/value.h"
#include "text/date/time_zone.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::script {

class Object {
public:
    explicit Object(Type type) : type_(type) {}

    virtual ~Object() = default;
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;

    Type type() const { return type_; }

    bool is(Class one) const { return type_.dimensions == 0 && is_kind_of(type_.of, one); }

    /// Kept longer than what a script makes, and so nothing that it could be given.
    bool frozen = false;

private:
    Type type_;
};

/// Java's ZoneOffset.UTC, which dates show as "Z" and not by a name.
inline const text::TimeZone::Ptr& zero_offset() {
    static const text::TimeZone::Ptr zone =
        text::TimeZone::find("+00:00").value_or(text::TimeZone::utc());
    return zone;
}

/// Null where the value is none of that kind.
template <typename T>
T* object_as(const Value& value) {
    return value.is_object() ? dynamic_cast<T*>(value.as_object()) : nullptr;
}

/// A list, an array, a stream.
class ListObject final : public Object {
public:
    explicit ListObject(Type type) : Object(type) {}

    std::vector<Value> items;
};

class MapObject final : public Object {
public:
    struct Entry {
        Value key;
        Value value;
        std::int32_t hash = 0;
        bool there = true;
    };

    explicit MapObject(Type type) : Object(type) {}

    std::size_t size() const { return size_; }

    /// Null where there is none; valid until something is put.
    Value* find(const Value& key);
    const Value* find(std::string_view key) const;
    /// True when the key is new.
    bool put(const Value& key, const Value& value);
    bool remove(const Value& key);
    void clear();
    /// The entries as an iterator shows them: places for entry().
    std::vector<std::uint32_t> order() const;

    const Entry& entry(std::uint32_t place) const { return entries_[place]; }

private:
    std::size_t slot_of(const Value& key, std::int32_t hash) const;
    void rebuild(std::size_t slots);

    std::vector<Entry> entries_;        // as they came, removed ones among them
    std::vector<std::uint32_t> slots_;  // place + 1 by hash; 0: free
    std::size_t size_ = 0;
    std::size_t table_ = 16;  // of Java's
};

/// Set, on a map's keys.
class SetObject final : public Object {
public:
    SetObject(Type type, Class map) : Object(type), keys(Type(map)) {}

    MapObject keys;
};

/// keySet(), values(), entrySet() of a map: they show it as it is.
class MapView final : public Object {
public:
    enum class Shows { keys, values, entries };

    MapView(MapObject& map, Shows what)
        : Object(what == Shows::values ? Class::collection : Class::set), of(map), shows(what) {}

    MapObject& of;
    Shows shows;
};

class EntryObject final : public Object {
public:
    EntryObject(MapObject& map, Value name) : Object(Class::map_entry), of(map), key(name) {}

    MapObject& of;
    Value key;
};

class IteratorObject final : public Object {
public:
    IteratorObject(Value of, std::vector<Value> all)
        : Object(Class::iterator), source(of), items(std::move(all)) {}

    Value source;
    std::vector<Value> items;
    std::size_t next = 0;
    std::size_t removed = 0;
};

class BuilderObject final : public Object {
public:
    BuilderObject() : Object(Class::string_builder) {}

    std::string text;
};

/// Exceptions, too: `text` is the message.
class ThrownObject final : public Object {
public:
    ThrownObject(Class one, Value what) : Object(one), message(what) {}

    Value message;  // null: none
};

/// ZonedDateTime, Instant.
class DateObject final : public Object {
public:
    DateObject(Class one, std::int64_t epoch_seconds, int rest_nanos, text::TimeZone::Ptr in)
        : Object(one), seconds(epoch_seconds), nanos(rest_nanos), zone(std::move(in)) {}

    std::int64_t seconds;      // since 1970 UTC
    int nanos;                 // 0 ... 999,999,999
    text::TimeZone::Ptr zone;  // null: of an Instant
};

class DurationObject final : public Object {
public:
    DurationObject(std::int64_t whole_seconds, int rest_nanos)
        : Object(Class::duration), seconds(whole_seconds), nanos(rest_nanos) {}

    std::int64_t seconds;
    int nanos;
};

class ZoneObject final : public Object {
public:
    explicit ZoneObject(text::TimeZone::Ptr of) : Object(Class::zone_id), zone(std::move(of)) {}

    text::TimeZone::Ptr zone;
};

/// A unit, a day of the week, a month: by its number in its class.
class NamedObject final : public Object {
public:
    NamedObject(Class one, int place, std::string_view text)
        : Object(one), number(place), name(text) {}

    int number;
    std::string_view name;  // a constant
};

class PointObject final : public Object {
public:
    PointObject(double north, double east) : Object(Class::geo_point), lat(north), lon(east) {}

    double lat;
    double lon;
};

/// doc.
class DocMapObject final : public Object {
public:
    DocMapObject() : Object(Class::doc_map) {}
};

/// doc['field'] of the row that the host is at.
class DocObject final : public Object {
public:
    DocObject(Class one, int place) : Object(one), slot(place) {}

    int slot;
};

/// Optional.
class OptionalObject final : public Object {
public:
    explicit OptionalObject(Value held) : Object(Class::optional), value(held) {}

    Value value;  // null: empty
};

}  // namespace elkhorn::script
