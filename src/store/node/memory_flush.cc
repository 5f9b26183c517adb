#include "store/node/memory_flush.h"

#include "store/node/index_troubles.h"

#include <algorithm>
#include <functional>

namespace elkhorn::store {

Result<> flush_for_memory(const Node& node, std::vector<std::shared_ptr<Index>> indices,
                          std::int64_t target_bytes,
                          const std::function<Result<>(Index& index)>& flush) {
    FirstError failed;
    std::ranges::sort(indices, std::greater<>(),
                      [](const auto& index) { return index->tail_bytes(); });
    for (const auto& index : indices) {
        if (node.tail_bytes <= target_bytes) break;
        failed.add(flush(*index));
    }
    return failed.take();
}

}  // namespace elkhorn::store
