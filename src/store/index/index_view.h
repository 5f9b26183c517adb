// store/index/index_view.h -- an index as whoever reads it sees it: a moment's picture that never
// changes.
#pragma once

#include "store/group/group_view.h"
#include "store/schema/mapping.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace elkhorn::store {

struct IndexSettings {
    Mapping mapping;
    std::string settings_json;  // kept to be shown: "\"number_of_replicas\":\"0\""
};

/// An index as of a moment. Immutable.
struct IndexView {
    std::string name;
    std::string uuid;
    std::int64_t created_ms = 0;
    std::string settings_json;
    std::shared_ptr<const Mapping> mapping;
    std::vector<GroupView> groups;  // ascending sequence numbers
    std::uint64_t documents = 0;    // live ones
    std::uint64_t deleted = 0;
    std::uint64_t size_bytes = 0;
    std::uint64_t memory_bytes = 0;  // of those, in no segment yet: who keeps the view keeps them
    std::uint32_t segments = 0;
};

/// Merges beyond those that keep the number of segments bounded.
struct ForceMerge {
    std::size_t most_segments = ~std::size_t{0};  // neighbours become one until there are no more
    bool only_expunge = false;  // leave segments without deleted documents as they are
};

}  // namespace elkhorn::store
