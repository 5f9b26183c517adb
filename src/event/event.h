// event/event.h -- one log line as data: a tree of fields, the @timestamp, the @metadata that no
// output writes, and tags. An Event belongs to a Batch and borrows the batch's arena.
//
// Names and texts given to `set` are copied into the arena; `set_view` keeps the view, for texts
// that live as long as the batch does (a received buffer the batch owns, a plug-in's own options
// are NOT such: a batch may outlive a reload).
#pragma once

#include "event/field_path.h"
#include "event/value.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace elkhorn::event {

/// On an event that could not get a field (see `set`) from what has no failure tag of its own.
constexpr std::string_view set_failure_tag = "_setfailure";

class Event {
public:
    explicit Event(Arena& arena) : arena_(&arena) {}

    Object& root() { return root_; }

    const Object& root() const { return root_; }

    Object& metadata() { return metadata_; }

    const Object& metadata() const { return metadata_; }

    Arena& arena() const { return *arena_; }

    /// Null when there is no such field. Cost: one comparison a member and level.
    Value* find(const FieldPath& path);

    const Value* find(const FieldPath& path) const { return const_cast<Event*>(this)->find(path); }

    Value* find(std::string_view top_level_key) { return root_.find(top_level_key); }

    const Value* find(std::string_view top_level_key) const { return root_.find(top_level_key); }

    /// The text of a string field; nothing when it is missing or no string.
    std::optional<std::string_view> text(const FieldPath& path) const;
    std::optional<std::string_view> text(std::string_view top_level_key) const;

    /// Makes the objects on the way. False when there is no place for it: something on the way is
    /// neither object nor list nor null nor missing, or a list has no such index. The event is then
    /// unchanged, and whoever called tags it.
    [[nodiscard]] bool set(const FieldPath& path, Value value);
    bool has_place(const FieldPath& path) const;
    void set(std::string_view top_level_key, std::string_view text);
    void set(std::string_view top_level_key, Value value);

    void set_view(std::string_view top_level_key, Value value) {
        root_.set(*arena_, top_level_key, value);
    }

    bool remove(const FieldPath& path);

    /// A copy of `text` as a value of this event.
    Value make_text(std::string_view text) { return Value::string(arena_->copy(text)); }

    /// Nanoseconds since 1970 UTC; nothing when the event has no @timestamp of the timestamp kind.
    std::optional<std::int64_t> timestamp() const;
    void set_timestamp(std::int64_t ns);

    /// Not twice. Where `tags` is neither text nor a list, what it is moves to `_tags`, beside what
    /// is there, and the tag _tagsparsefailure says so.
    void add_tag(std::string_view tag);
    void remove_tag(std::string_view tag);
    bool has_tag(std::string_view tag) const;

    /// A cancelled event is skipped by every later step and counted as dropped.
    void cancel() { cancelled_ = true; }

    bool cancelled() const { return cancelled_; }

private:
    Value& find_or_add(Object& object, std::string_view key);
    void move_odd_tags();

    Object root_;
    Object metadata_;
    Arena* arena_;  // the batch's
    bool cancelled_ = false;
};

}  // namespace elkhorn::event
