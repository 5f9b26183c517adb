#include "event/document.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace elkhorn::event {
namespace {

TEST(FieldCache, ForgetsWhatIsTooMuchAndGivesTheSameFields) {
    FieldNames names;
    FieldCache cache(names, 10'000);
    Document document;
    std::uint32_t most = 0;
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 1000; ++i) {
            cache.start_document();
            const std::uint32_t node = cache.child(FieldCache::root, "above");
            const std::uint32_t below = cache.child(node, fmt::format("field \"{}\"", i));
            most = std::max(most, below);
            ASSERT_EQ(names.name(cache.field(below, document)),
                      fmt::format("above.field \"{}\"", i));
            ASSERT_EQ(cache.json_key(below), fmt::format(R"("field \"{}\"":)", i));
        }
    }
    EXPECT_EQ(names.size(), 1001);
    EXPECT_LT(most, 100);
}

TEST(FieldCache, AFieldPastTheLimitHasANumberWithinItsDocument) {
    FieldNames names(1);
    FieldCache cache(names);
    Document document;
    cache.start_document();
    const std::uint32_t first = cache.child(FieldCache::root, "first");
    EXPECT_EQ(document.name(cache.field(first, document), names), "first");
    const std::uint32_t second = cache.child(first, "second");
    const std::uint32_t third = cache.child(first, "third");
    const FieldId second_field = cache.field(second, document);
    EXPECT_EQ(cache.field(second, document), second_field);
    const FieldId third_field = cache.field(third, document);
    EXPECT_GE(second_field, first_own_field);
    EXPECT_EQ(document.name(second_field, names), "first.second");
    EXPECT_EQ(document.name(third_field, names), "first.third");
    EXPECT_EQ(cache.json_key(second), "\"second\":");
    document.clear();
    EXPECT_EQ(document.name(cache.field(third, document), names), "first.third");
    EXPECT_EQ(names.size(), 1U);
}

TEST(FieldNames, TakesNoMoreTextThanItMay) {
    FieldNames names;
    const std::string long_name(FieldNames::most_bytes / 2, 'x');
    EXPECT_TRUE(names.intern(long_name + "1"));
    EXPECT_FALSE(names.intern(long_name + "2"));
    EXPECT_TRUE(names.intern("short"));
    EXPECT_TRUE(names.intern(long_name + "1")) << "it is there already";
}

}  // namespace
}  // namespace elkhorn::event
