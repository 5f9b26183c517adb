// store/limits/memory_hold.h -- what one request holds of one share, which grows while it works and
// is given back by itself.
//
//   MemoryHold room(&account, MemoryUse::requests, 64 << 10);   the first 64 KB are free
//   if (!room.hold(n)) return refuse();                         n bytes in all, from now on
//
//   Threads   one. Without an account nobody counts, and everything is granted.
#pragma once

#include "store/limits/memory_account.h"

#include <cstdint>

namespace elkhorn::store {

class MemoryHold {
public:
    MemoryHold(MemoryAccount* account, MemoryUse use, std::uint64_t free_bytes = 0)
        : account_(account), use_(use), free_bytes_(free_bytes) {}

    MemoryHold(const MemoryHold&) = delete;
    MemoryHold& operator=(const MemoryHold&) = delete;

    ~MemoryHold() { hold(0); }

    /// So much in all, be it more or less than before. False where the share has not that much:
    /// then it stays at what it was.
    bool hold(std::uint64_t bytes) {
        const std::uint64_t wanted = bytes > free_bytes_ ? bytes - free_bytes_ : 0;
        if (account_ != nullptr && wanted > taken_bytes_ &&
            !account_->try_take(use_, wanted - taken_bytes_))
            return false;
        if (account_ != nullptr && wanted < taken_bytes_)
            account_->give_back(use_, taken_bytes_ - wanted);
        taken_bytes_ = wanted;
        held_bytes_ = bytes;
        return true;
    }

    bool add(std::uint64_t bytes) { return hold(held_bytes_ + bytes); }

    std::uint64_t held() const { return held_bytes_; }

    /// Of the share, for the sentence that refuses.
    std::uint64_t limit() const { return account_ == nullptr ? 0 : account_->limit(use_); }

private:
    MemoryAccount* account_;  // the node's; null: none
    MemoryUse use_;
    std::uint64_t free_bytes_;
    std::uint64_t held_bytes_ = 0;
    std::uint64_t taken_bytes_ = 0;
};

}  // namespace elkhorn::store
