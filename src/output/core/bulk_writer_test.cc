#include "base/mutex.h"
#include "config/grammar.h"
#include "event/batch.h"
#include "http/server.h"
#include "json/parse.h"
#include "output/core/output.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace elkhorn::output {
namespace {

/// A bulk endpoint that gives prepared answers and keeps what it was sent.
class Endpoint {
public:
    explicit Endpoint(std::vector<http::Response> answers) : answers_(std::move(answers)) {
        server_ = *http::Server::start({}, [this](const http::Request& request) {
            const Lock lock(mutex_);
            requests_.push_back(request);
            if (answers_.empty()) return answer(200, R"({"errors":false,"items":[]})");
            http::Response next = answers_.front();
            answers_.erase(answers_.begin());
            return next;
        });
    }

    ~Endpoint() { server_->stop(); }

    static http::Response answer(int status, std::string body) {
        http::Response response;
        response.status = status;
        response.content_type = "application/json";
        response.body = std::move(body);
        return response;
    }

    std::vector<http::Request> requests() {
        const Lock lock(mutex_);
        return requests_;
    }

    std::uint16_t port() const { return server_->port(); }

private:
    Mutex mutex_;
    std::vector<http::Response> answers_ GUARDED_BY(mutex_);
    std::vector<http::Request> requests_ GUARDED_BY(mutex_);
    std::unique_ptr<http::Server> server_;
};

Result<std::unique_ptr<Output>> make(const std::string& plugin, Stop* give_up = nullptr) {
    config::GrammarOptions options;
    options.file = "a.conf";
    options.environment = nullptr;
    const auto tree = config::parse_pipeline("output { " + plugin + " }", options);
    EXPECT_TRUE(tree) << tree.error().message;
    const auto& parsed = std::get<config::Plugin>(tree->outputs[0].what);
    Context context;
    context.give_up = give_up;
    return find(parsed.name)->build(parsed, context);
}

Result<> write(Output& output, std::initializer_list<std::string_view> documents) {
    event::Batch batch;
    json::Parser parser;
    std::vector<const event::Event*> events;
    for (const std::string_view document : documents) {
        event::Event& event = batch.add();
        EXPECT_TRUE(parser.parse_into(document, event));
        event.set_timestamp(1'431'857'103'000'000'000);
        events.push_back(&event);
    }
    return output.write(events);
}

TEST(BulkWriter, SendsActionsAndDocuments) {
    Endpoint endpoint({});
    const auto output = make(fmt::format(
        R"(amazon_es {{ hosts => ["127.0.0.1:{}"] region => "${{REGION}}"
           index => "l-%{{s}}-%{{+YYYY.MM.dd}}"
           document_id => "%{{id}}" user => u password => p }})",
        endpoint.port()));
    ASSERT_TRUE(output) << output.error().message;
    ASSERT_TRUE(write(**output, {R"({"s":"web","id":"1"})"}));
    const auto requests = endpoint.requests();
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].target, "/_bulk");
    EXPECT_EQ(requests[0].headers.find("authorization"), "Basic dTpw");
    EXPECT_EQ(requests[0].body,
              "{\"index\":{\"_index\":\"l-web-2015.05.17\",\"_id\":\"1\"}}\n"
              "{\"s\":\"web\",\"id\":\"1\",\"@timestamp\":\"2015-05-17T10:05:03.000Z\"}\n");
}

TEST(BulkWriter, SendsAgainWhatMayWorkLaterAndOnlyThat) {
    Endpoint endpoint(
        {Endpoint::answer(503, ""),
         Endpoint::answer(
             200, R"({"errors":true,"items":[{"index":{"status":201}},{"index":{"status":429}},
                                  {"index":{"status":409}},
                                  {"index":{"status":400,"error":{"type":"x"}}}]})")});
    const auto output =
        make(fmt::format("elasticsearch {{ hosts => \"http://127.0.0.1:{}/\" "
                         "retry_initial_interval => 0 http_compression => true }}",
                         endpoint.port()));
    ASSERT_TRUE(output) << output.error().message;
    ASSERT_TRUE(write(**output, {R"({"n":1})", R"({"n":2})", R"({"n":3})", R"({"n":4})"}));
    const auto requests = endpoint.requests();
    ASSERT_EQ(requests.size(), 3U);
    EXPECT_EQ(requests[0].body, requests[1].body);
    EXPECT_NE(requests[2].body.find("\"n\":2"), std::string::npos);
    EXPECT_EQ(requests[2].body.find("\"n\":1"), std::string::npos);
    EXPECT_EQ(requests[2].body.find("\"n\":4"), std::string::npos);
}

TEST(BulkWriter, SplitsWhatIsTooLarge) {
    Endpoint endpoint({Endpoint::answer(413, "")});
    const auto output =
        make(fmt::format("opensearch {{ hosts => [\"127.0.0.1:{}\"] }}", endpoint.port()));
    ASSERT_TRUE(write(**output, {R"({"n":1})", R"({"n":2})"}));
    EXPECT_EQ(endpoint.requests().size(), 3U);
}

TEST(BulkWriter, AWrongPasswordIsAnErrorAndAStopEndsTheWaiting) {
    Endpoint endpoint({Endpoint::answer(401, "who?"), Endpoint::answer(503, "")});
    Stop give_up;
    const auto output = make(
        fmt::format("elasticsearch {{ hosts => [\"127.0.0.1:{}\"] }}", endpoint.port()), &give_up);
    const auto refused = write(**output, {R"({"n":1})"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message,
              fmt::format("127.0.0.1:{} answered 401: who?", endpoint.port()));
    give_up.request();
    EXPECT_EQ(write(**output, {R"({"n":1})"}).error().code, ErrorCode::cancelled);
}

TEST(BulkWriter, RefusesWhatItMustNotIgnore) {
    const auto output =
        make("amazon_es { hosts => [\"x\"] aws_access_key_id => \"k\" ssl => true }");
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().message,
              "a.conf: line 1, column 37: amazon_es: aws_access_key_id: signed requests come "
              "later; leave the "
              "credentials out, or put a signing proxy in front\n"
              "a.conf: line 1, column 69: amazon_es: ssl: TLS is not there yet");
}

}  // namespace
}  // namespace elkhorn::output
