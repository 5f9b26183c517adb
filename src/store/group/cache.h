// store/group/cache.h -- what was decoded, kept while there is room: least recently used goes
// first. Keys are addresses of columns (unique while the column lives) and a part number.
//
// What stays for as long as its row group does (columns, filters of ids) is held: it counts against
// the same limit, and takes the room of what was decoded.
#pragma once

#include "base/mutex.h"

#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>

namespace elkhorn::store {

class Cache {
public:
    struct Key {
        const void* owner;
        std::uint32_t part;
        bool operator==(const Key&) const = default;
    };

    explicit Cache(std::uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}

    template <typename T>
    std::shared_ptr<const T> find(Key key) {
        return std::static_pointer_cast<const T>(find_any(key));
    }

    void put(Key key, std::shared_ptr<const void> value, std::uint64_t size_bytes);
    /// Drops all parts of an owner that goes away.
    void forget(const void* owner, std::uint32_t parts);
    void hold(std::uint64_t size_bytes);
    void release(std::uint64_t size_bytes);
    /// False where as much more would take over half of all.
    bool may_hold(std::uint64_t size_bytes) const;
    std::uint64_t size_bytes() const;

private:
    struct Entry {
        Key key;
        std::shared_ptr<const void> value;
        std::uint64_t size_bytes;
    };

    struct Hash {
        std::size_t operator()(const Key& key) const;
    };

    std::shared_ptr<const void> find_any(Key key);
    /// What no longer fits, to be freed after the lock.
    std::list<Entry> make_fit() REQUIRES(mutex_);

    const std::uint64_t limit_bytes_;
    mutable Mutex mutex_;
    std::list<Entry> entries_ GUARDED_BY(mutex_);  // newest first
    std::unordered_map<Key, std::list<Entry>::iterator, Hash> places_ GUARDED_BY(mutex_);
    std::uint64_t size_bytes_ GUARDED_BY(mutex_) = 0;  // of entries and of what is held
    std::uint64_t held_bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace elkhorn::store
