#include "net/stream_server.h"

#include "base/clock.h"
#include "io/workers.h"
#include "net/listener.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <list>

namespace elkhorn::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::size_t receive_bytes = 64 * 1024;

}  // namespace

struct StreamServer::Parts {
    struct Connection {
        Connection(tcp::socket s, ConnectionSlot c, std::unique_ptr<StreamHandler> h)
            : socket(std::move(s)), slot(std::move(c)), handler(std::move(h)) {}

        tcp::socket socket;
        ConnectionSlot slot;
        std::unique_ptr<StreamHandler> handler;
        std::array<char, receive_bytes> buffer;
        bool ended = false;
    };

    using Place = std::list<Connection>::iterator;

    Parts(Options o, Connect c) : options(std::move(o)), connect(std::move(c)) {}

    Options options;
    Connect connect;
    asio::io_context context;
    std::unique_ptr<Listener> listener;
    std::list<Connection> connections;  // touched by the server's thread only
    bool stopping = false;              // likewise
    io::Thread thread;

    Result<> listen() {
        listener =
            TRY(Listener::open(context, {options.address, options.port, options.max_connections},
                               [this](Listener::Arrival arrival) { take(std::move(arrival)); }));
        return {};
    }

    void take(Listener::Arrival arrival) {
        tcp::socket socket(context, arrival.v6 ? tcp::v6() : tcp::v4(), arrival.descriptor);
        error_code error;
        const auto remote = socket.remote_endpoint(error);
        if (error) return;
        auto handler = connect({remote.address().to_string(), remote.port()});
        if (handler == nullptr) return;
        connections.emplace_back(std::move(socket), std::move(arrival.slot), std::move(handler));
        read(std::prev(connections.end()));
    }

    void read(Place place) {
        place->socket.async_read_some(
            asio::buffer(place->buffer),
            [this, place](error_code error, std::size_t size) { took(place, error, size); });
    }

    void took(Place place, error_code error, std::size_t size) {
        const bool go_on = !error && place->handler->receive({place->buffer.data(), size});
        if (stopping) {
            // `drain_all` comes next, for those who have more.
            place->ended = !go_on && error != asio::error::operation_aborted;
        } else if (go_on) {
            read(place);
        } else {
            place->handler->finish();
            connections.erase(place);
        }
    }

    /// Reads that are under way end here. One that has its bytes already is in the queue before
    /// `drain_all`, and is taken first.
    void begin_stop(std::int64_t grace_ms) {
        stopping = true;
        listener->close();
        error_code ignored;
        for (Connection& connection : connections)
            connection.socket.cancel(ignored);
        asio::post(context, [this, grace_ms] { drain_all(grace_ms); });
    }

    void drain_all(std::int64_t grace_ms) {
        const std::int64_t end_ns = system_clock().steady_ns() + grace_ms * 1'000'000;
        for (Connection& connection : connections) {
            if (!connection.ended) drain(connection, end_ns);
            connection.handler->finish();
        }
        context.stop();
    }

    /// What the kernel has received when this begins is taken, so that a sender who finished in
    /// time loses nothing; what a sender goes on to send is not waited for, or it would never end.
    static void drain(Connection& connection, std::int64_t end_ns) {
        error_code error;
        connection.socket.non_blocking(true, error);
        std::size_t left = error ? 0 : connection.socket.available(error);
        while (!error && left > 0 && system_clock().steady_ns() < end_ns) {
            const auto piece =
                asio::buffer(connection.buffer, std::min(left, connection.buffer.size()));
            const std::size_t size = connection.socket.read_some(piece, error);
            left -= size;
            if (!error && !connection.handler->receive({connection.buffer.data(), size})) return;
        }
    }
};

StreamServer::StreamServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<StreamServer>> StreamServer::start(const Options& options, Connect connect) {
    auto parts = std::make_unique<Parts>(options, std::move(connect));
    TRY(parts->listen());
    Parts& running = *parts;
    parts->thread = io::Thread(options.name, [&running] { running.context.run(); });
    return std::unique_ptr<StreamServer>(new StreamServer(std::move(parts)));
}

StreamServer::~StreamServer() {
    stop();
}

std::uint16_t StreamServer::port() const {
    return parts_->listener->port();
}

std::size_t StreamServer::connections() const {
    return parts_->listener->connections();
}

void StreamServer::stop(std::int64_t grace_ms) {
    if (!parts_->thread.running()) return;
    asio::post(parts_->context, [this, grace_ms] { parts_->begin_stop(grace_ms); });
    parts_->thread.join();
    parts_->connections.clear();
}

}  // namespace elkhorn::net
