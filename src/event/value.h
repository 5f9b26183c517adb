// event/value.h -- one value of an event's tree: 16 bytes, trivially copyable. Text, arrays and
// objects are views into the arena of the batch (or into a buffer the batch owns), so a Value is
// valid as long as its batch.
//
//   kind   null  boolean  integer  real  string  timestamp(ns since 1970 UTC)  array  object
//
// Objects keep their members in the order they came; look-up is linear, for log lines have few
// fields.
#pragma once

#include "base/assert.h"
#include "event/arena.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace elkhorn::event {

enum class Kind : std::uint8_t { null, boolean, integer, real, string, timestamp, array, object };

class Array;
class Object;

class Value {
public:
    Value() : integer_(0) {}

    static Value boolean(bool value) { return Value(Kind::boolean, value ? 1 : 0); }

    static Value integer(std::int64_t value) { return Value(Kind::integer, value); }

    static Value timestamp(std::int64_t ns) { return Value(Kind::timestamp, ns); }

    static Value real(double value) {
        Value v(Kind::real, 0);
        v.real_ = value;
        return v;
    }

    /// A view: the bytes must live as long as the batch. Texts are at most 4 GiB - 1.
    static Value string(std::string_view text) {
        Value v(Kind::string, 0);
        v.text_ = text.data();
        v.size_ = static_cast<std::uint32_t>(text.size());
        return v;
    }

    static Value array(Array* array) {
        Value v(Kind::array, 0);
        v.array_ = array;
        return v;
    }

    static Value object(Object* object) {
        Value v(Kind::object, 0);
        v.object_ = object;
        return v;
    }

    Kind kind() const { return kind_; }

    bool is(Kind kind) const { return kind_ == kind; }

    bool is_null() const { return kind_ == Kind::null; }

    bool as_boolean() const { return integer_ != 0; }

    std::int64_t as_integer() const { return integer_; }

    std::int64_t as_timestamp() const { return integer_; }

    double as_real() const { return real_; }

    std::string_view as_string() const { return {text_, size_}; }

    Array& as_array() const {
        ASSERT(kind_ == Kind::array);
        return *array_;
    }

    Object& as_object() const {
        ASSERT(kind_ == Kind::object);
        return *object_;
    }

private:
    Value(Kind kind, std::int64_t value) : kind_(kind), integer_(value) {}

    Kind kind_ = Kind::null;
    std::uint32_t size_ = 0;

    union {
        std::int64_t integer_;
        double real_;
        const char* text_;
        Array* array_;
        Object* object_;
    };
};

static_assert(sizeof(Value) == 16);

/// A growing list in an arena.
class Array {
public:
    void push_back(Arena& arena, Value value) {
        if (size_ == capacity_) grow(arena);
        values_[size_++] = value;
    }

    std::span<Value> values() { return {values_, size_}; }

    std::span<const Value> values() const { return {values_, size_}; }

    std::size_t size() const { return size_; }

    Value& operator[](std::size_t i) { return values_[i]; }

    const Value& operator[](std::size_t i) const { return values_[i]; }

    void clear() { size_ = 0; }

private:
    void grow(Arena& arena) {
        const std::uint32_t capacity = capacity_ == 0 ? 4 : capacity_ * 2;
        auto* values = arena.allocate<Value>(capacity);
        for (std::uint32_t i = 0; i < size_; ++i)
            values[i] = values_[i];
        values_ = values;
        capacity_ = capacity;
    }

    Value* values_ = nullptr;
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = 0;
};

struct Member {
    std::string_view name;  // in the arena, in a received buffer, or in a plug-in's options
    Value value;
};

/// Members in order of arrival, names unique as long as only `set` adds them.
class Object {
public:
    Object() = default;

    /// With these members, and no room for more yet.
    Object(Arena& arena, std::span<const Member> members)
        : members_(arena.allocate<Member>(members.size())),
          size_(static_cast<std::uint32_t>(members.size())),
          capacity_(size_) {
        for (std::uint32_t i = 0; i < size_; ++i)
            members_[i] = members[i];
    }

    Value* find(std::string_view name) {
        for (std::uint32_t i = 0; i < size_; ++i) {
            if (members_[i].name == name) return &members_[i].value;
        }
        return nullptr;
    }

    const Value* find(std::string_view name) const { return const_cast<Object*>(this)->find(name); }

    /// Replaces or adds. `name` is a view: it must live as long as the batch.
    Value& set(Arena& arena, std::string_view name, Value value) {
        if (Value* old = find(name)) return *old = value;
        return add(arena, name, value);
    }

    /// Adds without looking for an older member of that name.
    Value& add(Arena& arena, std::string_view name, Value value) {
        if (size_ == capacity_) grow(arena);
        members_[size_] = {name, value};
        return members_[size_++].value;
    }

    /// False when there was none. Keeps the order of the others.
    bool remove(std::string_view name) {
        for (std::uint32_t i = 0; i < size_; ++i) {
            if (members_[i].name != name) continue;
            for (std::uint32_t j = i + 1; j < size_; ++j)
                members_[j - 1] = members_[j];
            --size_;
            return true;
        }
        return false;
    }

    std::span<Member> members() { return {members_, size_}; }

    std::span<const Member> members() const { return {members_, size_}; }

    std::size_t size() const { return size_; }

    void clear() { size_ = 0; }

private:
    void grow(Arena& arena) {
        const std::uint32_t capacity = capacity_ == 0 ? 8 : capacity_ * 2;
        auto* members = arena.allocate<Member>(capacity);
        for (std::uint32_t i = 0; i < size_; ++i)
            members[i] = members_[i];
        members_ = members;
        capacity_ = capacity;
    }

    Member* members_ = nullptr;
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = 0;
};

inline Array* make_array(Arena& arena) {
    return new (arena.allocate<Array>(1)) Array;
}

inline Object* make_object(Arena& arena) {
    return new (arena.allocate<Object>(1)) Object;
}

inline Object* make_object(Arena& arena, std::span<const Member> members) {
    return new (arena.allocate<Object>(1)) Object(arena, members);
}

/// A deep copy into `arena`, texts included.
Value copy_value(Arena& arena, const Value& value);

bool operator==(const Value& a, const Value& b);

}  // namespace elkhorn::event
