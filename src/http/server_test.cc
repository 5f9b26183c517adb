// The server at its edges: senders who leave, stall or never read, the end of the server while it
// works, lanes that are stuck, and bodies past what they may hold.

#include "http/server.h"

#include "base/metrics.h"
#include "http/gzip.h"
#include "http/raw_peer.h"
#include "io/signal.h"
#include "io/workers.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

namespace elkhorn::http {
namespace {

constexpr std::int64_t no_time_ms = 0;
constexpr std::int64_t for_ever_ms = 3'600'000;

std::unique_ptr<Server> start(Server::Handler handler, const Server::Options& options = {}) {
    auto server = Server::start(options, std::move(handler));
    EXPECT_TRUE(server) << server.error().message;
    return std::move(*server);
}

Response say(std::string_view body) {
    Response response;
    response.body = body;
    return response;
}

/// Until the condition holds, which another thread makes true.
template <typename Condition>
void await(Condition&& holds) {
    while (!holds())
        ::poll(nullptr, 0, 1);
}

/// Nobody listens any more: the end has begun.
void await_end_of(std::uint16_t port) {
    await([&] { return !RawPeer(port).connected(); });
}

std::int64_t abandoned_so_far() {
    constexpr std::string_view name = "\nelkhorn_http_abandoned_total ";
    const std::string text = metrics::render();
    return std::atoll(text.c_str() + text.find(name) + name.size());
}

// -- the end of the server ---------------------------------------------------------------------

TEST(ServerEnd, AnswersTheRequestInHand) {
    io::Signal entered;
    io::Signal go;
    auto server = start([&](Request&) {
        entered.tell();
        go.wait();
        return say("done");
    });
    RawPeer peer(server->port());
    peer.send("GET / HTTP/1.1\r\n\r\n");
    entered.wait();
    io::Thread stopper("stopper", [&] { server->stop(for_ever_ms); });
    await_end_of(server->port());
    go.tell();
    const std::string answer = peer.receive_all();
    stopper.join();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
    EXPECT_NE(answer.find("Connection: close"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("done")) << answer;
}

TEST(ServerEnd, TellsAHandlerThatTakesTooLong) {
    io::Signal entered;
    auto server = start([&](Request& request) {
        entered.tell();
        await([&] { return request.abandoned(); });
        return say("too late");
    });
    RawPeer peer(server->port());
    peer.send("GET / HTTP/1.1\r\n\r\n");
    entered.wait();
    server->stop(no_time_ms);
    EXPECT_EQ(peer.receive_all(), "");
}

TEST(ServerEnd, DoesNotBeginWhatWaits) {
    io::Signal entered;
    std::atomic<int> begun = 0;
    Server::Options options;
    options.lanes[0].workers = 1;
    auto server = start(
        [&](Request& request) {
            ++begun;
            entered.tell();
            await([&] { return request.abandoned(); });
            return say("too late");
        },
        options);
    RawPeer first(server->port());
    first.send("GET / HTTP/1.1\r\n\r\n");
    entered.wait();
    RawPeer second(server->port());
    second.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    second.receive_until("100 Continue");
    second.send("hi");
    server->stop(no_time_ms);
    EXPECT_EQ(begun, 1);
}

TEST(ServerEnd, WaitsForNoHalfRequest) {
    auto server = start([](Request&) { return say("never"); });
    RawPeer silent(server->port());
    RawPeer half_header(server->port());
    half_header.send("GET / HTTP/1.1\r\nHos");
    RawPeer half_body(server->port());
    half_body.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
    half_body.receive_until("100 Continue");
    half_body.send("half");
    server->stop(20);
    EXPECT_EQ(silent.receive_all(), "");
    EXPECT_EQ(half_header.receive_all(), "");
    EXPECT_EQ(half_body.receive_all(), "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST(ServerEnd, WaitsForNoOneWhoDoesNotRead) {
    io::Signal made;
    auto server = start([&](Request&) {
        made.tell();
        return say(std::string(64 << 20, 'x'));
    });
    RawPeer peer(server->port());
    peer.send("GET / HTTP/1.1\r\n\r\n");
    made.wait();
    server->stop(20);
}

TEST(ServerEnd, OutlivesSendersWhoBreakOffWhileAWorkerHasTheirRequest) {
    for (int i = 0; i < 50; ++i) {
        io::Signal entered;
        io::Signal go;
        auto server = start([&](Request&) {
            entered.tell();
            go.wait();
            return say("done");
        });
        RawPeer peer(server->port());
        peer.send("GET / HTTP/1.1\r\n\r\n");
        entered.wait();
        peer.reset();
        io::Thread releaser("releaser", [&] { go.tell(); });
        server->stop(i % 2 == 0 ? no_time_ms : for_ever_ms);
    }
}

// -- senders who leave -------------------------------------------------------------------------

TEST(Abandonment, IsToldWhenTheSenderClosesOrBreaksOff) {
    for (const bool reset : {false, true}) {
        io::Signal entered;
        io::Signal left;
        auto server = start([&](Request& request) {
            entered.tell();
            await([&] { return request.abandoned(); });
            left.tell();
            return say("nobody reads this");
        });
        auto peer = std::make_unique<RawPeer>(server->port());
        peer->send("GET / HTTP/1.1\r\n\r\n");
        entered.wait();
        if (reset) peer->reset();
        peer = nullptr;
        left.wait();
    }
}

TEST(Abandonment, KeepsTheAnswerOfWhoOnlyHalfCloses) {
    auto server = start([&](Request& request) {
        await([&] { return request.abandoned(); });
        return say("done");
    });
    RawPeer peer(server->port());
    peer.send("GET / HTTP/1.1\r\n\r\n");
    peer.half_close();
    EXPECT_TRUE(peer.receive_all().ends_with("done"));
}

TEST(Abandonment, LosesNothingOfTheNextRequest) {
    io::Signal entered;
    io::Signal go;
    std::atomic<bool> abandoned = false;
    auto server = start([&](Request& request) {
        entered.tell();
        go.wait();
        abandoned = abandoned || request.abandoned();
        return say(request.target + request.body);
    });
    RawPeer peer(server->port());
    peer.send("GET /first HTTP/1.1\r\n\r\nGET /second HTTP/1.1\r\n\r\nPOST /thi");
    entered.wait();
    peer.send("rd HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc");
    go.tell();
    const std::string answers = peer.receive_all();
    const std::size_t first = answers.find("/first");
    const std::size_t second = answers.find("/second", first);
    EXPECT_NE(answers.find("/thirdabc", second), std::string::npos) << answers;
    EXPECT_FALSE(abandoned);
}

TEST(Abandonment, IsNotToldToWhoKeepsTheConnection) {
    std::atomic<bool> abandoned = false;
    auto server = start([&](Request& request) {
        abandoned = abandoned || request.abandoned();
        return say("done\n");
    });
    RawPeer peer(server->port());
    for (int i = 0; i < 100; ++i) {
        peer.send(fmt::format("GET /{} HTTP/1.1\r\n\r\n", i));
        RawPeer other(server->port());
        other.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
        other.receive_all();
    }
    peer.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    peer.receive_all();
    EXPECT_FALSE(abandoned);
}

// -- lanes -------------------------------------------------------------------------------------

TEST(Lanes, DoNotWaitForOneAnother) {
    io::Signal entered;
    io::Signal go;
    Server::Options options;
    options.lanes = {{"slow", 1, 1, true}, {"quick", 1, 1, true}};
    options.lane_of = [](const Request& head) {
        return head.target == "/slow" ? 0U : 1U;
    };
    auto server = start(
        [&](Request& request) {
            if (request.target == "/slow") {
                entered.tell();
                go.wait();
            }
            return say("done");
        },
        options);
    const std::string slow = "GET /slow HTTP/1.1\r\nConnection: close\r\n\r\n";
    RawPeer works(server->port());
    works.send(slow);
    entered.wait();
    // One more waits, the next is refused: whichever of the two comes second.
    RawPeer one(server->port());
    RawPeer two(server->port());
    one.send(slow);
    two.send(slow);
    for (int i = 0; i < 3; ++i) {
        RawPeer quick(server->port());
        quick.send("GET /quick HTTP/1.1\r\nConnection: close\r\n\r\n");
        EXPECT_TRUE(quick.receive_all().ends_with("done"));
    }
    go.tell();
    EXPECT_TRUE(works.receive_all().starts_with("HTTP/1.1 200"));
    const std::string first = one.receive_all().substr(0, 12);
    const std::string second = two.receive_all().substr(0, 12);
    EXPECT_EQ(std::min(first, second), "HTTP/1.1 200");
    EXPECT_EQ(std::max(first, second), "HTTP/1.1 429");
}

TEST(Lanes, DoNotBeginAQuestionWhoseSenderHasGone) {
    for (const bool begins : {false, true}) {
        io::Signal entered;
        io::Signal go;
        std::atomic<int> begun = 0;
        Server::Options options;
        options.lanes[0].workers = 1;
        options.lanes[0].begins_abandoned = begins;
        auto server = start(
            [&](Request&) {
                ++begun;
                entered.tell();
                go.wait();
                return say("done");
            },
            options);
        RawPeer works(server->port());
        works.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
        entered.wait();
        RawPeer waits(server->port());
        waits.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        waits.receive_until("100 Continue");
        waits.send("hi");
        const std::int64_t before = abandoned_so_far();
        waits.half_close();
        await([&] { return abandoned_so_far() > before; });
        go.tell();
        EXPECT_NE(waits.receive_until(begins ? "done" : "closed its side").find("HTTP/1.1 "),
                  std::string::npos);
        works.receive_all();
        EXPECT_EQ(begun, begins ? 2 : 1);
    }
}

// -- more connections than may be ---------------------------------------------------------------

constexpr std::string_view question = "GET / HTTP/1.1\r\n\r\n";

Server::Options at_most(std::size_t connections) {
    Server::Options options;
    options.max_connections = connections;
    return options;
}

TEST(Crowd, WhoKeptUsWaitingLongestGivesWay) {
    auto server = start([](Request&) { return say(std::string(1000, 'x')); }, at_most(3));
    RawPeer half_body(server->port());
    half_body.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
    half_body.receive_until("100 Continue");
    RawPeer silent(server->port());
    RawPeer regular(server->port());
    for (int i = 0; i < 3; ++i) {
        regular.send(question);
        regular.receive_until(std::string(1000, 'x'));
    }
    RawPeer newcomer(server->port());
    newcomer.send(question);
    EXPECT_TRUE(newcomer.receive_until("xxx").starts_with("HTTP/1.1 200"));
    EXPECT_EQ(half_body.receive_all(), "HTTP/1.1 100 Continue\r\n\r\n");
    RawPeer next(server->port());
    next.send(question);
    EXPECT_TRUE(next.receive_until("xxx").starts_with("HTTP/1.1 200"));
    EXPECT_EQ(silent.receive_all(), "");
    regular.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    EXPECT_NE(regular.receive_all().find("Connection: close"), std::string::npos);
}

TEST(Crowd, WhoDoesNotTakeItsAnswerGivesWay) {
    io::Signal made;
    std::atomic<bool> large = true;
    auto server = start(
        [&](Request&) {
            if (!large.exchange(false)) return say("done");
            made.tell();
            return say(std::string(64 << 20, 'x'));
        },
        at_most(1));
    RawPeer reader(server->port());
    reader.send(question);
    reader.receive_until("HTTP/1.1 200");
    RawPeer newcomer(server->port());
    newcomer.send(question);
    EXPECT_TRUE(newcomer.receive_until("done").starts_with("HTTP/1.1 200"));
}

TEST(Crowd, NobodyGivesWayWhoIsWorkedFor) {
    io::Signal entered;
    io::Signal go;
    auto server = start(
        [&](Request&) {
            entered.tell();
            go.wait();
            return say("done");
        },
        at_most(1));
    RawPeer first(server->port());
    first.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    entered.wait();
    RawPeer newcomer(server->port());
    EXPECT_EQ(newcomer.receive_all(), "");
    go.tell();
    EXPECT_TRUE(first.receive_all().ends_with("done"));
}

// -- what bodies may hold ------------------------------------------------------------------------

class Purse final : public Budget {
public:
    explicit Purse(std::uint64_t bytes) : limit_(bytes) {}

    bool take(std::uint64_t bytes) override {
        if (held_.fetch_add(bytes) + bytes <= limit_) return true;
        held_ -= bytes;
        return false;
    }

    void give(std::uint64_t bytes) override { held_ -= bytes; }

    std::uint64_t held() const { return held_; }

private:
    const std::uint64_t limit_;
    std::atomic<std::uint64_t> held_ = 0;
};

std::string post(std::size_t length) {
    return fmt::format("POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                       length);
}

struct Bodies : ::testing::Test {
    static constexpr std::size_t mb = 1 << 20;

    /// Declared before the server, which it outlives.
    Purse purse{8 * mb};
    std::atomic<std::size_t> size = 0;
    std::atomic<std::uint64_t> held_by_handler = 0;
    std::unique_ptr<Server> server = make();

    std::unique_ptr<Server> make() {
        Server::Options options;
        options.budget = &purse;
        options.refuse = [](const Refusal& refusal) {
            Response response = say(refusal.reason);
            response.status = refusal.status;
            response.headers.add("X-Memory", refusal.memory ? "yes" : "no");
            return response;
        };
        return start(
            [this](Request& request) {
                size = request.body.size();
                held_by_handler = purse.held();
                return say("taken");
            },
            options);
    }

    std::string ask(const std::string& bytes) const {
        RawPeer peer(server->port());
        peer.send(bytes);
        return peer.receive_all();
    }
};

TEST_F(Bodies, AreChargedAsTheyComeAndUntilTheyAreAnswered) {
    EXPECT_TRUE(ask(post(3 * mb) + std::string(3 * mb, 'x')).ends_with("taken"));
    EXPECT_EQ(size, 3 * mb);
    EXPECT_GE(held_by_handler, 3 * mb - 64 * 1024);
    EXPECT_LE(held_by_handler, 3 * mb);
    await([&] { return purse.held() == 0; });
    RawPeer slow(server->port());
    slow.send(post(6 * mb) + std::string(mb / 2, 'x'));
    await([&] { return purse.held() > 0; });
    EXPECT_LE(purse.held(), mb);  // what has come, not what was announced
}

TEST_F(Bodies, PastTheBudgetAreRefusedBeforeTheyAreRead) {
    RawPeer first(server->port());
    first.send(post(6 * mb) + std::string(6 * mb - 1, 'x'));
    await([&] { return purse.held() > 5 * mb; });
    const std::string refused = ask(post(4 * mb));
    EXPECT_TRUE(refused.starts_with("HTTP/1.1 429")) << refused;
    EXPECT_NE(refused.find("X-Memory: yes"), std::string::npos) << refused;
    EXPECT_TRUE(ask(post(1000) + std::string(1000, 'x')).ends_with("taken"));  // small: free
    first.send("x");
    EXPECT_TRUE(first.receive_all().ends_with("taken"));
    await([&] { return purse.held() == 0; });
    EXPECT_TRUE(ask(post(4 * mb) + std::string(4 * mb, 'x')).ends_with("taken"));
}

TEST_F(Bodies, ThatTellNoLengthAreChargedToo) {
    const std::string piece = "80000\r\n" + std::string(0x80000, 'x') + "\r\n";
    std::string chunked =
        "POST / HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string head = chunked;
    for (int i = 0; i < 4; ++i)
        chunked += piece;
    EXPECT_TRUE(ask(chunked + "0\r\n\r\n").ends_with("taken"));
    EXPECT_EQ(size, 2 * mb);
    await([&] { return purse.held() == 0; });
    RawPeer endless(server->port());
    endless.send(head);
    for (int i = 0; i < 20; ++i)
        endless.send(piece);
    EXPECT_TRUE(endless.receive_until("\r\n\r\n").starts_with("HTTP/1.1 429"));
    EXPECT_EQ(purse.held(), 0U);
}

TEST_F(Bodies, AreChargedWithWhatTheyInflateTo) {
    const auto packed = [&](std::size_t bytes) {
        const std::string body = gzip(std::string(bytes, 'x'));
        return fmt::format(
            "POST / HTTP/1.1\r\nConnection: close\r\nContent-Encoding: gzip\r\n"
            "Content-Length: {}\r\n\r\n{}",
            body.size(), body);
    };
    EXPECT_TRUE(ask(packed(3 * mb)).ends_with("taken"));
    EXPECT_GE(held_by_handler, 3 * mb - 64 * 1024);
    const std::string refused = ask(packed(50 * mb));
    EXPECT_TRUE(refused.starts_with("HTTP/1.1 429")) << refused;
    EXPECT_NE(refused.find("X-Memory: yes"), std::string::npos) << refused;
    await([&] { return purse.held() == 0; });
}

TEST_F(Bodies, OfSendersWhoLeaveAreGivenBack) {
    for (const bool reset : {false, true}) {
        auto peer = std::make_unique<RawPeer>(server->port());
        peer->send(post(6 * mb) + std::string(3 * mb, 'x'));
        await([&] { return purse.held() > 0; });
        if (reset) peer->reset();
        peer = nullptr;
        await([&] { return purse.held() == 0; });
    }
    RawPeer last(server->port());
    last.send(post(6 * mb) + std::string(3 * mb, 'x'));
    await([&] { return purse.held() > 0; });
    server->stop(no_time_ms);
    server.reset();
    EXPECT_EQ(purse.held(), 0U);
}

// -- what answers may hold -----------------------------------------------------------------------

struct Answers : ::testing::Test {
    static constexpr std::size_t mb = 1 << 20;
    static constexpr std::string_view question = "GET / HTTP/1.1\r\nConnection: close\r\n\r\n";

    Purse purse{40 * mb};

    /// Of 32 MB each, which no kernel's buffers take.
    std::unique_ptr<Server> answering(std::int64_t patience_ms) {
        Server::Options options;
        options.answers = &purse;
        options.reader_patience_ms = patience_ms;
        return start(
            [](Request& request) {
                return say(request.target == "/small" ? "small" : std::string(32 * mb, 'x'));
            },
            options);
    }
};

TEST_F(Answers, AreChargedUntilTheyAreTaken) {
    auto server = answering(for_ever_ms);
    RawPeer slow(server->port());
    slow.send(question);
    slow.receive_until("HTTP/1.1 200");
    EXPECT_GT(purse.held(), 31 * mb);
    RawPeer next(server->port());
    next.send(question);
    EXPECT_TRUE(next.receive_all().starts_with("HTTP/1.1 429"));
    RawPeer small(server->port());
    small.send("GET /small HTTP/1.1\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(small.receive_all().ends_with("small"));
    EXPECT_GT(slow.receive_all().size(), 32 * mb);
    await([&] { return purse.held() == 0; });
}

TEST_F(Answers, ThatAreNotTakenGiveWay) {
    auto server = answering(no_time_ms);
    RawPeer slow(server->port());
    slow.send(question);
    slow.receive_until("HTTP/1.1 200");
    RawPeer next(server->port());
    next.send(question);
    EXPECT_GT(next.receive_all().size(), 32 * mb);
    EXPECT_LT(slow.receive_all().size(), 32 * mb);
    await([&] { return purse.held() == 0; });
}

}  // namespace
}  // namespace elkhorn::http
