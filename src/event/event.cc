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

bool Event::set(const FieldPath& path, Value value) {
    const auto& keys = path.keys();
    if (keys.empty()) {
        if (!value.is(Kind::object)) return false;
        metadata_ = value.as_object();
        return true;
    }
    Object* object = path.in_metadata() ? &metadata_ : &root_;
    for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
        Value* next = object->find(keys[i]);
        if (next == nullptr) {
            next =
                &object->add(*arena_, arena_->copy(keys[i]), Value::object(make_object(*arena_)));
        }
        if (next->is(Kind::array)) {
            Value* item = element(next->as_array(), keys[i + 1]);
            if (item == nullptr) return false;
            if (i + 2 == keys.size()) {
                *item = value;
                return true;
            }
            next = item;
            ++i;
        }
        if (!next->is(Kind::object)) return false;
        object = &next->as_object();
    }
    const std::string& last = keys.back();
    if (Value* old = object->find(last))
        *old = value;
    else
        object->add(*arena_, arena_->copy(last), value);
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
    if (has_tag(tag)) return;
    Value* tags = root_.find(tags_key);
    if (tags == nullptr || !tags->is(Kind::array)) {
        Array* list = make_array(*arena_);
        if (tags != nullptr && tags->is(Kind::string)) list->push_back(*arena_, *tags);
        tags = &root_.set(*arena_, tags_key, Value::array(list));
    }
    tags->as_array().push_back(*arena_, make_text(tag));
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
