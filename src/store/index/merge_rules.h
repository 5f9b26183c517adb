// store/index/merge_rules.h -- which segments of an index become one, and what happens to their row
// groups on the way. Pure functions over sizes and counts.
//
//   Runs       Only neighbours are merged, so rows stay in the order of arrival. `together`
//              neighbours of one size (within a factor of `together`) make one, until it has
//              `largest_bytes`: an index of n bytes has about together * log(n) segments and one
//              for each `largest_bytes`; a byte is copied about once a level. What comes out is at
//              least 1.7 times the largest that went in.
//   Deletes    A segment of which a third is deleted is written again without that.
//   Groups     Full row groups are copied. Small neighbours, and those of which a quarter is
//              deleted, are made anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace elkhorn::store {

struct MergeRules {
    std::size_t together = 8;
    std::uint64_t smallest_bytes = 1ULL << 20;  // below it sizes do not count
    std::uint64_t largest_bytes = 1ULL << 30;
    std::uint32_t group_rows = 0;             // of a full row group
    std::uint64_t group_bytes = 16ULL << 20;  // encoded; a larger group is full, whatever its rows
};

struct MergeSize {
    std::uint64_t bytes = 0;
    std::uint64_t rows = 0;
    std::uint64_t deleted_rows = 0;
};

/// Neighbours [first, last).
struct MergeRun {
    std::size_t first = 0;
    std::size_t last = 0;

    bool operator==(const MergeRun&) const = default;
};

/// The segments to merge next; nothing when all is well.
std::optional<MergeRun> next_merge(std::span<const MergeSize> segments, const MergeRules& rules);

/// All of them in runs that leave at most `most` segments; those of one sound segment left out.
std::vector<MergeRun> forced_merges(std::span<const MergeSize> segments, std::size_t most);

/// Row groups [first, last) of a merge: made anew into one, or one that is copied.
struct MergePiece {
    std::size_t first = 0;
    std::size_t last = 0;
    bool copied = false;

    bool operator==(const MergePiece&) const = default;
};

/// What becomes of the row groups of a run. Groups without a live row are in no piece. With
/// `expunge`, no deleted row stays.
std::vector<MergePiece> merge_pieces(std::span<const MergeSize> groups, const MergeRules& rules,
                                     bool expunge);

}  // namespace elkhorn::store
