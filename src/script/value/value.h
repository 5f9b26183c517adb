// script/value/value.h -- one value of a script: 16 bytes, copied freely. Numbers are the value
// itself, texts and objects are views of what a Run (run.h), a Program or a host keeps.
//
//   null  boolean  byte short char int long float double  text  object  trouble
//
// `trouble` is what an expression gives that has thrown: the Run knows the exception. Whoever
// evaluates looks for it before anything else.
#pragma once

#include "script/value/type.h"

#include <cstdint>
#include <string_view>

namespace elkhorn::script {

class Object;

enum class Tag : std::uint8_t {
    null,
    boolean,
    byte,
    short_,
    character,
    int_,
    long_,
    float_,
    double_,
    text,
    object,
    trouble
};

class Value {
public:
    constexpr Value() : whole_(0) {}

    static Value boolean(bool value) { return Value(Tag::boolean, value ? 1 : 0); }

    static Value of_int(std::int64_t value) { return Value(Tag::int_, value); }

    static Value of_long(std::int64_t value) { return Value(Tag::long_, value); }

    /// A byte, short, char, int, long or boolean.
    static Value whole(Tag tag, std::int64_t value) { return Value(tag, value); }

    static Value of_double(double value) { return real(Tag::double_, value); }

    static Value of_float(float value) { return real(Tag::float_, static_cast<double>(value)); }

    static Value of_text(std::string_view text) {
        Value v(Tag::text, 0);
        v.text_ = text.data();
        v.size_ = static_cast<std::uint32_t>(text.size());
        return v;
    }

    /// Null where there is none.
    static Value of(Object* object) {
        if (object == nullptr) return {};
        Value v(Tag::object, 0);
        v.object_ = object;
        return v;
    }

    static Value trouble() { return Value(Tag::trouble, 0); }

    Tag tag() const { return tag_; }

    bool is(Tag tag) const { return tag_ == tag; }

    bool is_null() const { return tag_ == Tag::null; }

    bool thrown() const { return tag_ == Tag::trouble; }

    bool is_text() const { return tag_ == Tag::text; }

    bool is_object() const { return tag_ == Tag::object; }

    bool is_whole() const { return tag_ >= Tag::byte && tag_ <= Tag::long_; }

    bool is_real() const { return tag_ == Tag::float_ || tag_ == Tag::double_; }

    bool is_number() const { return tag_ >= Tag::byte && tag_ <= Tag::double_; }

    bool as_boolean() const { return whole_ != 0; }

    std::int64_t as_whole() const { return whole_; }

    double as_real() const { return real_; }

    /// Of any number.
    double as_double() const { return is_real() ? real_ : static_cast<double>(whole_); }

    std::string_view as_text() const { return {text_, size_}; }

    Object* as_object() const { return object_; }

private:
    Value(Tag tag, std::int64_t value) : tag_(tag), whole_(value) {}

    static Value real(Tag tag, double value) {
        Value v(tag, 0);
        v.real_ = value;
        return v;
    }

    Tag tag_ = Tag::null;
    std::uint32_t size_ = 0;

    union {
        std::int64_t whole_;
        double real_;
        const char* text_;
        Object* object_;
    };
};

static_assert(sizeof(Value) == 16);

/// What it is when asked at run time: Integer of an int, the class of an object. Null is def.
Type type_of(const Value& value);

/// A number of another primitive type, as Java converts it; any other value stays what it is.
Value convert(const Value& value, Class primitive);

/// As Java's casts of floating-point numbers to whole ones: saturating, NaN is 0.
std::int64_t to_long(double value);
std::int64_t to_int(double value);

/// equals() of Java: the same type and content. Lists and maps by what they hold, to a depth.
bool equals(const Value& a, const Value& b, int depth = 0);
/// hashCode() of Java, which orders what a HashMap holds.
std::int32_t hash_of(const Value& value, int depth = 0);

}  // namespace elkhorn::script
