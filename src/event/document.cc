#include "event/document.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "text/json_text.h"

namespace elkhorn::event {

std::optional<FieldId> FieldNames::intern(std::string_view path) {
    const Lock lock(mutex_);
    if (const auto it = ids_.find(path); it != ids_.end()) return it->second;
    if (names_.size() >= limit_ || path.size() > most_bytes - bytes_) return std::nullopt;
    bytes_ += path.size();
    const auto id = static_cast<FieldId>(names_.size());
    names_.push_back(std::make_unique<const std::string>(path));
    ids_.emplace(std::string(path), id);
    return id;
}

std::optional<FieldId> FieldNames::find(std::string_view path) const {
    const Lock lock(mutex_);
    const auto it = ids_.find(path);
    if (it == ids_.end()) return std::nullopt;
    return it->second;
}

std::string_view FieldNames::name(FieldId id) const {
    const Lock lock(mutex_);
    ASSERT(id < names_.size());
    return *names_[id];
}

std::size_t FieldNames::size() const {
    const Lock lock(mutex_);
    return names_.size();
}

FieldCache::FieldCache(FieldNames& names, std::size_t limit_bytes)
    : names_(names), limit_bytes_(limit_bytes) {
    forget();
}

void FieldCache::forget() {
    nodes_ = {};
    nodes_.push_back({none, no_field, none, "", "", ""});
    table_ = std::vector<std::uint32_t>(1024, 0);
    last_ = root;
    bytes_ = 0;
}

std::uint32_t FieldCache::child(std::uint32_t parent, std::string_view key) {
    const std::uint32_t expected = nodes_[last_].next;
    if (expected != none && nodes_[expected].parent == parent &&
        same_text(nodes_[expected].key, key)) {
        return last_ = expected;
    }
    const std::uint32_t found = look_up(parent, key);
    nodes_[last_].next = found;
    return last_ = found;
}

std::uint32_t FieldCache::look_up(std::uint32_t parent, std::string_view key) {
    const std::size_t mask = table_.size() - 1;
    std::size_t slot = hash64(key, parent) & mask;
    for (; table_[slot] != 0; slot = (slot + 1) & mask) {
        const Node& node = nodes_[table_[slot]];
        if (node.parent == parent && node.key == key) return table_[slot];
    }
    const std::string& above = nodes_[parent].path;
    std::string path = parent == root ? std::string(key) : above + "." + std::string(key);
    const FieldId field = names_.intern(path).value_or(no_field);
    const auto made = static_cast<std::uint32_t>(nodes_.size());
    std::string json_key;
    text::append_json_string(json_key, key);
    json_key.push_back(':');
    nodes_.push_back({parent, field, none, std::string(key), std::move(path), std::move(json_key)});
    table_[slot] = made;
    bytes_ += sizeof(Node) + 4 * sizeof(std::uint32_t) + 2 * key.size() + nodes_.back().path.size();
    if (nodes_.size() * 2 > table_.size()) rehash();
    return made;
}

void FieldCache::rehash() {
    table_.assign(table_.size() * 2, 0);
    const std::size_t mask = table_.size() - 1;
    for (std::uint32_t i = 1; i < nodes_.size(); ++i) {
        std::size_t slot = hash64(nodes_[i].key, nodes_[i].parent) & mask;
        while (table_[slot] != 0)
            slot = (slot + 1) & mask;
        table_[slot] = i;
    }
}

}  // namespace elkhorn::event
