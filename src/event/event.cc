#include "event/event.h"

#include "base/strings.h"

namespace elkhorn::event {
namespace {

constexpr std::string_view timestamp_key = "@timestamp";
constexpr std::string_view tags_key = "tags";

/// The element an index segment such as "0" or "-1" names, or null.
Value* element(Array& array, std::string_view segment) {
    const auto index = to_integer(segment);
    if (!index) return nullptr;
    const auto size = static_cast<std::int64_t>(array.size());
    const std::int64_t at = *index < 0 ? *index + size : *index;
    return at >= 0 && at < size ? &array[static_cast<std::size_t>(at)] : nullptr;
}

Value* child(Value& parent, std::string_view key) {
    if (parent.is(Kind::object)) return parent.as_object().find(key);
    if (parent.is(Kind::array)) return element(parent.as_array(), key);
    return nullptr;
}

}  // namespace

Value* Event::find(const FieldPath& path) {
    Object& top = path.in_metadata() ? metadata_ : root_;
    const auto& keys = path.keys();
    if (keys.empty()) return nullptr;
    Value* value = top.find(keys[0]);
    for (std::size_t i = 1; i < keys.size() && value != nullptr; ++i)
        value = child(*value, keys[i]);
    return value;
}

std::optional<std::string_view> Event::text(const FieldPath& path) const {
    const Value* value = find(path);
    if (value == nullptr || !value->is(Kind::string)) return std::nullopt;
    return value->as_string();
}

std::optional<std::string_view> Event::text(std::string_view key) const {
    const Value* value = root_.find(key);
    if (value == nullptr || !value->is(Kind::string)) return std::nullopt;
    return value->as_string();
}

bool Event::has_place(const FieldPath& path) const {
    const auto& keys = path.keys();
    if (keys.empty()) return true;
    const Object& top = path.in_metadata() ? metadata_ : root_;
    const Value* at = top.find(keys[0]);
    for (std::size_t i = 1; i < keys.size(); ++i) {
        if (at == nullptr || at->is_null()) return true;
        if (at->is(Kind::array)) {
            at = element(const_cast<Array&>(at->as_array()), keys[i]);
            if (at == nullptr) return false;
        } else if (at->is(Kind::object)) {
            at = at->as_object().find(keys[i]);
        } else {
            return false;
        }
    }
    return true;
}

Value& Event::find_or_add(Object& object, std::string_view key) {
    Value* old = object.find(key);
    return old != nullptr ? *old : object.add(*arena_, arena_->copy(key), Value());
}

bool Event::set(const FieldPath& path, Value value) {
    const auto& keys = path.keys();
    if (keys.empty()) {
        if (!value.is(Kind::object)) return false;
        metadata_ = value.as_object();
        return true;
    }
    if (!has_place(path)) return false;
    Value* at = &find_or_add(path.in_metadata() ? metadata_ : root_, keys[0]);
    for (std::size_t i = 1; i < keys.size(); ++i) {
        if (at->is_null()) *at = Value::object(make_object(*arena_));
        at = at->is(Kind::array) ? element(at->as_array(), keys[i])
                                 : &find_or_add(at->as_object(), keys[i]);
    }
    *at = value;
    return true;
}

void Event::set(std::string_view key, std::string_view text) {
    set(key, make_text(text));
}

void Event::set(std::string_view key, Value value) {
    if (Value* old = root_.find(key))
        *old = value;
    else
        root_.add(*arena_, arena_->copy(key), value);
}

bool Event::remove(const FieldPath& path) {
    const auto& keys = path.keys();
    Object* object = path.in_metadata() ? &metadata_ : &root_;
    if (keys.empty()) {
        object->clear();
        return true;
    }
    for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
        Value* next = object->find(keys[i]);
        if (next == nullptr || !next->is(Kind::object)) return false;
        object = &next->as_object();
    }
    return object->remove(keys.back());
}

std::optional<std::int64_t> Event::timestamp() const {
    const Value* value = root_.find(timestamp_key);
    if (value == nullptr || !value->is(Kind::timestamp)) return std::nullopt;
    return value->as_timestamp();
}

void Event::set_timestamp(std::int64_t ns) {
    root_.set(*arena_, timestamp_key, Value::timestamp(ns));
}

void Event::add_tag(std::string_view tag) {
    move_odd_tags();
    if (has_tag(tag)) return;
    Value* tags = root_.find(tags_key);
    if (tags == nullptr || !tags->is(Kind::array)) {
        Array* list = make_array(*arena_);
        if (tags != nullptr && tags->is(Kind::string)) list->push_back(*arena_, *tags);
        tags = &root_.set(*arena_, tags_key, Value::array(list));
    }
    tags->as_array().push_back(*arena_, make_text(tag));
}

void Event::move_odd_tags() {
    constexpr std::string_view odd_key = "_tags";
    const Value* tags = root_.find(tags_key);
    if (tags == nullptr || tags->is_null() || tags->is(Kind::string) || tags->is(Kind::array))
        return;
    Array* list = make_array(*arena_);
    list->push_back(*arena_, Value::string("_tagsparsefailure"));
    const Value odd = *tags;
    root_.set(*arena_, tags_key, Value::array(list));
    Value* old = root_.find(odd_key);
    if (old == nullptr) {
        root_.add(*arena_, odd_key, odd);
        return;
    }
    if (!old->is(Kind::array)) {
        Array* both = make_array(*arena_);
        both->push_back(*arena_, *old);
        *old = Value::array(both);
    }
    old->as_array().push_back(*arena_, odd);
}

void Event::remove_tag(std::string_view tag) {
    Value* tags = root_.find(tags_key);
    if (tags == nullptr) return;
    if (tags->is(Kind::string)) {
        if (tags->as_string() == tag) root_.remove(tags_key);
        return;
    }
    if (!tags->is(Kind::array)) return;
    Array* kept = make_array(*arena_);
    for (const Value& item : tags->as_array().values()) {
        if (!item.is(Kind::string) || item.as_string() != tag) kept->push_back(*arena_, item);
    }
    *tags = Value::array(kept);
}

bool Event::has_tag(std::string_view tag) const {
    const Value* tags = root_.find(tags_key);
    if (tags == nullptr) return false;
    if (tags->is(Kind::string)) return tags->as_string() == tag;
    if (!tags->is(Kind::array)) return false;
    for (const Value& item : tags->as_array().values()) {
        if (item.is(Kind::string) && item.as_string() == tag) return true;
    }
    return false;
}

}  // namespace elkhorn::event
