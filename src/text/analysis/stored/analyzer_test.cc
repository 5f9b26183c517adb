#include "text/analysis/stored/analyzer.h"

#include "text/analysis/ascii_folding.h"

#include <gtest/gtest.h>

namespace elkhorn {
namespace {

std::string tokens(std::string_view specification, std::string_view text) {
    const auto analyzer = text::Analyzer::parse(specification);
    if (!analyzer) return "?";
    std::string out;
    for (text::TokenStream cut(&*analyzer, text); cut.next();)
        out += std::string(cut.token()) + "|";
    return out;
}

TEST(Analyzer, CutsAsItsFirstWordSays) {
    EXPECT_EQ(tokens("", "Foo-Bar 10.0.0.1"), "foo|bar|10.0.0.1|");
    EXPECT_EQ(tokens("standard", "Foo-Bar"), "Foo|Bar|");
    EXPECT_EQ(tokens("whitespace", " Foo-Bar\tbaz\n"), "Foo-Bar|baz|");
    EXPECT_EQ(tokens("letter lowercase", "Foo9Bar Ä"), "foo|bar|ä|");
    EXPECT_EQ(tokens("keyword", "Foo Bar"), "Foo Bar|");
    EXPECT_EQ(tokens("keyword", ""), "");
    EXPECT_EQ(tokens("sentence", "x"), "?");
    EXPECT_EQ(tokens("keyword stem", "x"), "?");
}

TEST(Analyzer, MakesTheTokensOfAChainWithTheirPlaces) {
    const std::string chain = "chain\tanalyzer\tenglish\n";
    EXPECT_EQ(tokens(chain, "The Foxes jumped"), "fox|jump|");
    const auto analyzer = text::Analyzer::parse(chain);
    ASSERT_TRUE(analyzer);
    text::TokenStream cut(&*analyzer, "The Foxes of jumping");
    ASSERT_TRUE(cut.next());
    EXPECT_EQ(cut.increment(), 2);
    ASSERT_TRUE(cut.next());
    EXPECT_EQ(cut.increment(), 2);
    EXPECT_FALSE(cut.next());
    EXPECT_FALSE(cut.failed());
    EXPECT_EQ(tokens("chain\tanalyzer\tnobody\n", "x"), "?");
}

TEST(Analyzer, OneSpecificationIsOneAnalyzer) {
    const auto one = text::Analyzer::shared("whitespace lowercase");
    EXPECT_EQ(one, text::Analyzer::shared("whitespace lowercase"));
    EXPECT_EQ(text::Analyzer::shared("bogus"), nullptr);
}

TEST(Analyzer, FiltersInTheGivenOrder) {
    const auto analyzer = text::Analyzer::parse("keyword lowercase asciifolding trim");
    ASSERT_TRUE(analyzer);
    EXPECT_EQ(analyzer->filtered("  ÄRGER Straße Øre \n"), "arger strasse ore");
    EXPECT_EQ(text::Analyzer::parse("keyword uppercase")->filtered("aä1"), "AÄ1");
}

TEST(Analyzer, FoldsLettersWithAccentsAndLeavesOtherScripts) {
    EXPECT_EQ(text::fold_to_ascii("plain"), "plain");
    EXPECT_EQ(text::fold_to_ascii("Ångström, œuvre, “ß”"), "Angstrom, oeuvre, \"ss\"");
    EXPECT_EQ(text::fold_to_ascii("Žluťoučký kůň"), "Zlutoucky kun");
    EXPECT_EQ(text::fold_to_ascii("日本語 й"), "日本語 й");
}

TEST(TokenStream, IsTheStandardAnalyzerWithoutOne) {
    text::TokenStream cut(nullptr, "One TWO");
    ASSERT_TRUE(cut.next());
    EXPECT_EQ(cut.token(), "one");
    ASSERT_TRUE(cut.next());
    EXPECT_EQ(cut.token(), "two");
    EXPECT_FALSE(cut.next());
}

}  // namespace
}  // namespace elkhorn
