// A bulk takes memory by its actions, not by its bytes: a line of thirteen makes as much of it as a
// document of a kilobyte.

#include "api/core/test_node.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace elkhorn::api {
namespace {

/// Grants so much, and remembers the most that was held.
class Purse final : public Budget {
public:
    explicit Purse(std::uint64_t bytes) : limit_(bytes) {}

    bool take(std::uint64_t bytes) override {
        if (held_ + bytes > limit_) return false;
        held_ += bytes;
        most_ = std::max(most_, held_);
        return true;
    }

    void give(std::uint64_t bytes) override { held_ -= bytes; }

    std::uint64_t held() const { return held_; }

    std::uint64_t most() const { return most_; }

private:
    const std::uint64_t limit_;
    std::uint64_t held_ = 0;
    std::uint64_t most_ = 0;
};

http::Response bulk(Node& node, Budget& budget, std::size_t actions) {
    http::Request request;
    request.method = "POST";
    request.target = "/logs/_bulk";
    request.headers.add("Content-Type", "application/x-ndjson");
    for (std::size_t i = 0; i < actions; ++i)
        request.body += "{\"index\":{}}\n{}\n";
    request.charge = std::make_shared<Charge>(&budget);
    return node.ask(request);
}

TEST(Bulk, IsChargedForEachAction) {
    Node node;
    Purse purse(std::uint64_t{4} << 20);
    EXPECT_EQ(bulk(node, purse, 20).status, 200);
    EXPECT_EQ(purse.most(), 0U);  // a small one is free, however much others hold
    EXPECT_EQ(bulk(node, purse, 2'000).status, 200);
    EXPECT_GT(purse.most(), std::uint64_t{2} << 20);
    const http::Response refused = bulk(node, purse, 10'000);
    EXPECT_EQ(refused.status, 429);
    EXPECT_NE(refused.body.find("circuit_breaking_exception"), std::string::npos) << refused.body;
    EXPECT_NE(refused.body.find("send smaller requests"), std::string::npos) << refused.body;
    EXPECT_EQ(purse.held(), 0U);
    node.ask("POST", "/logs/_refresh", "");
    EXPECT_NE(node.ask("GET", "/logs/_count", "").body.find("\"count\":2021"), std::string::npos);
}

}  // namespace
}  // namespace elkhorn::api
