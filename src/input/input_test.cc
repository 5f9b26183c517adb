#include "input/core/input.h"

#include "base/log.h"
#include "base/mutex.h"
#include "config/grammar.h"
#include "event/format.h"
#include "http/client.h"
#include "input/core/positions.h"
#include "io/workers.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>

namespace elkhorn::input {
namespace {

/// Takes batches, acknowledges them when told to, and lets a test wait for their number.
class Taker final : public Receiver {
public:
    bool push(event::Batch batch) override {
        const Lock lock(mutex_);
        for (const event::Event& event : batch) {
            std::string text;
            event::append_json(text, event.root());
            texts_.push_back(text);
        }
        if (acknowledging_)
            batch.acknowledge();
        else
            kept_.push_back(std::move(batch));
        changed_.notify_all();
        return true;
    }

    bool try_push(event::Batch& batch) override { return push(std::move(batch)); }

    std::vector<std::string> wait_for(std::size_t events) {
        const Lock lock(mutex_);
        while (texts_.size() < events && changed_.wait_for(mutex_, 20'000)) {
        }
        return texts_;
    }

    void keep_unacknowledged() {
        const Lock lock(mutex_);
        acknowledging_ = false;
    }

private:
    Mutex mutex_;
    CondVar changed_;
    std::vector<std::string> texts_ GUARDED_BY(mutex_);
    std::vector<event::Batch> kept_ GUARDED_BY(mutex_);
    bool acknowledging_ GUARDED_BY(mutex_) = true;
};

std::unique_ptr<Input> make(const std::string& text, const Context& context) {
    const auto tree = config::parse_pipeline("input { " + text + " }", {});
    EXPECT_TRUE(tree) << tree.error().message;
    const auto& plugin = std::get<config::Plugin>(tree->inputs[0].what);
    auto built = find(plugin.name)->build(plugin, context);
    EXPECT_TRUE(built) << built.error().message;
    return built ? std::move(*built) : nullptr;
}

std::unique_ptr<Input> make(const std::string& text, const std::string& data_path = "data") {
    Context context;
    context.data_path = data_path;
    return make(text, context);
}

/// An input at work; stops and closes when it goes.
struct Running {
    Running(std::unique_ptr<Input> made, Taker& taker) : input(std::move(made)) {
        EXPECT_TRUE(input->open());
        thread = io::Thread("input", [this, &taker] { input->run(taker); });
    }

    ~Running() {
        input->stop();
        thread.join();
        input->close();
    }

    std::unique_ptr<Input> input;
    io::Thread thread;
};

class FileInput : public ::testing::Test {
protected:
    FileInput()
        : folder_(std::filesystem::temp_directory_path() /
                  fmt::format("elkhorn_file_{}", getpid())) {
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
    }

    ~FileInput() override { std::filesystem::remove_all(folder_); }

    void append(const std::string& name, const std::string& text) {
        std::ofstream(folder_ / name, std::ios::app | std::ios::binary) << text;
    }

    std::unique_ptr<Input> file(const std::string& more = "") {
        return make(fmt::format(
            "file {{ path => \"{0}/*.log\" start_position => beginning stat_interval => "
            "0.002 discover_interval => 2 sincedb_path => \"{0}/positions\" codec => "
            "plain add_field => {{ \"f\" => 1 }} {1} }}",
            folder_.string(), more));
    }

    static std::vector<std::string> messages(const std::vector<std::string>& events) {
        std::vector<std::string> out;
        for (const std::string& event : events) {
            const std::size_t from = event.find("\"message\":\"") + 11;
            out.push_back(event.substr(from, event.find('"', from) - from));
        }
        return out;
    }

    std::filesystem::path folder_;
};

using Texts = std::vector<std::string>;

TEST_F(FileInput, AFieldThatHasNoPlaceIsLeftOutAndTold) {
    append("a.log", "one\n");
    Taker taker;
    const Running running(file("add_field => { \"[message][x]\" => 1 }"), taker);
    const auto events = taker.wait_for(1);
    EXPECT_EQ(messages(events), Texts{"one"});
    EXPECT_NE(events[0].find("\"f\":\"1\""), std::string::npos) << events[0];
    EXPECT_NE(events[0].find("_setfailure"), std::string::npos) << events[0];
}

TEST_F(FileInput, FollowsRenamesAndTruncationsAndGoesOnWhereItStopped) {
    append("a.log", "one\ntwo\nhal");
    {
        Taker taker;
        const Running running(file(), taker);
        taker.wait_for(2);
        append("a.log", "f\n");
        EXPECT_EQ(messages(taker.wait_for(3)), (Texts{"one", "two", "half"}));
        std::filesystem::rename(folder_ / "a.log", folder_ / "a.old");
        append("a.old", "last\n");
        append("a.log", "fresh\n");
        taker.wait_for(5);
        std::filesystem::resize_file(folder_ / "a.log", 0);
        append("a.log", "new\n");
        taker.wait_for(6);
    }
    append("a.log", "later\n");
    Taker taker;
    const Running again(file(), taker);
    EXPECT_EQ(messages(taker.wait_for(1)), Texts{"later"});
}

TEST_F(FileInput, APositionMovesOnlyOverWhatWasAcknowledged) {
    append("a.log", "one\ntwo\n");
    {
        Taker taker;
        taker.keep_unacknowledged();
        const Running running(file(), taker);
        taker.wait_for(2);
    }
    Taker taker;
    const Running again(file(), taker);
    EXPECT_EQ(messages(taker.wait_for(2)), (Texts{"one", "two"}));
}

TEST_F(FileInput, ReadModeEndsByItselfWithTheUnfinishedLine) {
    append("a.log", "one\ntwo");
    Taker taker;
    const auto input = file("mode => read");
    ASSERT_TRUE(input->open());
    input->run(taker);
    EXPECT_EQ(messages(taker.wait_for(2)), (Texts{"one", "two"}));
}

TEST(Positions, MoveInOrderWhateverTheOrderOfAnswers) {
    Delivery delivery(10);
    const auto first = delivery.sent(20);
    const auto second = delivery.sent(30);
    delivery.arrived(second);
    EXPECT_EQ(delivery.delivered(), 10U);
    delivery.arrived(first);
    EXPECT_EQ(delivery.delivered(), 30U);
}

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

TEST(NetworkInputs, TcpTakesDocumentsALineAndUdpOneADatagram) {
    Taker taker;
    const Running tcp(make("tcp { host => \"127.0.0.1\" port => 0 codec => json type => t }"),
                      taker);
    const Running udp(make("udp { host => \"127.0.0.1\" port => 0 codec => json }"), taker);
    send_to(SOCK_STREAM, tcp.input->port(), "{\"a\":1}\n{\"a\":2}");
    taker.wait_for(2);
    send_to(SOCK_DGRAM, udp.input->port(), "{\"a\":3}");
    const auto events = taker.wait_for(3);
    ASSERT_EQ(events.size(), 3U);
    EXPECT_TRUE(events[1].starts_with("{\"a\":2,")) << events[1];
    EXPECT_NE(events[1].find("\"host\":\"127.0.0.1\""), std::string::npos);
    EXPECT_NE(events[1].find("\"type\":\"t\""), std::string::npos);
    EXPECT_TRUE(events[2].starts_with("{\"a\":3,")) << events[2];
}

/// Until the other side takes no more.
void send_what_is_taken(std::uint16_t port, std::string_view text) {
    const int s = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(connect(s, static_cast<sockaddr*>(static_cast<void*>(&to)), sizeof to), 0);
    while (!text.empty()) {
        const auto sent = send(s, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    ::close(s);
}

class Purse final : public Budget {
public:
    bool take(std::uint64_t bytes) override {
        if (held_.fetch_add(bytes) + bytes <= limit_bytes) return true;
        held_ -= bytes;
        return false;
    }

    void give(std::uint64_t bytes) override { held_ -= bytes; }

    std::uint64_t held() const { return held_; }

private:
    static constexpr std::uint64_t limit_bytes = 1 << 20;
    std::atomic<std::uint64_t> held_ = 0;
};

TEST(NetworkInputs, ALineWithoutAnEndHoldsNoMoreThanItsShare) {
    log::configure(log::Level::off, log::Format::text);
    Taker taker;
    Purse purse;
    Context context;
    context.bodies = &purse;
    {
        const Running tcp(make("tcp { host => \"127.0.0.1\" port => 0 }", context), taker);
        send_what_is_taken(tcp.input->port(), std::string(4 << 20, 'x'));
        const auto cut = taker.wait_for(1);
        ASSERT_EQ(cut.size(), 1U);
        EXPECT_LT(cut[0].size(), std::size_t{1} << 20) << "the connection ended there";
        send_to(SOCK_STREAM, tcp.input->port(), std::string(1000, 'y') + "\n");
        EXPECT_NE(taker.wait_for(2).back().find("yyy"), std::string::npos);
    }
    EXPECT_EQ(purse.held(), 0U);
}

TEST(NetworkInputs, HttpAnswersWhenEverythingIsDurable) {
    Taker taker;
    const Running http(make("http { host => \"127.0.0.1\" port => 0 user => u password => p }"),
                       taker);
    elkhorn::http::Client client({"127.0.0.1", http.input->port()});
    elkhorn::http::Request request;
    request.method = "POST";
    request.body = "[{\"a\":1},{\"a\":2}]";
    request.headers.add("Content-Type", "application/json");
    EXPECT_EQ(client.send(request)->status, 401);
    request.headers.add("Authorization", "Basic dTpw");
    // Until its thread runs, the input says 503.
    while (client.send(request)->status == 503) {
    }
    EXPECT_EQ(taker.wait_for(2).size() % 2, 0U);
}

TEST(NetworkInputs, HttpTakesNothingFromForeignPages) {
    Taker taker;
    const Running http(make("http { host => \"127.0.0.1\" port => 0 allowed_hosts => "
                            "[\"page.example\"] }"),
                       taker);
    const auto answer = [&](std::string_view host, std::string_view origin) {
        elkhorn::http::Request request;
        request.method = "POST";
        request.body = "hello";
        request.headers.add("Host", host);
        if (!origin.empty()) request.headers.add("Origin", origin);
        elkhorn::http::Client client({"127.0.0.1", http.input->port()});
        auto response = client.send(request);
        while (response && response->status == 503)
            response = client.send(request);
        return response ? *response : elkhorn::http::Response{};
    };
    EXPECT_EQ(answer("logstash:8080", "").status, 200) << "programs come under any name";
    EXPECT_EQ(answer("localhost", "https://page.example").status, 200);
    const auto refused = answer("localhost", "https://evil.example");
    EXPECT_EQ(refused.status, 403);
    EXPECT_NE(refused.body.find("allowed_hosts of this http input"), std::string::npos)
        << refused.body;
    EXPECT_EQ(taker.wait_for(2).size(), 2U);
}

/// Refuses everything.
class NoRoom final : public Budget {
public:
    bool take(std::uint64_t /*bytes*/) override { return false; }

    void give(std::uint64_t /*bytes*/) override {}
};

TEST(NetworkInputs, HttpChargesWhatItReceives) {
    Taker taker;
    NoRoom none;
    Context context;
    context.bodies = &none;
    const Running http(make("http { host => \"127.0.0.1\" port => 0 }", context), taker);
    elkhorn::http::Request request;
    request.method = "POST";
    request.body = std::string(1 << 20, 'x');
    const auto response = elkhorn::http::Client({"127.0.0.1", http.input->port()}).send(request);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 429);
}

}  // namespace
}  // namespace elkhorn::input
