#include "store/node/memory_flush.h"

#include <algorithm>
#include <functional>

namespace elkhorn::store {

Result<> flush_for_memory(const Node& node, std::vector<std::shared_ptr<Index>> indices,
                          std::int64_t target_bytes) {
    std::ranges::sort(indices, std::greater<>(),
                      [](const auto& index) { return index->tail_bytes(); });
    for (const auto& index : indices) {
        if (node.tail_bytes <= target_bytes) break;
        TRY(index->flush(FlushScope::everything));
    }
    return {};
}

}  // namespace elkhorn::store
