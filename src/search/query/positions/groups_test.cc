// Questions about places, likeness and relatives have the same answer however the rows lie in
// groups: the ids of what is found, best first.

#include "base/random.h"
#include "search/run/test_index.h"

#include <fmt/format.h>

#include <array>
#include <string>

namespace elkhorn::search {
namespace {

constexpr std::array words = {"alpha", "beta", "gamma", "delta", "eps"};

void fill(TestIndex& index) {
    Random random(21);
    for (int id = 0; id < 60; ++id) {
        std::string text;
        for (std::uint64_t i = random.below(9); i > 0; --i)
            text += std::string(text.empty() ? "" : " ") + words[random.below(words.size())];
        index.put("logs", std::to_string(id),
                  fmt::format(R"({{"t":"{}","k":"{}","n":{}}})", text,
                              words[random.below(words.size())], id % 3));
    }
}

TEST(PlacesInGroups, AreFoundAlikeHoweverTheRowsLie) {
    TestIndex few(4);
    TestIndex many(1000);
    for (TestIndex* index : {&few, &many}) {
        index->make("logs", {{"t", store::FieldType::text},
                             {"k", store::FieldType::keyword},
                             {"n", store::FieldType::int64}});
        fill(*index);
    }
    const std::array questions = {
        R"({"intervals":{"t":{"match":{"query":"alpha beta","max_gaps":2}}}})",
        R"({"intervals":{"t":{"all_of":{"ordered":true,"intervals":[{"prefix":{"prefix":"al"}},
            {"any_of":{"intervals":[{"match":{"query":"gamma delta"}},
            {"match":{"query":"eps"}}]}}]}}}})",
        R"({"intervals":{"t":{"match":{"query":"alpha",
            "filter":{"before":{"match":{"query":"eps"}}}}}}})",
        R"({"span_near":{"clauses":[{"span_term":{"t":"alpha"}},{"span_multi":{"match":{"prefix":
            {"t":"be"}}}}],"slop":3,"in_order":false}})",
        R"({"span_not":{"include":{"span_term":{"t":"gamma"}},"exclude":{"span_term":{"t":"delta"}},
            "dist":1}})",
        R"({"more_like_this":{"fields":["t"],"like":{"_id":"7"},"min_term_freq":1}})",
        R"({"terms_set":{"k":{"terms":["alpha","beta"],"minimum_should_match_field":"n"}}})",
        R"({"fuzzy":{"t":{"value":"gemma","rewrite":"top_terms_5"}}})",
        R"({"multi_match":{"query":"alpha beta","fields":["t","k"],"type":"cross_fields"}})",
        R"({"kql":{"query":"t:alpha and not k:beta and n >= 1"}})",
    };
    for (const char* question : questions) {
        const std::string body =
            fmt::format(R"({{"size":100,"sort":["_score","_doc"],"query":{}}})", question);
        const std::string found = many.ids(body);
        EXPECT_EQ(few.ids(body), found) << question;
        EXPECT_NE(found, "") << question;
        EXPECT_EQ(found.find("exception"), std::string::npos) << found;
    }
}

TEST(PlacesInGroups, LookedUpTermsAreThoseOfTheDocument) {
    TestIndex index(4);
    fill(index);
    index.put("logs", "list", R"({"wanted":["alpha"],"deep":[{"er":"beta"}]})");
    EXPECT_NE(
        index.matching(R"({"terms":{"k.keyword":{"index":"logs","id":"list","path":"wanted"}}})"),
        "");
    EXPECT_EQ(
        index.matching(R"({"terms":{"k.keyword":{"index":"logs","id":"list","path":"deep.er"}}})"),
        index.matching(R"({"term":{"k.keyword":"beta"}})"));
    EXPECT_EQ(
        index.matching(R"({"terms":{"k.keyword":{"index":"logs","id":"none","path":"wanted"}}})"),
        "");
}

}  // namespace
}  // namespace elkhorn::search
