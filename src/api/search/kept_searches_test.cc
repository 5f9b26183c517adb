// Scrolls and points in time: they end by themselves, are bounded, and hold what they read.

#include "api/core/kept_searches.h"

#include "api/core/test_node.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace elkhorn::api {
namespace {

std::string text_of(const http::Response& response) {
    return response.body;
}

/// The text between `"name":"` and the next quote.
std::string member(const std::string& body, std::string_view name) {
    const std::string key = fmt::format("\"{}\":\"", name);
    const std::size_t from = body.find(key);
    if (from == std::string::npos) return "";
    const std::size_t begin = from + key.size();
    return body.substr(begin, body.find('"', begin) - begin);
}

class KeptSearchesTest : public testing::Test {
protected:
    KeptSearchesTest() {
        for (int i = 2; i <= 5; ++i) {
            node_.ask("PUT", fmt::format("/logs/_doc/{}?refresh", i),
                      fmt::format(R"({{"n":{}}})", i));
        }
    }

    std::string scroll(std::string_view body = R"({"size":2,"sort":["n"]})") {
        const auto response = node_.ask("POST", "/logs/_search?scroll=1m", body);
        EXPECT_EQ(response.status, 200) << response.body;
        return member(response.body, "_scroll_id");
    }

    http::Response next(const std::string& id) {
        return node_.ask("POST", "/_search/scroll", fmt::format(R"({{"scroll_id":"{}"}})", id));
    }

    Node node_;
};

TEST_F(KeptSearchesTest, AScrollThatNobodyReadsEnds) {
    const std::string id = scroll();
    node_.clock().advance_ns(59'000LL * 1'000'000);
    EXPECT_EQ(next(id).status, 200);
    node_.clock().advance_ns(59'000LL * 1'000'000);  // its time began anew
    EXPECT_EQ(next(id).status, 200);
    node_.clock().advance_ns(61'000LL * 1'000'000);
    const auto response = next(id);
    EXPECT_EQ(response.status, 404);
    EXPECT_NE(text_of(response).find("search_context_missing_exception"), std::string::npos);
}

TEST_F(KeptSearchesTest, APageThatFailsCanBeAskedForAgain) {
    const std::string id = scroll();
    EXPECT_EQ(node_
                  .ask("POST", "/_search/scroll",
                       fmt::format(R"({{"scroll_id":"{}","scroll":"nonsense"}})", id))
                  .status,
              400);
    EXPECT_NE(next(id).body.find(R"("_id":"3")"), std::string::npos);
}

TEST_F(KeptSearchesTest, ThereAreNeverMoreThanSoMany) {
    for (std::size_t i = 0; i < KeptSearches::most; ++i)
        scroll();
    const auto response = node_.ask("POST", "/logs/_search?scroll=1m", "{}");
    EXPECT_EQ(response.status, 429);
    EXPECT_NE(response.body.find("too many scroll contexts"), std::string::npos);
    node_.clock().advance_ns(61'000LL * 1'000'000);
    EXPECT_NE(scroll(), "");
}

TEST_F(KeptSearchesTest, WhatTheyHoldInMemoryIsCharged) {
    const auto used = [this] {
        return node_.store().memory().used(store::MemoryUse::queries);
    };
    const std::uint64_t before = used();
    const std::string id = scroll();
    EXPECT_GT(used(), before);
    node_.ask("DELETE", "/_search/scroll", fmt::format(R"({{"scroll_id":["{}"]}})", id));
    EXPECT_EQ(used(), before);
}

TEST_F(KeptSearchesTest, APointInTimeOutlivesItsIndex) {
    const std::string id = member(node_.ask("POST", "/logs/_pit?keep_alive=1m", "").body, "id");
    EXPECT_EQ(node_.ask("DELETE", "/logs", "").status, 200);
    const auto response = node_.ask(
        "POST", "/_search", fmt::format(R"({{"pit":{{"id":"{}"}},"sort":["n"],"size":9}})", id));
    EXPECT_EQ(response.status, 200) << response.body;
    for (int i = 1; i <= 5; ++i)
        EXPECT_NE(response.body.find(fmt::format(R"("_id":"{}")", i)), std::string::npos);
}

TEST_F(KeptSearchesTest, OneKindIsNotTheOther) {
    const std::string id = scroll();
    EXPECT_EQ(node_.ask("POST", "/_search", fmt::format(R"({{"pit":{{"id":"{}"}}}})", id)).status,
              404);
    EXPECT_EQ(node_.ask("DELETE", "/_pit", fmt::format(R"({{"id":"{}"}})", id)).status, 404);
    EXPECT_EQ(next(id).status, 200);
}

}  // namespace
}  // namespace elkhorn::api
