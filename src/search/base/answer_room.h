// search/base/answer_room.h -- what the answer to one search is made in: hits with their sources,
// hits below them, the text of all. It is taken from the share of searches before it is made, and
// kept until the answer is sent.
//
//   ASK(room.expect());            before a document is read, whose size nobody knows yet:
//   const auto text = read();      one as large as the largest so far fits
//   ASK(room.made(text.size()));
//
// Of each text there are two copies at worst: in its hit, and in the answer.
#pragma once

#include "search/base/failure.h"
#include "store/limits/memory_hold.h"

#include <algorithm>
#include <cstdint>

namespace elkhorn::search {

class AnswerRoom {
public:
    /// Null: nobody counts.
    explicit AnswerRoom(store::MemoryAccount* account)
        : room_(account, store::MemoryUse::queries, free_bytes) {}

    /// Bytes that are about to be there, once.
    Answer<> take(std::uint64_t bytes) { return settle(used_bytes_ + bytes, 0); }

    void give(std::uint64_t bytes) { used_bytes_ -= std::min(bytes, used_bytes_); }

    Answer<> expect() { return settle(used_bytes_, copies * largest_bytes_); }

    Answer<> made(std::uint64_t bytes) {
        largest_bytes_ = std::max(largest_bytes_, bytes);
        return settle(used_bytes_ + copies * bytes, 0);
    }

    /// Of all the texts that were made, for who puts them into one.
    std::uint64_t text_bytes() const { return used_bytes_ / copies; }

    /// The answer is a text of that many bytes, and the rest is gone.
    void keep(std::uint64_t bytes) { room_.hold(bytes); }

private:
    static constexpr std::uint64_t free_bytes = 512 << 10;
    static constexpr std::uint64_t copies = 2;

    Answer<> settle(std::uint64_t used, std::uint64_t more) {
        if (!room_.hold(used + more)) return too_large(used + more, room_.limit());
        used_bytes_ = used;
        return {};
    }

    static std::unexpected<Failure> too_large(std::uint64_t bytes, std::uint64_t limit);

    store::MemoryHold room_;
    std::uint64_t used_bytes_ = 0;
    std::uint64_t largest_bytes_ = 0;
};

}  // namespace elkhorn::search
