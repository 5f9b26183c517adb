// store/code/text_set.h -- distinct texts, numbered as they arrive: a hash table of views.
#pragma once

#include "base/hash.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace elkhorn::store {

/// Distinct texts and their numbers, in order of arrival. Holds views.
class TextSet {
public:
    TextSet() : table_(4) {}

    /// `keep` gives the text where it will stay, and is asked only where it is new.
    template <typename Keep>
    std::uint32_t add(std::string_view text, Keep&& keep) {
        return add(text, hash64(text), keep);
    }

    /// `hash` is hash64(text); who has it early can ask for its place with `prefetch`.
    template <typename Keep>
    std::uint32_t add(std::string_view text, std::uint64_t hash, Keep&& keep) {
        Slot& slot = table_[place_of(hash, text)];
        return slot.number != 0 ? slot.number - 1 : add_at(slot, hash, keep(text));
    }

    std::uint32_t add(std::string_view text) {
        return add(text, [](std::string_view stays) { return stays; });
    }

    void prefetch(std::uint64_t hash) const {
        __builtin_prefetch(&table_[hash & (table_.size() - 1)], 1);
    }

    /// Without a look whether it is there; after that neither `add` nor `find` may be asked.
    std::uint32_t add_unseen(std::string_view text);
    std::optional<std::uint32_t> find(std::string_view text) const;

    const std::vector<std::string_view>& texts() const { return texts_; }

    /// hash64 of each.
    const std::vector<std::uint64_t>& hashes() const { return hashes_; }

    std::uint64_t text_bytes() const { return text_bytes_; }

    /// Of the set itself; the texts are elsewhere.
    std::uint64_t memory_bytes() const {
        return texts_.capacity() * sizeof(texts_[0]) + hashes_.capacity() * sizeof(hashes_[0]) +
               table_.capacity() * sizeof(table_[0]);
    }

private:
    /// A text's number and one, 0 where it is free, and of its hash what the place does not say: a
    /// look-up that misses touches nothing else.
    struct Slot {
        std::uint32_t number = 0;
        std::uint32_t hash = 0;
    };

    std::size_t place_of(std::uint64_t hash, std::string_view text) const;
    std::uint32_t add_at(Slot& slot, std::uint64_t hash, std::string_view text);
    void rehash();

    std::vector<std::string_view> texts_;
    std::vector<std::uint64_t> hashes_;
    std::vector<Slot> table_;
    std::uint64_t text_bytes_ = 0;
};

}  // namespace elkhorn::store
