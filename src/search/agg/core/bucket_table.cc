#include "search/agg/core/bucket_table.h"

#include "base/hash.h"

#include <algorithm>
#include <utility>

namespace elkhorn::search::agg {

std::size_t BucketTable::hash(std::uint32_t owner, std::int64_t key) {
    return hash64(static_cast<std::uint64_t>(key) ^ (static_cast<std::uint64_t>(owner) << 40U) ^
                  static_cast<std::uint64_t>(owner) * 0x9e3779b97f4a7c15ULL);
}

void BucketTable::rehash() {
    const std::size_t size = std::max<std::size_t>(64, slots_.size() * 2);
    slots_.assign(size, 0);
    for (std::uint32_t bucket = 0; bucket < keys_.size(); ++bucket) {
        std::size_t at = hash(keys_[bucket].owner, keys_[bucket].key);
        while (slots_[at & (size - 1)] != 0)
            ++at;
        slots_[at & (size - 1)] = bucket + 1;
    }
}

std::span<const std::uint32_t> BucketTable::of(std::uint32_t owner) {
    if (grouped_ != keys_.size()) {
        std::uint32_t owners = 0;
        for (const Key& key : keys_)
            owners = std::max(owners, key.owner + 1);
        ends_.assign(owners, 0);
        for (const Key& key : keys_)
            ++ends_[key.owner];
        std::uint32_t sum = 0;
        for (std::uint32_t& end : ends_)
            sum += std::exchange(end, sum);
        by_owner_.resize(keys_.size());
        for (std::uint32_t bucket = 0; bucket < keys_.size(); ++bucket) {
            by_owner_[ends_[keys_[bucket].owner]++] = bucket;
        }
        grouped_ = keys_.size();
    }
    if (owner >= ends_.size()) return {};
    const std::uint32_t first = owner == 0 ? 0 : ends_[owner - 1];
    return std::span(by_owner_).subspan(first, ends_[owner] - first);
}

}  // namespace elkhorn::search::agg
