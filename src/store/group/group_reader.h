// store/group/group_reader.h -- opens the bytes of a row group: those of a tail in memory, or a
// stretch of a mapped segment file. What it decodes goes through the node's cache.
#pragma once

#include "base/result.h"
#include "store/group/cache.h"
#include "store/group/row_group.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace elkhorn::store {

struct GroupBytes {
    std::shared_ptr<const void> owner;  // keeps `bytes` alive
    std::string_view bytes;
    std::string place;         // for messages: the file
    std::uint64_t offset = 0;  // of `bytes` in it
    // Asked after reading: whether a part of `bytes` were zeros, for the disk cannot read it. Null:
    // they lie in memory.
    std::function<bool(std::string_view part)> unreadable = nullptr;
};

/// Reads the directory only. `salt` makes generated ids (store/schema/document_id.h).
Result<std::shared_ptr<const RowGroup>> open_group(GroupBytes bytes, std::uint64_t salt,
                                                   std::shared_ptr<Cache> cache);

}  // namespace elkhorn::store
