#include "text/pattern/regex.h"

#include <gtest/gtest.h>

namespace elkhorn::text {
namespace {

/// The whole match, or what went wrong.
std::string find(std::string_view pattern, std::string_view subject) {
    auto regex = Regex::compile(pattern);
    if (!regex) return regex.error().message;
    RegexMatches matches;
    switch (regex->search(subject, 0, matches)) {
        case Regex::Outcome::matched: return std::string(matches.group(0));
        case Regex::Outcome::missed: return "(missed)";
        case Regex::Outcome::gave_up: return "(gave up)";
    }
    return "";
}

TEST(Regex, SpeaksRuby) {
    EXPECT_EQ(find(R"(\h+)", "xyz 12aF!"), "12aF");
    EXPECT_EQ(find("^b$", "a\nb\nc"), "b");
    EXPECT_EQ(find("a.c", "a\nc"), "(missed)");
    EXPECT_EQ(find("(?m)a.c", "a\nc"), "a\nc");
    EXPECT_EQ(find("(?m:a.)c", "a\nc"), "a\nc");
    EXPECT_EQ(find("a{,2}b", "aaab"), "aab");
    EXPECT_EQ(find("^(?:a{2}+)$", "aaaa"), "aaaa");
    EXPECT_EQ(find("x{", "ax{b"), "x{");
    EXPECT_EQ(find("[a-c[x-z]]+", "1axzb2"), "axzb");
    EXPECT_EQ(find("[a-z&&[^aeiou]]+", "aexyzi"), "xyz");
    EXPECT_EQ(find("[^a[bc]]+", "abcde"), "de");
    EXPECT_EQ(find("[]a]+", "x]a]"), "]a]");
    EXPECT_EQ(find(R"([\d\-\]]+)", "a1-]2"), "1-]2");
    EXPECT_EQ(find("[[:alpha:]]+", "12abc"), "abc");
    EXPECT_EQ(find("(?i)ABC", "xabc"), "abc");
    EXPECT_EQ(find("(?x) a b # comment\n c +", "abcc"), "abcc");
    EXPECT_EQ(find("(?<![0-9])(?:1|22)(?![0-9])", "122 22"), "22");
    EXPECT_EQ(find("(?<=a|bc)x", "bcx"), "x");
    EXPECT_EQ(find(R"((?<n>a)\k<n>)", "aa"), "aa");
    EXPECT_EQ(find(R"((a)\1)", "aa"), "aa");
    EXPECT_EQ(find(R"(\u00e9+)", "xéé"), "éé");
    EXPECT_EQ(find("é{2}", "xéé"), "éé");
    EXPECT_EQ(find("^.$", "é"), "é");
    EXPECT_EQ(find(R"(a\/b\.c\-)", "a/b.c-"), "a/b.c-");
    EXPECT_EQ(find("(?#note)a", "a"), "a");
    EXPECT_EQ(find("a|", "b"), "");
}

TEST(Regex, TakesInvalidUtf8) {
    EXPECT_EQ(find("b+",
                   "\xff\xfe"
                   "bb\xc3"),
              "bb");
    EXPECT_EQ(find("^.*$", "\xff"), "(missed)");
}

TEST(Regex, MistakesAreErrors) {
    EXPECT_EQ(find("a(b", ""), "column 4: a ( is not closed by a )");
    EXPECT_EQ(find("a)b", ""), "column 2: a ) without its (");
    EXPECT_EQ(find("*a", ""), "column 1: nothing before the *");
    EXPECT_EQ(find("[a", ""), "column 3: a [ is not closed by a ]");
    EXPECT_EQ(find("a\\", ""), "column 2: a backslash stands at the end");
    EXPECT_EQ(find(R"((?<n>a)\k<m>)", ""), "column 13: a reference to a group that is not there");
    EXPECT_EQ(find("(?~a)", ""), "column 3: an unknown kind of group (?");
    EXPECT_NE(find(std::string(100'000, '('), "").find("nested too deeply"), std::string::npos);
}

TEST(Regex, GivesUpInsteadOfHanging) {
    std::string line(60, 'a');
    line.push_back('b');
    EXPECT_EQ(find("^(?:a+)+$", line), "(gave up)");
}

TEST(Regex, PlainGroupsCaptureUntilOneHasAName) {
    RegexMatches matches;
    const auto plain = Regex::compile("(a)(b)");
    ASSERT_TRUE(plain);
    EXPECT_TRUE(plain->found_in("xab", matches));
    EXPECT_EQ(matches.group(2), "b");
    const auto named = Regex::compile("(a)(?<second>b)(c)?");
    ASSERT_TRUE(named);
    EXPECT_TRUE(named->found_in("xab", matches));
    EXPECT_EQ(matches.group(1), "b");
    EXPECT_EQ(named->names(), std::vector<std::string>{"second"});
}

TEST(Regex, KnowsTheTextThatEveryMatchHolds) {
    RegexSyntax syntax;
    EXPECT_EQ(required_literal(*parse_regex("a+ HTTP/(?:x|yyyyyyyyy) (?:zzzzzzz)?", syntax)),
              " HTTP/");
    EXPECT_EQ(required_literal(*parse_regex("(?i)abc", syntax)), "");
}

}  // namespace
}  // namespace elkhorn::text
