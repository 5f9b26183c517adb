#include "store/group/cache.h"

#include "base/assert.h"
#include "base/hash.h"

#include <bit>

namespace elkhorn::store {

std::size_t Cache::Hash::operator()(const Key& key) const {
    return hash64(std::bit_cast<std::uint64_t>(key.owner) * 31 + key.part);
}

std::shared_ptr<const void> Cache::find_any(Key key) {
    const Lock lock(mutex_);
    const auto it = places_.find(key);
    if (it == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, it->second);
    return it->second->value;
}

void Cache::put(Key key, std::shared_ptr<const void> value, std::uint64_t size_bytes) {
    if (size_bytes > limit_bytes_ / 4) return;
    std::list<Entry> dropped;  // freed after the lock
    const Lock lock(mutex_);
    if (places_.contains(key)) return;
    entries_.push_front({key, std::move(value), size_bytes});
    places_[key] = entries_.begin();
    size_bytes_ += size_bytes;
    dropped = make_fit();
}

std::list<Cache::Entry> Cache::make_fit() {
    std::list<Entry> dropped;
    while (size_bytes_ > limit_bytes_ && !entries_.empty()) {
        Entry& last = entries_.back();
        size_bytes_ -= last.size_bytes;
        places_.erase(last.key);
        dropped.splice(dropped.end(), entries_, std::prev(entries_.end()));
    }
    return dropped;
}

void Cache::hold(std::uint64_t size_bytes) {
    std::list<Entry> dropped;
    const Lock lock(mutex_);
    held_bytes_ += size_bytes;
    size_bytes_ += size_bytes;
    dropped = make_fit();
}

void Cache::release(std::uint64_t size_bytes) {
    const Lock lock(mutex_);
    ASSERT(size_bytes <= held_bytes_);
    held_bytes_ -= size_bytes;
    size_bytes_ -= size_bytes;
}

bool Cache::may_hold(std::uint64_t size_bytes) const {
    const Lock lock(mutex_);
    return held_bytes_ + size_bytes <= limit_bytes_ / 2;
}

void Cache::forget(const void* owner, std::uint32_t parts) {
    std::list<Entry> dropped;
    const Lock lock(mutex_);
    for (std::uint32_t part = 0; part < parts; ++part) {
        const auto it = places_.find({owner, part});
        if (it == places_.end()) continue;
        size_bytes_ -= it->second->size_bytes;
        dropped.splice(dropped.end(), entries_, it->second);
        places_.erase(it);
    }
}

std::uint64_t Cache::size_bytes() const {
    const Lock lock(mutex_);
    return size_bytes_;
}

}  // namespace elkhorn::store
