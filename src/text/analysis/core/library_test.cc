#include "text/analysis/core/library.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace elkhorn::text {
namespace {

/// "term[start-end @position]" of each token.
std::string run(const Made<BuiltChain>& built, std::string_view text) {
    if (!built) return built.error().reason;
    Budget budget;
    const auto tokens = built->chain.run(text, budget);
    if (!tokens) return tokens.error().reason;
    std::string out;
    int position = -1;
    for (const Token& token : tokens->list) {
        position += token.increment;
        out += fmt::format("{}[{}-{} @{}] ", to_utf8(token.term), token.start, token.end, position);
    }
    return out;
}

const OptionMap custom = {
    {"analyzer.my.tokenizer", "standard"},
    {"analyzer.my.char_filter", "[\"marks\"]"},
    {"analyzer.my.filter", "[\"lowercase\",\"short\",\"s\"]"},
    {"char_filter.marks.type", "mapping"},
    {"char_filter.marks.mappings", "[\"& => and\"]"},
    {"filter.short.type", "length"},
    {"filter.short.max", "5"},
    {"filter.s.type", "stop"},
    {"filter.s.stopwords", "[\"and\",\"x,y\"]"},
};

TEST(Library, MakesAChainOfWhatSettingsName) {
    const Library library(custom);
    ASSERT_TRUE(library.check());
    EXPECT_EQ(run(library.analyzer("my"), "Fox & Longest dog"), "fox[0-3 @0] dog[14-17 @3] ");
}

TEST(Library, AnotherIndexReadsTheSpecificationOfAChainTheSame) {
    const Library library(custom);
    const auto specification = library.specification("my", false);
    ASSERT_TRUE(specification);
    EXPECT_EQ(run(of_specification(*specification), "Fox & Longest dog"),
              run(library.analyzer("my"), "Fox & Longest dog"));
}

TEST(Library, KeepsWhatNeedsNoChainInWords) {
    const Library library({{"analyzer.plain.tokenizer", "standard"},
                           {"analyzer.plain.filter", "lowercase"},
                           {"analyzer.words.tokenizer", "whitespace"},
                           {"analyzer.words.filter", "[\"asciifolding\"]"},
                           {"normalizer.low.filter", "[\"lowercase\",\"trim\"]"}});
    EXPECT_EQ(library.specification("plain", false), "");
    EXPECT_EQ(library.specification("standard", false), "");
    EXPECT_EQ(library.specification("simple", false), "letter lowercase");
    EXPECT_EQ(library.specification("keyword", false), "keyword");
    EXPECT_EQ(library.specification("words", false), "whitespace asciifolding");
    EXPECT_EQ(library.specification("low", true), "keyword lowercase trim");
}

TEST(Library, SaysWhatCannotBeBuilt) {
    const auto reason = [](const OptionMap& settings) {
        const auto checked = Library(settings).check();
        return checked ? "" : checked.error().reason;
    };
    EXPECT_EQ(reason({{"filter.f.type", "bogus"}}), "Unknown filter type [bogus] for [f]");
    EXPECT_EQ(reason({{"analyzer.a.tokenizer", "bogus"}}),
              "Custom Analyzer [a] failed to find tokenizer under name [bogus]");
    EXPECT_EQ(reason({{"filter.f.type", "kstem"}}),
              "filter [kstem] is not supported yet: it needs a script or a dictionary that is not "
              "there");
}

TEST(Library, AFilterThatIsAPartOfItselfIsRefused) {
    const Library library({{"analyzer.a.tokenizer", "standard"},
                           {"analyzer.a.filter", "m"},
                           {"filter.m.type", "multiplexer"},
                           {"filter.m.filters", "[\"m\"]"}});
    EXPECT_EQ(run(library.analyzer("a"), "x"), "filter [m] cannot be a part of itself");
}

TEST(Library, FiltersThatArePartsOfOneAnotherAreRefused) {
    const Library library({{"analyzer.a.tokenizer", "standard"},
                           {"analyzer.a.filter", "m"},
                           {"filter.m.type", "multiplexer"},
                           {"filter.m.filters", "[\"n\"]"},
                           {"filter.n.type", "multiplexer"},
                           {"filter.n.filters", "[\"m\"]"}});
    EXPECT_TRUE(run(library.analyzer("a"), "x").ends_with("one in another"));
}

TEST(Library, AChainThatMakesTooMuchEndsWithARefusal) {
    const Library library({{"analyzer.a.tokenizer", "t"},
                           {"tokenizer.t.type", "ngram"},
                           {"tokenizer.t.min_gram", "1"},
                           {"tokenizer.t.max_gram", "1000"}},
                          {1000, 3});
    const auto built = library.analyzer("a");
    ASSERT_TRUE(built);
    Budget budget(1U << 20U);
    const auto tokens = built->chain.run(std::string(100'000, 'x'), budget);
    ASSERT_FALSE(tokens);
    EXPECT_TRUE(tokens.error().reason.starts_with("the analysis of this text makes more tokens"));
}

TEST(Library, AllRunsTogetherHoldNoMoreThanOneMay) {
    constexpr std::size_t two_thirds = Budget::all_bytes / 3 * 2;
    Budget second;
    {
        Budget first;
        EXPECT_TRUE(first.spend(0, two_thirds / sizeof(char16_t)));
        EXPECT_FALSE(second.spend(0, two_thirds / sizeof(char16_t)));
        EXPECT_TRUE(second.spend(1, 10));
    }
    Budget third;
    EXPECT_TRUE(third.spend(0, two_thirds / sizeof(char16_t)));
    EXPECT_GE(Budget::taken_by_all(), two_thirds);
    EXPECT_LT(Budget::taken_by_all(), Budget::all_bytes);
}

TEST(Library, ASpecificationThatIsDamagedIsNone) {
    EXPECT_FALSE(of_specification("chain\t"));
    EXPECT_FALSE(of_specification("chain\tanalyzer\tx\nbroken"));
    EXPECT_FALSE(of_specification("chain\tanalyzer\tnobody\n"));
}

}  // namespace
}  // namespace elkhorn::text
