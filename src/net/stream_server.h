// net/stream_server.h -- a TCP listener that hands received bytes to a handler per connection.
// Asio stays behind it.
//
//   Threads       One per server: every call of every handler comes from it, in order per
//   connection.
//   Backpressure  `receive` may block. While it does, nothing is read from any connection of this
//                 server, the kernel's buffers fill, and the senders wait: that is meant.
//   Bounds        `max_connections`, and those of the process (net/connection_slot.h); past them a
//                 connection is closed at once and counted.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace elkhorn::net {

class StreamHandler {
public:
    virtual ~StreamHandler() = default;
    /// Whatever came, at most 64 KiB. False closes the connection.
    virtual bool receive(std::string_view bytes) = 0;
    /// The sender has finished, or the connection broke. Nothing follows.
    virtual void finish() = 0;
};

struct Peer {
    std::string address;
    std::uint16_t port = 0;
};

class StreamServer {
public:
    struct Options {
        std::string address = "127.0.0.1";
        std::uint16_t port = 0;  // 0: any free one
        std::size_t max_connections = 1024;
        std::string name = "tcp";  // of its thread
    };

    using Connect = std::function<std::unique_ptr<StreamHandler>(const Peer& peer)>;

    /// Listens when it returns.
    static Result<std::unique_ptr<StreamServer>> start(const Options& options, Connect connect);
    ~StreamServer();

    std::uint16_t port() const;
    std::size_t connections() const;
    /// Stops listening, takes what the kernel has at this moment (for at most so long beside what
    /// `receive` itself takes), calls `finish` on every handler, joins. Senders who go on are not
    /// waited for.
    void stop(std::int64_t grace_ms = 10'000);

private:
    struct Parts;
    explicit StreamServer(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace elkhorn::net
