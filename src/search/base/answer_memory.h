// search/base/answer_memory.h -- what a request's answer holds of the node's share for searches:
// hits and what they are written into, texts of aggregations. It grows before they do, and is given
// back when the answer goes: whoever passes the answer on keeps this with it. One thread at a time.
#pragma once

#include "search/base/failure.h"
#include "store/limits/memory_account.h"

#include <fmt/format.h>

#include <cstdint>

namespace elkhorn::search {

class AnswerMemory {
public:
    /// Of a text while it is made: as it was found, and what it is being written into.
    static constexpr std::uint64_t while_made = 3;

    /// Null: nobody counts.
    explicit AnswerMemory(store::MemoryAccount* memory) : memory_(memory) {}

    ~AnswerMemory() {
        if (memory_ != nullptr) memory_->give_back(store::MemoryUse::queries, held_bytes_);
    }

    AnswerMemory(const AnswerMemory&) = delete;
    AnswerMemory& operator=(const AnswerMemory&) = delete;

    /// 429 where the share has not so much left.
    Answer<> grow(std::uint64_t bytes) {
        if (memory_ == nullptr) return {};
        if (memory_->try_take(store::MemoryUse::queries, bytes)) {
            held_bytes_ += bytes;
            return {};
        }
        auto failure = refuse_in_phase(
            "circuit_breaking_exception",
            fmt::format("[request] Data too large, data for the answer would be [{}], which is "
                        "more than is left of the [{}] that all searches may hold: ask for less at "
                        "once (size, _source, search_after), or try again",
                        held_bytes_ + bytes, memory_->limit(store::MemoryUse::queries)));
        failure.error().status = 429;
        return failure;
    }

private:
    store::MemoryAccount* memory_;  // the node's
    std::uint64_t held_bytes_ = 0;
};

}  // namespace elkhorn::search
