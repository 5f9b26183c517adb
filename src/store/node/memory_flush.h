// store/node/memory_flush.h -- room in memory: the largest tails go to segments first.
#pragma once

#include "store/index/index.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace elkhorn::store {

/// Until all tails of the node take no more than that. One that fails is passed over.
Result<> flush_for_memory(const Node& node, std::vector<std::shared_ptr<Index>> indices,
                          std::int64_t target_bytes,
                          const std::function<Result<>(Index& index)>& flush);

}  // namespace elkhorn::store
