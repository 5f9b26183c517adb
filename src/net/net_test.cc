// Servers against senders who never pause, more of them than there may be, and a process that has
// no descriptors left.

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "io/signal.h"
#include "io/workers.h"
#include "net/address.h"
#include "net/connection_slot.h"
#include "net/datagram_server.h"
#include "net/stream_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <limits>

namespace elkhorn::net {
namespace {

class Socket {
public:
    explicit Socket(int kind) : fd_(::socket(AF_INET, kind, 0)) {}

    ~Socket() { ::close(fd_); }

    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    void connect(std::uint16_t port) const {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }

    void send(std::string_view bytes) const {
        EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }

    /// Waits until the other side has closed.
    void wait_for_end() const {
        char byte = 0;
        EXPECT_LE(::recv(fd_, &byte, 1, 0), 0);
    }

private:
    int fd_;
};

struct Handler final : StreamHandler {
    std::function<void(std::string_view)> received;
    std::function<void()> finished = [] {
    };

    bool receive(std::string_view bytes) override {
        received(bytes);
        return true;
    }

    void finish() override { finished(); }
};

std::int64_t metric(const std::string& name) {
    const std::string text = metrics::render();
    const std::size_t at = text.find("\n" + name + " ");
    return at == text.npos ? -1 : std::atoll(text.c_str() + at + name.size() + 2);
}

// Both servers below are sent more each time they take something: the kernel's buffer is never
// empty, and a server that wants to see it empty never ends.

TEST(StreamServer, StopsUnderASenderWhoNeverPauses) {
    const Socket sender(SOCK_STREAM);
    io::Signal first;
    io::Signal stopping;
    std::string received;
    bool finished = false;
    auto server = StreamServer::start({}, [&](const Peer&) {
        auto handler = std::make_unique<Handler>();
        handler->received = [&](std::string_view bytes) {
            received += bytes;
            sender.send("more");
            first.tell();
            stopping.wait();
        };
        handler->finished = [&] {
            finished = true;
        };
        return handler;
    });
    ASSERT_TRUE(server) << server.error().message;
    sender.connect((*server)->port());
    sender.send("first");
    first.wait();
    io::Thread stopper("stopper", [&] { (*server)->stop(); });
    stopping.tell();
    stopper.join();
    EXPECT_TRUE(finished);
    EXPECT_TRUE(received.starts_with("firstmore")) << received;  // it was there when the end began
}

TEST(DatagramServer, StopsUnderASenderWhoNeverPauses) {
    const Socket sender(SOCK_DGRAM);
    io::Signal first;
    DatagramServer::Options options;
    options.receive_buffer_bytes = 4096;
    const std::string large(10'000, 'x');
    auto server = DatagramServer::start(options, [&](std::span<const Datagram>) {
        sender.send(large);
        first.tell();
    });
    ASSERT_TRUE(server) << server.error().message;
    sender.connect((*server)->port());
    sender.send("first");
    first.wait();
    (*server)->stop();
}

TEST(StreamServer, TakesAsManyConnectionsAsItAndTheProcessMay) {
    StreamServer::Options options;
    options.max_connections = 2;
    io::Signal both;
    std::atomic<int> connected = 0;
    auto server = StreamServer::start(options, [&](const Peer&) {
        auto handler = std::make_unique<Handler>();
        handler->received = [](std::string_view) {
        };
        if (++connected == 2) both.tell();
        return handler;
    });
    ASSERT_TRUE(server) << server.error().message;
    const Socket one(SOCK_STREAM);
    const Socket two(SOCK_STREAM);
    one.connect((*server)->port());
    two.connect((*server)->port());
    both.wait();
    EXPECT_EQ((*server)->connections(), 2U);
    const Socket three(SOCK_STREAM);
    three.connect((*server)->port());
    three.wait_for_end();
    auto other = StreamServer::start({}, [&](const Peer&) { return std::make_unique<Handler>(); });
    set_connections_max(2);
    const Socket four(SOCK_STREAM);
    four.connect((*other)->port());
    four.wait_for_end();
    set_connections_max(std::numeric_limits<std::size_t>::max());
    EXPECT_EQ(connected, 2);
}

/// As many descriptors as are open, and no more, while it lives.
class NoDescriptorsLeft {
public:
    NoDescriptorsLeft() {
        getrlimit(RLIMIT_NOFILE, &before_);
        rlimit none = before_;
        const int lowest = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::close(lowest);
        none.rlim_cur = static_cast<rlim_t>(lowest);
        setrlimit(RLIMIT_NOFILE, &none);
    }

    ~NoDescriptorsLeft() { setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

TEST(StreamServer, WaitsWithoutHasteForDescriptors) {
    log::configure(log::Level::off, log::Format::text);  // before its thread is there
    io::Signal connected;
    auto server = StreamServer::start({}, [&](const Peer&) {
        connected.tell();
        auto handler = std::make_unique<Handler>();
        handler->received = [](std::string_view) {
        };
        return handler;
    });
    ASSERT_TRUE(server) << server.error().message;
    const Socket sender(SOCK_STREAM);
    const std::int64_t before = metric("elkhorn_net_accept_failures_total");
    std::int64_t took_ns = 0;
    {
        const NoDescriptorsLeft none;
        sender.connect((*server)->port());
        const std::int64_t began_ns = system_clock().steady_ns();
        while (metric("elkhorn_net_accept_failures_total") < before + 3)
            ::poll(nullptr, 0, 1);
        took_ns = system_clock().steady_ns() - began_ns;
    }
    connected.wait();
    EXPECT_GT(took_ns, 150'000'000);  // three tries, with a tenth of a second between them
}

TEST(Address, KnowsLoopbackByItsNumber) {
    for (const std::string_view host : {"localhost", "127.0.0.1", "127.9.9.9", "::1", "0:0::1"})
        EXPECT_TRUE(is_loopback(host)) << host;
    for (const std::string_view host :
         {"127.evil.example", "127.0.0.1.example", "10.0.0.1", "::2", ""})
        EXPECT_FALSE(is_loopback(host)) << host;
}

}  // namespace
}  // namespace elkhorn::net
