// store/index/node.h -- what the indices of a node share.
#pragma once

#include "io/folder.h"
#include "store/group/cache.h"
#include "store/index/options.h"
#include "store/index/shared_work.h"
#include "store/log/write_log.h"

#include <atomic>
#include <cstdint>
#include <memory>

namespace elkhorn::store {

/// What a document of that size may take on its way to disk: its source and, in columns whose
/// vectors grow by doubling, up to twice as much again; and something for its sequence number,
/// version and shape.
constexpr std::uint64_t tail_bytes_of(std::uint64_t source_bytes) {
    constexpr std::uint64_t source_factor = 3;
    constexpr std::uint64_t document_bytes = 256;
    return source_bytes * source_factor + document_bytes;
}

struct Node {
    io::Folder* folder = nullptr;  // the engine's, like all here
    WriteLog* log = nullptr;
    MemoryAccount* memory = nullptr;
    const Options* options = nullptr;
    std::shared_ptr<Cache> cache;
    SharedWork* encoding = nullptr;  // null: whoever encodes does it alone
    // of all indices: builders and row groups not yet in segments
    std::atomic<std::int64_t> tail_bytes{0};
    std::atomic<std::int64_t> tombstone_bytes{0};
    std::atomic<std::int64_t> frozen_builders{0};  // of all indices: full, not yet encoded
    std::atomic<bool> merges_allowed{true};        // not while the disk is nearly full
    std::atomic<bool> stopping{false};             // merges end early
};

}  // namespace elkhorn::store
