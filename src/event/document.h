// event/document.h -- one document flattened for the store: its leaves in order, each with the id
// of its dotted path ("http.request.method"), a kind and a value. The bridge between whoever reads
// documents (json, from bytes; event, from an Event) and the store, which turns leaves into columns
// and never sees JSON. Reused from document to document: once warm, filling it allocates nothing.
//
//   {"a":{"b":[1,"x"]},"c":null}   ->   a.b integer 1 | a.b string "x" | c null
//
// FieldNames gives every path of the process a small number. It only grows, up to a limit; a path
// past it gets a number within its document, which has the name: it costs more and means the same.
// Thread-safe; each reader keeps its own cache in front of it.
#pragma once

#include "base/mutex.h"
#include "base/strings.h"
#include "event/value.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::event {

using FieldId = std::uint32_t;

class FieldNames {
public:
    static constexpr std::size_t most_names = 250'000;
    static constexpr std::size_t most_bytes = 64 << 20;  // of their texts
    static constexpr std::size_t most_cache_bytes = 64 << 20;

    /// `cache_bytes`: what a FieldCache of it, of which each thread has one, may hold.
    explicit FieldNames(std::size_t limit = most_names, std::size_t cache_bytes = most_cache_bytes)
        : limit_(limit), cache_bytes_(cache_bytes) {}

    std::size_t cache_bytes() const { return cache_bytes_; }

    /// Nothing when a limit is reached.
    std::optional<FieldId> intern(std::string_view path);
    std::optional<FieldId> find(std::string_view path) const;
    /// The view lives as long as this object.
    std::string_view name(FieldId id) const;
    std::size_t size() const;

private:
    const std::size_t limit_;
    const std::size_t cache_bytes_;
    mutable Mutex mutex_;
    TextMap<FieldId> ids_ GUARDED_BY(mutex_);
    std::vector<std::unique_ptr<const std::string>> names_ GUARDED_BY(mutex_);
    std::size_t bytes_ GUARDED_BY(mutex_) = 0;
};

/// Numbers from here on are of names that a document has itself.
constexpr FieldId first_own_field = FieldId{1} << 31;

struct Leaf {
    FieldId field = 0;
    Kind kind = Kind::null;  // boolean, integer, real, string, timestamp, or null
    std::uint32_t size_bytes = 0;

    union {
        std::int64_t integer = 0;  // boolean and timestamp (ns), too
        double real;
        const char* text;
    };

    std::string_view as_text() const { return {text, size_bytes}; }
};

class Document {
public:
    void clear() {
        leaves_.clear();
        own_names_.clear();
    }

    /// The number of a path that FieldNames has no room for; good within this document.
    FieldId own_field(std::string_view path) {
        if (own_names_.empty() || own_names_.back() != path) own_names_.emplace_back(path);
        return first_own_field + static_cast<FieldId>(own_names_.size() - 1);
    }

    std::string_view name(FieldId field, const FieldNames& names) const {
        return field < first_own_field ? names.name(field) : own_names_[field - first_own_field];
    }

    std::vector<Leaf>& leaves() { return leaves_; }

    const std::vector<Leaf>& leaves() const { return leaves_; }

    void add_integer(FieldId field, Kind kind, std::int64_t value) {
        Leaf leaf;
        leaf.field = field;
        leaf.kind = kind;
        leaf.integer = value;
        leaves_.push_back(leaf);
    }

    void add_real(FieldId field, double value) {
        Leaf leaf;
        leaf.field = field;
        leaf.kind = Kind::real;
        leaf.real = value;
        leaves_.push_back(leaf);
    }

    /// A view: the bytes must live until the document has been used.
    void add_text(FieldId field, std::string_view text) {
        Leaf leaf;
        leaf.field = field;
        leaf.kind = Kind::string;
        leaf.size_bytes = static_cast<std::uint32_t>(text.size());
        leaf.text = text.data();
        leaves_.push_back(leaf);
    }

private:
    std::vector<Leaf> leaves_;
    std::vector<std::string> own_names_;
};

/// From (parent path, key) to the path's id, remembered, so that a document of a known shape costs
/// one comparison a field: after each field it expects the one that followed it last time.
class FieldCache {
public:
    static constexpr std::uint32_t root = 0;

    /// It may hold `limit_bytes` when a document starts; with more, it forgets all.
    FieldCache(FieldNames& names, std::size_t limit_bytes);

    explicit FieldCache(FieldNames& names) : FieldCache(names, names.cache_bytes()) {}

    /// To be called before each document: nodes are good until then.
    void start_document() {
        last_ = root;
        if (bytes_ > limit_bytes_) forget();
    }

    /// The node for `key` below node `parent` (`root` at the top).
    std::uint32_t child(std::uint32_t parent, std::string_view key);

    /// The node's field in `document`, which takes its name in where FieldNames was full.
    FieldId field(std::uint32_t node, Document& document) const {
        const FieldId id = nodes_[node].field;
        return id == no_field ? document.own_field(nodes_[node].path) : id;
    }

    /// The node's key as JSON has it: quotes, escapes and colon.
    std::string_view json_key(std::uint32_t node) const { return nodes_[node].json_key; }

private:
    static constexpr FieldId no_field = ~FieldId{0};
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    struct Node {
        std::uint32_t parent;
        FieldId field;
        std::uint32_t next;  // the node asked for after this one, last time
        std::string key;
        std::string path;
        std::string json_key;
    };

    std::uint32_t look_up(std::uint32_t parent, std::string_view key);
    void rehash();
    void forget();

    FieldNames& names_;
    const std::size_t limit_bytes_;
    std::size_t bytes_ = 0;
    std::vector<Node> nodes_;
    std::vector<std::uint32_t> table_;  // open addressing by hash of (parent, key); 0 = free
    std::uint32_t last_ = root;
};

}  // namespace elkhorn::event
