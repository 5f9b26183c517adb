#include "net/stream_server.h"

#include "base/log.h"
#include "base/metrics.h"
#include "io/workers.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <array>
#include <atomic>
#include <list>

namespace elkhorn::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::size_t receive_bytes = 64 * 1024;

metrics::Counter refused{"elkhorn_net_connections_refused_total",
                         "Connections closed at once because max_connections were open."};

}  // namespace

struct StreamServer::Parts {
    struct Connection {
        Connection(tcp::socket s, std::unique_ptr<StreamHandler> h)
            : socket(std::move(s)), handler(std::move(h)) {}

        tcp::socket socket;
        std::unique_ptr<StreamHandler> handler;
        std::array<char, receive_bytes> buffer;
    };

    using Place = std::list<Connection>::iterator;

    Parts(Options o, Connect c) : options(std::move(o)), connect(std::move(c)), acceptor(context) {}

    Options options;
    Connect connect;
    asio::io_context context;
    tcp::acceptor acceptor;
    std::list<Connection> connections;  // touched by the server's thread only
    std::atomic<std::size_t> open{0};
    std::uint16_t port = 0;
    io::Thread thread;

    Result<> listen() {
        error_code error;
        const auto address = asio::ip::make_address(
            options.address == "localhost" ? "127.0.0.1" : options.address, error);
        if (error)
            return fail(ErrorCode::invalid,
                        fmt::format("\"{}\" is no IP address", options.address));
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
        port = acceptor.local_endpoint().port();
        return {};
    }

    void accept() {
        acceptor.async_accept([this](error_code error, tcp::socket socket) {
            if (error == asio::error::operation_aborted || !acceptor.is_open()) return;
            if (!error)
                take(std::move(socket));
            else
                log::warn("accept failed", {{"port", port}, {"reason", error.message()}});
            accept();
        });
    }

    void take(tcp::socket socket) {
        if (connections.size() >= options.max_connections) {
            refused.add();
            return;
        }
        error_code error;
        const auto remote = socket.remote_endpoint(error);
        if (error) return;
        auto handler = connect({remote.address().to_string(), remote.port()});
        if (handler == nullptr) return;
        connections.emplace_back(std::move(socket), std::move(handler));
        open = connections.size();
        read(std::prev(connections.end()));
    }

    void read(Place place) {
        place->socket.async_read_some(
            asio::buffer(place->buffer), [this, place](error_code error, std::size_t size) {
                if (error || !place->handler->receive({place->buffer.data(), size}))
                    close(place);
                else
                    read(place);
            });
    }

    void close(Place place) {
        place->handler->finish();
        connections.erase(place);
        open = connections.size();
    }

    /// What the kernel has received is taken, so that a sender who finished in time loses nothing.
    void drain() {
        error_code ignored;
        acceptor.close(ignored);
        for (auto place = connections.begin(); place != connections.end(); ++place) {
            place->socket.non_blocking(true, ignored);
            error_code error;
            while (!error) {
                std::array<char, receive_bytes> buffer;
                const std::size_t size = place->socket.read_some(asio::buffer(buffer), error);
                if (!error && !place->handler->receive({buffer.data(), size})) break;
            }
            place->handler->finish();
        }
        context.stop();
    }
};

StreamServer::StreamServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<StreamServer>> StreamServer::start(const Options& options, Connect connect) {
    auto parts = std::make_unique<Parts>(options, std::move(connect));
    TRY(parts->listen());
    parts->accept();
    Parts& running = *parts;
    parts->thread = io::Thread(options.name, [&running] { running.context.run(); });
    return std::unique_ptr<StreamServer>(new StreamServer(std::move(parts)));
}

StreamServer::~StreamServer() {
    stop();
}

std::uint16_t StreamServer::port() const {
    return parts_->port;
}

std::size_t StreamServer::connections() const {
    return parts_->open;
}

void StreamServer::stop() {
    if (!parts_->thread.running()) return;
    asio::post(parts_->context, [this] { parts_->drain(); });
    parts_->thread.join();
    parts_->connections.clear();
}

}  // namespace elkhorn::net
