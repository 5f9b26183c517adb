// Every line is what Java's String.replaceAll, or an Elasticsearch that restores by it, answers.

#include "api/snapshot/parts/snapshot_rename.h"

#include <gtest/gtest.h>

namespace elkhorn::api {
namespace {

std::string renamed(std::string_view pattern, std::string_view replacement) {
    const auto name = rename_index("logs-1", pattern, replacement);
    return name ? *name : name.error().type + ": " + name.error().reason;
}

TEST(SnapshotRename, AGroupTakesAsManyDigitsAsThereAreGroups) {
    EXPECT_EQ(renamed("(l)(o)(g)(s)", "a$12"), "al2-1");
    EXPECT_EQ(renamed("(l)(o)(g)(s)(-)(1)()()()()()(x?)", "b$12"), "b");
    EXPECT_EQ(renamed("(l)()()()()()()()()()()(o)", "b$12$123"), "boo3gs-1");
    EXPECT_EQ(renamed("(l)(o)(g)(s)", "c$01"), "cl-1");
    EXPECT_EQ(renamed("logs", "d$0"), "dlogs-1");
    EXPECT_EQ(renamed("l(z)?ogs", "e$1"), "e-1");
    EXPECT_EQ(renamed("logs", "$1"), "index_out_of_bounds_exception: No group 1");
    EXPECT_EQ(renamed("(l)(o)(g)", "$45"), "index_out_of_bounds_exception: No group 4");
}

TEST(SnapshotRename, NamedGroupsHaveNumbersBesidePlainOnes) {
    EXPECT_EQ(renamed("(?<a>l)(o)(g)(s)", "x${a}"), "xl-1");
    EXPECT_EQ(renamed("(?<a>l)(o)", "$2${a}$1"), "ollgs-1");
    EXPECT_EQ(renamed("(?:l)(?<b>o)([(]?)(?=g)", "<${b}|$2>"), "<o|>gs-1");
    EXPECT_EQ(renamed("(?<a>[a-z]).*?(\\()?(?<b>-)", "$3$1"), "-l1");
    EXPECT_EQ(*rename_index("aab1", "(?<x>a)\\k<x>(b)1", "$2$1"), "ba");
}

TEST(SnapshotRename, ABackslashTakesTheNextAsItIs) {
    EXPECT_EQ(renamed("logs", "y\\$1\\a\\\\"), "y$1a\\-1");
    EXPECT_EQ(renamed("logs", "y\\"),
              "illegal_argument_exception: character to be escaped is missing");
}

TEST(SnapshotRename, AReferenceThatIsNoneIsRefusedInJavasWords) {
    const std::string refused = "illegal_argument_exception: ";
    EXPECT_EQ(renamed("l", "$"), refused + "Illegal group reference: group index is missing");
    EXPECT_EQ(renamed("l", "$x"), refused + "Illegal group reference");
    EXPECT_EQ(renamed("(?<a>l)", "${nope}"), refused + "No group with name {nope}");
    EXPECT_EQ(renamed("(?<a>l)", "${}"), refused + "named capturing group has 0 length name");
    EXPECT_EQ(renamed("(?<a>l)", "${"), refused + "named capturing group has 0 length name");
    EXPECT_EQ(renamed("(?<a>l)", "${a"), refused + "named capturing group is missing trailing '}'");
    EXPECT_EQ(renamed("(?<a>l)", "${a-b}"),
              refused + "named capturing group is missing trailing '}'");
    EXPECT_EQ(renamed("(?<a>l)", "${1}"),
              refused + "capturing group name {1} starts with digit character");
    // Where nothing matches, nobody reads the replacement.
    EXPECT_EQ(renamed("nope", "$9"), "logs-1");
}

TEST(SnapshotRename, EmptyMatchesAreReplacedToo) {
    EXPECT_EQ(renamed("", "y"), "ylyoygysy-y1y");
    EXPECT_EQ(renamed("g*", "y"), "ylyoyysy-y1y");
    EXPECT_EQ(renamed("(.*)", "y-$1"), "y-logs-1y-");
}

TEST(SnapshotRename, PatternsThatBreakOffAreRead) {
    for (const char* pattern : {"(", "(?<", "(?<a", "\\", "[", "\\k<", "(?<a>", "[[", "(?"})
        EXPECT_FALSE(rename_index("logs-1", pattern, "x")) << pattern;
}

}  // namespace
}  // namespace elkhorn::api
