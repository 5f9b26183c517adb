// event/arena.h -- memory that lives as long as a batch: bump allocation, no destructors, freed at
// once.
// What is put here must be trivially destructible. One writer at a time; not thread-safe.
//
// `reset` keeps the largest block, so a batch that is used again allocates nothing once warm.
#pragma once

#include "base/bytes.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace elkhorn::event {

class Arena {
public:
    Arena() = default;
    Arena(Arena&&) = default;
    Arena& operator=(Arena&&) = default;

    /// `count` uninitialised objects.
    template <typename T>
        requires std::is_trivially_destructible_v<T>
    T* allocate(std::size_t count) {
        return static_cast<T*>(raw(count * sizeof(T), alignof(T)));
    }

    /// A copy that lives as long as the arena.
    std::string_view copy(std::string_view text) {
        if (text.empty()) return {};
        char* to = static_cast<char*>(raw(text.size(), 1));
        copy_bytes(to, text.data(), text.size());
        return {to, text.size()};
    }

    std::size_t used_bytes() const { return used_bytes_; }

    void reset() {
        if (blocks_.size() > 1) {
            blocks_.front() = std::move(blocks_.back());
            blocks_.resize(1);
        }
        at_ = 0;
        used_bytes_ = 0;
    }

private:
    struct Block {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t size_bytes = 0;
    };

    void* raw(std::size_t size_bytes, std::size_t alignment) {
        at_ = (at_ + alignment - 1) & ~(alignment - 1);
        if (blocks_.empty() || at_ + size_bytes > blocks_.back().size_bytes) grow(size_bytes);
        void* place = blocks_.back().bytes.get() + at_;
        at_ += size_bytes;
        used_bytes_ += size_bytes;
        return place;
    }

    void grow(std::size_t size_bytes) {
        std::size_t next = blocks_.empty() ? 4096 : blocks_.back().size_bytes * 2;
        if (next > max_block_bytes) next = max_block_bytes;
        if (next < size_bytes) next = size_bytes;
        blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(next), next});
        at_ = 0;
    }

    static constexpr std::size_t max_block_bytes = 1 << 20;
    std::vector<Block> blocks_;
    std::size_t at_ = 0;  // in the last block
    std::size_t used_bytes_ = 0;
};

}  // namespace elkhorn::event
