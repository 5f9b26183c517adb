// net/datagram_server.h -- receives UDP datagrams, many a system call (recvmmsg). UDP has no
// acknowledgement and no backpressure: while `receive` blocks, datagrams wait in the kernel's
// buffer and past it are lost; the kernel's count of those is shown as
// elkhorn_net_datagrams_lost_total.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace elkhorn::net {

struct Datagram {
    std::string_view bytes;    // valid during the call
    std::string_view address;  // of the sender
};

class DatagramServer {
public:
    struct Options {
        std::string address = "127.0.0.1";
        std::uint16_t port = 0;               // 0: any free one
        int receive_buffer_bytes = 16 << 20;  // asked of the kernel, which may give less
        std::string name = "udp";
    };

    /// Called from the server's one thread.
    using Receive = std::function<void(std::span<const Datagram> datagrams)>;

    static Result<std::unique_ptr<DatagramServer>> start(const Options& options, Receive receive);
    ~DatagramServer();

    std::uint16_t port() const;
    /// Receives what the kernel already has, then joins; senders who go on are not waited for.
    void stop();

private:
    struct Parts;
    explicit DatagramServer(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace elkhorn::net
