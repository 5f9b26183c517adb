#include "event/document.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace elkhorn::event {
namespace {

TEST(FieldCache, ForgetsWhatIsTooMuchAndGivesTheSameFields) {
    FieldNames names;
    FieldCache cache(names, 10'000);
    std::uint32_t most = 0;
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 1000; ++i) {
            cache.start_document();
            const std::uint32_t node = cache.child(FieldCache::root, "above");
            const std::uint32_t below = cache.child(node, fmt::format("field \"{}\"", i));
            most = std::max(most, below);
            ASSERT_EQ(names.name(*cache.field(below)), fmt::format("above.field \"{}\"", i));
            ASSERT_EQ(cache.json_key(below), fmt::format(R"("field \"{}\"":)", i));
        }
    }
    EXPECT_EQ(names.size(), 1001);
    EXPECT_LT(most, 100);
}

TEST(FieldCache, AFieldPastTheLimitHasNoNumberAndAKey) {
    FieldNames names(1);
    FieldCache cache(names);
    cache.start_document();
    EXPECT_TRUE(cache.field(cache.child(FieldCache::root, "first")));
    const std::uint32_t second = cache.child(FieldCache::root, "second");
    EXPECT_FALSE(cache.field(second));
    EXPECT_EQ(cache.json_key(second), "\"second\":");
}

}  // namespace
}  // namespace elkhorn::event
