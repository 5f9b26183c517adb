// The founding example (tests/pipeline/founding.conf), as it stands but for its ports: documents by
// TCP and UDP reach a bulk endpoint, without the fields that the inputs add.

#include "base/mutex.h"
#include "config/pipeline_files.h"
#include "http/server.h"
#include "pipeline/pipeline.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace elkhorn::pipeline {
namespace {

void send_to(int type, std::uint16_t port, std::string_view text) {
    const int s = socket(AF_INET, type, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(connect(s, static_cast<sockaddr*>(static_cast<void*>(&to)), sizeof to), 0);
    ASSERT_EQ(send(s, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    ::close(s);
}

/// The example asks for fixed ports; tests take any.
void take_any_port(config::Pipeline& tree) {
    for (config::Statement& statement : tree.inputs) {
        for (config::Attribute& option : std::get<config::Plugin>(statement.what).attributes) {
            if (option.name == "port") option.value.text = "0";
        }
    }
}

struct Received {
    Mutex mutex;
    CondVar changed;
    std::string bodies GUARDED_BY(mutex);
};

TEST(Founding, TheExampleRunsAsItStands) {
    Received received;
    const auto server = http::Server::start({}, [&received](const http::Request& request) {
        const Lock lock(received.mutex);
        received.bodies += request.body;
        received.changed.notify_all();
        http::Response response;
        response.body = R"({"took":1,"errors":false,"items":[]})";
        return response;
    });
    ASSERT_TRUE(server) << server.error().message;
    const auto environment = [&](std::string_view name) -> std::optional<std::string> {
        if (name == "ELASTICSEARCH_HOST") return fmt::format("127.0.0.1:{}", (*server)->port());
        return std::nullopt;
    };
    const char* root = std::getenv("ELKHORN_SOURCE_DIR");
    auto tree = config::load_pipeline(
        fmt::format("{}/tests/pipeline/founding.conf", root != nullptr ? root : "."), environment);
    ASSERT_TRUE(tree) << tree.error().message;
    take_any_port(*tree);
    auto pipeline = Pipeline::build(std::move(*tree), Options{}, {});
    ASSERT_TRUE(pipeline) << pipeline.error().message;
    ASSERT_TRUE((*pipeline)->start());
    const auto& inputs = (*pipeline)->inputs();
    constexpr std::string_view time = R"("@timestamp":"2026-11-21T10:00:00Z")";
    send_to(SOCK_STREAM, inputs[0]->port(), fmt::format("{{\"service\":\"billing\",{}}}\n", time));
    send_to(SOCK_DGRAM, inputs[1]->port(), fmt::format("{{\"service\":\"shop\",{}}}", time));
    {
        const Lock lock(received.mutex);
        while (std::ranges::count(received.bodies, '\n') < 4) {
            if (!received.changed.wait_for(received.mutex, 20'000)) break;
        }
        for (const auto* service : {"billing", "shop"}) {
            const std::string wanted = fmt::format(
                "{{\"index\":{{\"_index\":\"logstash-{0}-2026.11.21\"}}}}\n{{\"service\":\"{0}\","
                "\"@timestamp\":\"2026-11-21T10:00:00.000Z\",\"@version\":\"1\"}}\n",
                service);
            EXPECT_NE(received.bodies.find(wanted), std::string::npos) << received.bodies;
        }
    }
    (*pipeline)->stop(10'000);
    (*server)->stop();
}

}  // namespace
}  // namespace elkhorn::pipeline
