#include "store/index/merge_rules.h"

#include <algorithm>

namespace elkhorn::store {
namespace {

constexpr std::uint64_t segment_deleted_share = 3;  // a third deleted: written again
constexpr std::uint64_t group_deleted_share = 4;

/// Sizes within one factor of `together` are of one level.
std::size_t level_of(std::uint64_t bytes, const MergeRules& rules) {
    std::size_t level = 0;
    for (std::uint64_t limit = rules.smallest_bytes; bytes >= limit; limit *= rules.together)
        ++level;
    return level;
}

bool largely_deleted(const MergeSize& size, std::uint64_t share) {
    return size.deleted_rows > 0 && size.deleted_rows * share >= size.rows;
}

/// The longest run from `first` on whose members are all of `level` or less and fit together.
std::size_t end_of_run(std::span<const MergeSize> segments, std::size_t first, std::size_t level,
                       const MergeRules& rules, std::uint64_t& bytes) {
    bytes = 0;
    std::size_t at = first;
    for (; at < segments.size() && at - first < rules.together * 2; ++at) {
        if (level_of(segments[at].bytes, rules) > level) break;
        if (bytes + segments[at].bytes > rules.largest_bytes) break;
        bytes += segments[at].bytes;
    }
    return at;
}

/// A large segment is not written again for the sake of a few small ones.
bool is_worth_it(std::span<const MergeSize> run) {
    std::uint64_t bytes = 0;
    std::uint64_t largest = 0;
    for (const MergeSize& segment : run) {
        bytes += segment.bytes;
        largest = std::max(largest, segment.bytes);
    }
    return bytes * 10 >= largest * 17;
}

std::optional<MergeRun> run_of_level(std::span<const MergeSize> segments, std::size_t level,
                                     const MergeRules& rules) {
    for (std::size_t first = 0; first < segments.size(); ++first) {
        if (segments[first].bytes > rules.largest_bytes / 2) continue;
        std::uint64_t bytes = 0;
        const std::size_t last = end_of_run(segments, first, level, rules, bytes);
        const bool full = last - first >= 2 && bytes > rules.largest_bytes / 2;
        if (!is_worth_it(segments.subspan(first, last - first))) continue;
        if (last - first >= rules.together || full) return MergeRun{first, last};
    }
    return std::nullopt;
}

bool is_small(const MergeSize& group, const MergeRules& rules) {
    return group.rows - group.deleted_rows < rules.group_rows / 2 &&
           group.bytes < rules.group_bytes / 2;
}

}  // namespace

std::optional<MergeRun> next_merge(std::span<const MergeSize> segments, const MergeRules& rules) {
    for (std::size_t i = 0; i < segments.size(); ++i) {
        if (largely_deleted(segments[i], segment_deleted_share)) return MergeRun{i, i + 1};
    }
    if (segments.size() < 2) return std::nullopt;
    for (std::size_t level = 0; level <= level_of(rules.largest_bytes, rules); ++level) {
        if (const auto run = run_of_level(segments, level, rules)) return run;
    }
    return std::nullopt;
}

std::vector<MergeRun> forced_merges(std::span<const MergeSize> segments, std::size_t most) {
    std::vector<MergeRun> runs;
    std::uint64_t left = 0;
    for (const MergeSize& segment : segments)
        left += segment.bytes;
    std::size_t first = 0;
    for (std::size_t part = std::min(most, segments.size()); part > 0; --part) {
        const std::uint64_t share = left / part;
        std::size_t last = first;
        std::uint64_t bytes = 0;
        // The last part takes what is left; those before leave at least one for each after them.
        while (last < segments.size() - (part - 1) &&
               (part == 1 || last == first || bytes + segments[last].bytes / 2 <= share))
            bytes += segments[last++].bytes;
        left -= bytes;
        if (last - first > 1 || segments[first].deleted_rows > 0) runs.push_back({first, last});
        first = last;
    }
    return runs;
}

std::vector<MergePiece> merge_pieces(std::span<const MergeSize> groups, const MergeRules& rules,
                                     bool expunge) {
    std::vector<MergePiece> pieces;
    std::uint64_t rows = 0;  // of the piece that still takes groups
    std::uint64_t bytes = 0;
    bool open = false;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const MergeSize& group = groups[i];
        const std::uint64_t live = group.rows - group.deleted_rows;
        if (live == 0) continue;
        const bool anew =
            largely_deleted(group, group_deleted_share) || (expunge && group.deleted_rows > 0);
        if (!anew && !is_small(group, rules)) {
            pieces.push_back({i, i + 1, true});
            open = false;
            continue;
        }
        if (open && rows + live <= rules.group_rows && bytes + group.bytes <= rules.group_bytes) {
            pieces.back().last = i + 1;
            pieces.back().copied = false;
        } else {
            pieces.push_back({i, i + 1, !anew});
            rows = 0;
            bytes = 0;
            open = true;
        }
        rows += live;
        bytes += group.bytes;
    }
    return pieces;
}

}  // namespace elkhorn::store
