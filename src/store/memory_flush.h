// store/memory_flush.h -- room in memory: the largest tails go to segments first.
#pragma once

#include "store/index.h"

#include <memory>
#include <vector>

namespace elkhorn::store {

/// Until all tails of the node take half of what they may.
Result<> flush_for_memory(const Node& node, std::vector<std::shared_ptr<Index>> indices);

}  // namespace elkhorn::store
