// Who asks how the node is waits for nobody: a refresh of large tails takes seconds on a busy node.

#include "api/core/test_node.h"

#include <gtest/gtest.h>

namespace elkhorn::api {
namespace {

constexpr std::int64_t past_a_refresh_ns = 2'000'000'000;

/// A view holds for a second: whoever made one in between would keep the next from being seen.
TEST(Health, MakesNoView) {
    for (const std::string_view question :
         {"/_cluster/health", "/_cluster/health?level=indices", "/_cluster/health/logs",
          "/_cat/health", "/_elkhorn/health", "/metrics", "/", "/_nodes/stats/breaker"}) {
        Node node;
        node.ask("PUT", "/logs/_doc/2", R"({"n":2})");
        node.clock().advance_ns(past_a_refresh_ns);
        node.ask("GET", question, "");
        node.ask("PUT", "/logs/_doc/3", R"({"n":3})");
        const std::string answer = node.ask("GET", "/logs/_count", "").body;
        EXPECT_TRUE(answer.starts_with(R"({"count":3,)")) << question << ": " << answer;
    }
}

}  // namespace
}  // namespace elkhorn::api
