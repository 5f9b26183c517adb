#include "net/listener.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <chrono>

namespace elkhorn::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::chrono::milliseconds pause{100};
constexpr std::int64_t quiet_ns = 60'000'000'000;

metrics::Counter refused{"elkhorn_net_connections_refused_total",
                         "Connections closed at once because as many as may be were open."};
metrics::Counter failures{"elkhorn_net_accept_failures_total",
                          "Connections that could not be accepted yet, each time it was tried."};

/// Of one connection, which its peer has given up: the next one is not worse off.
bool of_one_peer(const error_code& error) {
    return error == asio::error::connection_aborted || error == asio::error::connection_reset;
}

}  // namespace

struct Listener::Parts : std::enable_shared_from_this<Listener::Parts> {
    Parts(asio::io_context& context, Options o, Take t)
        : options(std::move(o)), take(std::move(t)), acceptor(context), timer(context) {
        count->max = options.max_connections;
    }

    const Options options;
    const Take take;
    tcp::acceptor acceptor;
    asio::steady_timer timer;
    bool v6 = false;
    std::uint16_t port = 0;
    std::int64_t said_ns = -quiet_ns;
    std::int64_t said_full_ns = -quiet_ns;
    std::shared_ptr<ConnectionCount> count = std::make_shared<ConnectionCount>();

    Result<> listen() {
        error_code error;
        const auto address = asio::ip::make_address(
            options.address == "localhost" ? "127.0.0.1" : options.address, error);
        if (error) {
            return fail(ErrorCode::invalid,
                        fmt::format("\"{}\" is no IP address", options.address));
        }
        const tcp::endpoint endpoint(address, options.port);
        if (!acceptor.open(endpoint.protocol(), error)) {
            acceptor.set_option(tcp::acceptor::reuse_address(true), error);
            if (!acceptor.bind(endpoint, error))
                acceptor.listen(asio::socket_base::max_listen_connections, error);
        }
        if (error) {
            return fail(ErrorCode::unavailable,
                        fmt::format("cannot listen on {}:{}: {}", options.address, options.port,
                                    error.message()));
        }
        v6 = address.is_v6();
        port = acceptor.local_endpoint().port();
        return {};
    }

    void accept() {
        acceptor.async_accept([self = shared_from_this()](error_code error, tcp::socket socket) {
            if (!self->acceptor.is_open()) return;
            if (error && !of_one_peer(error)) return self->wait(error);
            if (!error) self->hand_over(std::move(socket));
            self->accept();
        });
    }

    std::optional<ConnectionSlot> take_slot() {
        auto slot = ConnectionSlot::take(count);
        if (slot) return slot;
        const bool room = options.make_room && options.make_room();
        tell_full(room);
        return room ? ConnectionSlot::take(count) : std::nullopt;
    }

    void hand_over(tcp::socket socket) {
        auto slot = take_slot();
        if (!slot) return refused.add();
        error_code error;
        const int descriptor = socket.release(error);
        if (!error) take({descriptor, v6, std::move(*slot)});
    }

    /// Once a minute.
    static bool due(std::int64_t& said_ns) {
        const std::int64_t now = system_clock().steady_ns();
        if (now - said_ns < quiet_ns) return false;
        said_ns = now;
        return true;
    }

    void tell_full(bool room) {
        if (!due(said_full_ns)) return;
        log::warn(room ? "as many connections as may be are open: for each new one, one closes "
                         "whose peer has kept us waiting longest"
                       : "as many connections as may be are open: new ones are closed at once",
                  {{"port", port}, {"open", count->open.load()}, {"limit", count->max}});
    }

    void wait(const error_code& error) {
        failures.add();
        if (due(said_ns)) {
            log::warn("connections have to wait: none can be accepted; tried again all the time",
                      {{"port", port}, {"reason", error.message()}, {"open", count->open.load()}});
        }
        timer.expires_after(pause);
        timer.async_wait([self = shared_from_this()](error_code stopped) {
            if (!stopped && self->acceptor.is_open()) self->accept();
        });
    }
};

Listener::Listener(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}

Listener::~Listener() = default;

Result<std::unique_ptr<Listener>> Listener::open(asio::io_context& context, const Options& options,
                                                 Take take) {
    auto parts = std::make_shared<Parts>(context, options, std::move(take));
    TRY(parts->listen());
    parts->accept();
    return std::unique_ptr<Listener>(new Listener(std::move(parts)));
}

std::uint16_t Listener::port() const {
    return parts_->port;
}

std::size_t Listener::connections() const {
    return parts_->count->open;
}

void Listener::close() {
    error_code ignored;
    parts_->acceptor.close(ignored);
    parts_->timer.cancel();
}

}  // namespace elkhorn::net
