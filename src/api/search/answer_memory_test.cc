// Answers are charged while they are made and as long as they are kept: pages of large documents
// are refused in time, whoever shows them.

#include "api/core/test_node.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace elkhorn::api {
namespace {

constexpr std::uint64_t mb = 1 << 20;
constexpr int documents = 40;
constexpr std::size_t text_bytes = 100'000;

/// Forty documents of 100 KB, where searches may hold 4 MB.
struct LargeDocuments : ::testing::Test {
    Node node{store::MemoryShares::of(32 * mb)};

    LargeDocuments() {
        for (int i = 0; i < documents; ++i) {
            node.ask("PUT", fmt::format("/large/_doc/{}", i),
                     fmt::format(R"({{"n":{},"text":"{}"}})", i, std::string(text_bytes, 'x')));
        }
        node.ask("POST", "/large/_refresh", "");
    }

    std::uint64_t held() { return node.store().memory().used(store::MemoryUse::queries); }
};

TEST_F(LargeDocuments, ArePagedWithinTheShareOfSearches) {
    std::string ids;
    for (int i = 0; i < documents; ++i)
        ids += fmt::format(R"({}"{}")", i == 0 ? "" : ",", i);
    const std::string top_hits = R"({"size":0,"aggs":{"t":{"terms":{"field":"n","size":100},)"
                                 R"("aggs":{"h":{"top_hits":{}}}}}})";
    const std::pair<std::string_view, std::string> questions[] = {
        {"/large/_search", R"({"size":40})"},
        {"/large/_mget", fmt::format(R"({{"ids":[{}]}})", ids)},
        {"/large/_search", top_hits},
    };
    for (const auto& [path, body] : questions) {
        const http::Response refused = node.ask("POST", path, body);
        EXPECT_EQ(refused.status, 429) << path << body << refused.body.substr(0, 300);
        EXPECT_NE(refused.body.find("circuit_breaking_exception"), std::string::npos);
        EXPECT_EQ(held(), 0U);
    }
}

TEST_F(LargeDocuments, AreNotAllReadForAFewOfTheirFields) {
    node.ask("PUT", "/long", R"({"mappings":{"properties":{"k":{"type":"keyword"}}}})");
    for (int i = 0; i < 10 * documents; ++i) {  // too many and too mixed for a dictionary
        node.ask(
            "PUT", fmt::format("/long/_doc/{}", i),
            fmt::format(R"({{"k":"{:03}{}"}})", i * 37 % 401, std::string(text_bytes / 10, 'k')));
    }
    node.ask("POST", "/long/_refresh", "");
    const http::Response few =
        node.ask("POST", "/long/_search", R"({"size":3,"_source":false,"fields":["k"]})");
    EXPECT_EQ(few.status, 200) << few.body.substr(0, 300);
    EXPECT_GT(few.body.size(), 3 * text_bytes / 10);
    const http::Response all =
        node.ask("POST", "/long/_search", R"({"size":1,"_source":false,"sort":["k"]})");
    EXPECT_EQ(all.status, 429);
    EXPECT_NE(all.body.find("the values of [k]"), std::string::npos) << all.body.substr(0, 300);
    EXPECT_EQ(held(), 0U);
}

TEST_F(LargeDocuments, AreHeldUntilTheirAnswerGoes) {
    {
        const http::Response page = node.ask("POST", "/large/_search", R"({"size":9})");
        EXPECT_EQ(page.status, 200);
        EXPECT_GE(held() + mb / 2, page.body.size());  // half a megabyte is free
        EXPECT_GT(held(), 0U);
    }
    EXPECT_EQ(held(), 0U);
    {
        const std::string body = "{}\n{\"size\":4}\n{}\n{\"size\":4}\n{}\n{\"size\":9}\n";
        const http::Response pages = node.ask("POST", "/large/_msearch", body);
        EXPECT_EQ(pages.status, 200);
        EXPECT_GE(held(), pages.body.size());
        EXPECT_NE(pages.body.find("circuit_breaking_exception"), std::string::npos)
            << "the third, beside what the others hold";
    }
    EXPECT_EQ(held(), 0U);
}

}  // namespace
}  // namespace elkhorn::api
