// A bulk takes memory by its actions, not by its bytes: a line of thirteen makes as much of it as a
// document of a kilobyte.

#include "api/core/test_node.h"

#include <gtest/gtest.h>

namespace elkhorn::api {
namespace {

http::Response bulk(Node& node, std::size_t actions) {
    http::Request request;
    request.method = "POST";
    request.target = "/logs/_bulk";
    request.headers.add("Content-Type", "application/x-ndjson");
    for (std::size_t i = 0; i < actions; ++i)
        request.body += "{\"index\":{}}\n{}\n";
    return node.ask(request);
}

TEST(Bulk, IsChargedForEachAction) {
    Node node(store::MemoryShares::of(std::uint64_t{64} << 20));  // requests may hold 8 MB
    EXPECT_EQ(bulk(node, 20).status, 200);
    EXPECT_EQ(bulk(node, 2'000).status, 200);
    const http::Response refused = bulk(node, 100'000);
    EXPECT_EQ(refused.status, 429);
    EXPECT_NE(refused.body.find("circuit_breaking_exception"), std::string::npos) << refused.body;
    EXPECT_EQ(node.store().memory().used(store::MemoryUse::requests), 0U);
    node.ask("POST", "/logs/_refresh", "");
    EXPECT_NE(node.ask("GET", "/logs/_count", "").body.find("\"count\":2021"), std::string::npos)
        << "nothing of a bulk that is refused is written";
}

}  // namespace
}  // namespace elkhorn::api
