// search/agg/core/bucket_table.h -- the buckets of an aggregation below those of its parent,
// numbered as they appear, with how many documents each has.
#pragma once

#include "search/agg/core/selection.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace elkhorn::search::agg {

/// Numbers pairs of (bucket of the parent, key) as they come, and counts documents in them.
class BucketTable {
public:
    std::uint32_t find_or_add(std::uint32_t owner, std::int64_t key) {
        if (slots_.size() < 2 * (keys_.size() + 1)) rehash();
        for (std::size_t at = hash(owner, key);; ++at) {
            std::uint32_t& slot = slots_[at & (slots_.size() - 1)];
            if (slot == 0) {
                keys_.push_back({key, owner});
                counts_.push_back(0);
                slot = static_cast<std::uint32_t>(keys_.size());
                return slot - 1;
            }
            if (keys_[slot - 1].key == key && keys_[slot - 1].owner == owner) return slot - 1;
        }
    }

    std::uint32_t size() const { return static_cast<std::uint32_t>(keys_.size()); }

    std::int64_t key(std::uint32_t bucket) const { return keys_[bucket].key; }

    std::uint32_t owner(std::uint32_t bucket) const { return keys_[bucket].owner; }

    std::uint64_t count(std::uint32_t bucket) const { return counts_[bucket]; }

    void add(std::uint32_t bucket, std::uint64_t documents) { counts_[bucket] += documents; }

    /// The buckets of one bucket of the parent, in the order they appeared.
    std::span<const std::uint32_t> of(std::uint32_t owner);

    /// Adds the buckets of another below those of the parent that `above` says, by `key_of(key)`;
    /// gives which bucket each of them is here.
    template <typename KeyOf>
    std::vector<std::uint32_t> merge(const BucketTable& other, std::span<const std::uint32_t> above,
                                     KeyOf&& key_of) {
        std::vector<std::uint32_t> places(other.size(), no_bucket);
        for (std::uint32_t bucket = 0; bucket < other.size(); ++bucket) {
            const std::uint32_t owner = other.owner(bucket);
            if (owner >= above.size() || above[owner] == no_bucket) continue;
            places[bucket] = find_or_add(above[owner], key_of(other.key(bucket)));
            add(places[bucket], other.count(bucket));
        }
        return places;
    }

    std::size_t memory_bytes() const {
        return keys_.capacity() * sizeof(Key) + counts_.capacity() * 8 + slots_.size() * 4;
    }

private:
    struct Key {
        std::int64_t key;
        std::uint32_t owner;
    };

    static std::size_t hash(std::uint32_t owner, std::int64_t key);
    void rehash();

    std::vector<Key> keys_;
    std::vector<std::uint64_t> counts_;
    std::vector<std::uint32_t> slots_;  // bucket + 1 by hash; 0: free
    std::vector<std::uint32_t> by_owner_;
    std::vector<std::uint32_t> ends_;  // in by_owner_, of each owner
    std::size_t grouped_ = 0;          // how many buckets by_owner_ knows
};

}  // namespace elkhorn::search::agg
