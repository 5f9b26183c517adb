// Expressions with "both" and "not" against what they mean, and bounds of what a pattern may make.

#include "search/words/regexp_automaton.h"

#include <gtest/gtest.h>

#include <string>

namespace elkhorn::search {
namespace {

bool fits(std::string_view pattern, std::string_view text, bool case_insensitive = false) {
    const auto automaton = RegexpAutomaton::compile(pattern, {}, case_insensitive);
    EXPECT_TRUE(automaton) << pattern;
    return automaton && automaton->fits(text);
}

TEST(RegexpAutomaton, BothMustFit) {
    EXPECT_TRUE(fits("a.*&.*c", "abc"));
    EXPECT_FALSE(fits("a.*&.*c", "abd"));
    EXPECT_FALSE(fits("a.*&b.*", "ab"));
}

TEST(RegexpAutomaton, NotIsEverythingElse) {
    EXPECT_FALSE(fits("~(abc)", "abc"));
    EXPECT_TRUE(fits("~(abc)", "ab"));
    EXPECT_TRUE(fits("~(abc)", ""));
    EXPECT_TRUE(fits("a~b", "acd"));
    EXPECT_FALSE(fits("a~b", "ab"));
    EXPECT_TRUE(fits("~(~(abc))", "abc"));
}

TEST(RegexpAutomaton, KnowsWhatLuceneKnows) {
    EXPECT_TRUE(fits("[a-c]{2,3}&~(aa)", "abc"));
    EXPECT_FALSE(fits("[a-c]{2,3}&~(aa)", "aa"));
    EXPECT_FALSE(fits("[a-c]{2,3}&~(aa)", "abca"));
    EXPECT_TRUE(fits("<1-50>&@", "042"));
    EXPECT_FALSE(fits("#&@", "a"));
    EXPECT_TRUE(fits("\"a.b\"&@", "a.b"));
    EXPECT_TRUE(fits("[^0-9]+&.*ö.*", "köln"));
    EXPECT_TRUE(fits("\\w+&~(\\d+)", "a1"));
}

TEST(RegexpAutomaton, LettersOfAnyCaseWhereThatIsAsked) {
    EXPECT_TRUE(fits("ab&@", "aB", true));
    EXPECT_FALSE(fits("ab&@", "aB"));
}

TEST(RegexpAutomaton, AFlagThatIsOffMakesACharacter) {
    RegexpFlags flags;
    flags.intersection = false;
    const auto automaton = RegexpAutomaton::compile("a&b~(c)", flags, false);
    ASSERT_TRUE(automaton);
    EXPECT_TRUE(automaton->fits("a&bd"));
    EXPECT_FALSE(automaton->fits("a&bc"));
}

TEST(RegexpAutomaton, RefusesWhatWouldMakeTooManyStates) {
    std::string pattern = "~(.*a";
    for (int i = 0; i < 40; ++i)
        pattern += '.';
    pattern += ")";
    const auto automaton = RegexpAutomaton::compile(pattern, {}, false);
    ASSERT_FALSE(automaton);
    EXPECT_EQ(automaton.error().caused_by_type, "too_complex_to_determinize_exception");
}

}  // namespace
}  // namespace elkhorn::search
