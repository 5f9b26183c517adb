// search/match/profile.h -- what a search spends on each of its queries, where "profile" asks.
//
// Planning a query leaves an entry below that of the query around it; its node is then counted
// and timed as it is asked for rows and scores.
//
//   Threads   counts are atomic: row groups of one node are looked at by several threads.
//   Cost      none where nobody asks; two looks at the clock a row group, and a scored row, else.
#pragma once

#include "search/match/plan.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace elkhorn::search {

struct ProfileEntry {
    std::string kind;         // "match"
    std::string description;  // its body, as JSON, cut
    std::int64_t plan_ns = 0;
    std::atomic<std::int64_t> rows_ns{0};
    std::atomic<std::int64_t> score_ns{0};
    std::atomic<std::uint64_t> groups{0};  // row groups that it was asked about
    std::atomic<std::uint64_t> empty{0};   // of those, without any row
    std::atomic<std::uint64_t> rows{0};    // that it found, deleted ones among them
    std::atomic<std::uint64_t> scored{0};
    std::vector<std::unique_ptr<ProfileEntry>> below;
};

/// The node, watched. `entry` and the clock outlive it.
NodePtr profiled(NodePtr node, ProfileEntry& entry, const Clock& clock);

}  // namespace elkhorn::search
