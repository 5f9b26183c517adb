#include "store/index/merge_rules.h"

#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace elkhorn::store {
namespace {

constexpr std::uint64_t mb = 1 << 20;

MergeRules rules() {
    MergeRules rules;
    rules.together = 4;
    rules.largest_bytes = 256 * mb;
    rules.group_rows = 1000;
    return rules;
}

std::vector<MergeSize> of_bytes(const std::vector<std::uint64_t>& sizes) {
    std::vector<MergeSize> segments;
    for (const std::uint64_t bytes : sizes)
        segments.push_back({bytes, 1000, 0});
    return segments;
}

TEST(MergeRules, NothingToDo) {
    EXPECT_EQ(next_merge({}, rules()), std::nullopt);
    EXPECT_EQ(next_merge(of_bytes({1, 1, 1}), rules()), std::nullopt);
    EXPECT_EQ(next_merge(of_bytes({200 * mb, 200 * mb, 200 * mb, 200 * mb}), rules()),
              std::nullopt);
}

TEST(MergeRules, NeighboursOfOneSize) {
    EXPECT_EQ(next_merge(of_bytes({90 * mb, 1, 2, 3, 4}), rules()), (MergeRun{1, 5}));
    // Fewer, but together they are large.
    EXPECT_EQ(next_merge(of_bytes({90 * mb, 90 * mb, 1}), rules()), (MergeRun{0, 3}));
}

TEST(MergeRules, SegmentsOfWhichAThirdIsDeleted) {
    auto segments = of_bytes({200 * mb, 5});
    segments[0].deleted_rows = 333;
    EXPECT_EQ(next_merge(segments, rules()), std::nullopt);
    segments[0].deleted_rows = 334;
    EXPECT_EQ(next_merge(segments, rules()), (MergeRun{0, 1}));
}

/// Flushes of any size for a long time: few segments, and hardly any byte written often.
TEST(MergeRules, SegmentsStayFew) {
    Random random(1);
    for (const std::uint64_t typical : {mb / 100, mb, 20 * mb}) {
        std::vector<MergeSize> segments;
        std::uint64_t all = 0;
        std::uint64_t written = 0;
        std::size_t most = 0;
        for (int i = 0; i < 3000; ++i) {
            segments.push_back({1 + random.below(2 * typical), 1000, 0});
            all += segments.back().bytes;
            while (const auto run = next_merge(segments, rules())) {
                const auto begin = segments.begin() + static_cast<std::ptrdiff_t>(run->first);
                const auto end = segments.begin() + static_cast<std::ptrdiff_t>(run->last);
                const std::uint64_t bytes =
                    std::accumulate(begin, end, std::uint64_t{0},
                                    [](auto sum, const auto& s) { return sum + s.bytes; });
                EXPECT_LE(bytes, rules().largest_bytes);
                written += bytes;
                *begin = {bytes, 1000, 0};
                segments.erase(begin + 1, end);
            }
            const std::size_t large = all / (rules().largest_bytes / 2);
            most = std::max(most, segments.size() - std::min(segments.size(), large));
        }
        EXPECT_LE(most, 24U) << typical;
        EXPECT_LE(written, 8 * all) << typical;
    }
}

TEST(MergeRules, ForcedToAtMost) {
    EXPECT_EQ(forced_merges(of_bytes({5, 5, 5, 5}), 1), (std::vector<MergeRun>{{0, 4}}));
    EXPECT_EQ(forced_merges(of_bytes({5, 5, 5, 5}), 2), (std::vector<MergeRun>{{0, 2}, {2, 4}}));
    EXPECT_EQ(forced_merges(of_bytes({100, 1, 1}), 2), (std::vector<MergeRun>{{1, 3}}));
    EXPECT_EQ(forced_merges(of_bytes({1, 1, 100}), 2), (std::vector<MergeRun>{{0, 2}}));
    EXPECT_TRUE(forced_merges(of_bytes({5, 5}), 9).empty());
    EXPECT_TRUE(forced_merges({}, 1).empty());
}

TEST(MergeRules, FullGroupsAreCopiedAndSmallNeighboursJoined) {
    const std::vector<MergeSize> groups = {{mb, 1000, 0}, {mb, 300, 0},  {mb, 400, 0},
                                           {mb, 400, 0},  {mb, 1000, 1}, {mb, 200, 0}};
    const std::vector<MergePiece> expected = {
        {0, 1, true}, {1, 3, false}, {3, 4, true}, {4, 5, true}, {5, 6, true}};
    EXPECT_EQ(merge_pieces(groups, rules(), false), expected);
}

TEST(MergeRules, DeletedRowsStayBehind) {
    const std::vector<MergeSize> groups = {{mb, 1000, 1000}, {mb, 1000, 250}, {mb, 1000, 10}};
    EXPECT_EQ(merge_pieces(groups, rules(), false),
              (std::vector<MergePiece>{{1, 2, false}, {2, 3, true}}));
    EXPECT_EQ(merge_pieces(groups, rules(), true),
              (std::vector<MergePiece>{{1, 2, false}, {2, 3, false}}));
}

}  // namespace
}  // namespace elkhorn::store
