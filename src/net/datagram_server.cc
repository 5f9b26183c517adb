#include "net/datagram_server.h"

#include "base/bytes.h"
#include "base/log.h"
#include "base/metrics.h"
#include "io/workers.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <vector>

namespace elkhorn::net {
namespace {

constexpr std::size_t batch = 64;
constexpr std::size_t datagram_bytes = 65'536;
constexpr int wake_ms = 100;
constexpr std::int64_t kernel_overhead_bytes = 256;  // of a datagram in its buffer, at the least

metrics::Counter lost{"elkhorn_net_datagrams_lost_total",
                      "Datagrams the kernel dropped because its receive buffer was full."};

union Address {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

Result<Address> parse_address(const std::string& host, std::uint16_t port, socklen_t& size) {
    Address address{};
    const char* name = host == "localhost" ? "127.0.0.1" : host.c_str();
    if (inet_pton(AF_INET, name, &address.v4.sin_addr) == 1) {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons(port);
        size = sizeof(sockaddr_in);
        return address;
    }
    if (inet_pton(AF_INET6, name, &address.v6.sin6_addr) == 1) {
        address.v6.sin6_family = AF_INET6;
        address.v6.sin6_port = htons(port);
        size = sizeof(sockaddr_in6);
        return address;
    }
    return fail(ErrorCode::invalid, fmt::format("\"{}\" is no IP address", host));
}

std::string address_text(const Address& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.any.sa_family == AF_INET)
        inet_ntop(AF_INET, &address.v4.sin_addr, text.data(), text.size());
    else
        inet_ntop(AF_INET6, &address.v6.sin6_addr, text.data(), text.size());
    return text.data();
}

}  // namespace

struct DatagramServer::Parts {
    explicit Parts(Receive r) : receive(std::move(r)) {}

    ~Parts() {
        if (fd >= 0) ::close(fd);
    }

    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    Receive receive;
    int fd = -1;
    std::uint16_t port = 0;
    std::atomic<bool> stopping{false};
    io::Thread thread;
    std::uint32_t lost_before = 0;

    Result<> open(const Options& options) {
        socklen_t size = 0;
        Address address = TRY(parse_address(options.address, options.port, size));
        fd = ::socket(address.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const int one = 1;
        const timeval wake{.tv_sec = 0, .tv_usec = wake_ms * 1000};
        if (fd < 0 || ::bind(fd, &address.any, size) != 0 ||
            ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wake, sizeof wake) != 0) {
            return fail(ErrorCode::unavailable,
                        fmt::format("cannot receive on {}:{}: {}", options.address, options.port,
                                    std::strerror(errno)));
        }
        // Best effort: without the right to force it, the kernel's own limit holds.
        if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &options.receive_buffer_bytes,
                         sizeof(int)) != 0) {
            ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer_bytes, sizeof(int));
        }
        ::setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &one, sizeof one);
        Address bound{};
        size = sizeof bound;
        ::getsockname(fd, &bound.any, &size);
        port = ntohs(bound.any.sa_family == AF_INET ? bound.v4.sin_port : bound.v6.sin6_port);
        return {};
    }

    std::int64_t receive_buffer_bytes() const {
        int bytes = 0;
        socklen_t size = sizeof bytes;
        ::getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, &size);
        return bytes;
    }

    void count_lost(const msghdr& header) {
        for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr;
             c = CMSG_NXTHDR(const_cast<msghdr*>(&header), c)) {
            if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL) continue;
            const auto now =
                load<std::uint32_t>(static_cast<const char*>(static_cast<void*>(CMSG_DATA(c))));
            lost.add(now - lost_before);
            lost_before = now;
        }
    }

    void run() {
        std::vector<char> bytes(batch * datagram_bytes);
        std::vector<Address> senders(batch);
        std::vector<iovec> pieces(batch);
        std::vector<mmsghdr> headers(batch);
        std::vector<std::array<char, CMSG_SPACE(sizeof(std::uint32_t))>> controls(batch);
        std::vector<std::string> names(batch);
        std::vector<Datagram> datagrams;
        // What the kernel can hold is what was there when the end began; a sender who goes on is
        // not waited for.
        std::int64_t left_bytes = receive_buffer_bytes();
        while (true) {
            const bool last = stopping;
            for (std::size_t i = 0; i < batch; ++i) {
                pieces[i] = {&bytes[i * datagram_bytes], datagram_bytes};
                headers[i] = {};
                headers[i].msg_hdr.msg_iov = &pieces[i];
                headers[i].msg_hdr.msg_iovlen = 1;
                headers[i].msg_hdr.msg_name = &senders[i];
                headers[i].msg_hdr.msg_namelen = sizeof(Address);
                headers[i].msg_hdr.msg_control = controls[i].data();
                headers[i].msg_hdr.msg_controllen = controls[i].size();
            }
            const int count = ::recvmmsg(fd, headers.data(), batch,
                                         last ? MSG_DONTWAIT : MSG_WAITFORONE, nullptr);
            if (count < 0 && errno == EINTR) continue;
            if (last && (count <= 0 || left_bytes <= 0)) return;
            datagrams.clear();
            for (int i = 0; i < count; ++i) {
                const auto at = static_cast<std::size_t>(i);
                count_lost(headers[at].msg_hdr);
                if (last) left_bytes -= headers[at].msg_len + kernel_overhead_bytes;
                names[at] = address_text(senders[at]);
                datagrams.push_back(
                    {{&bytes[at * datagram_bytes], headers[at].msg_len}, names[at]});
            }
            if (!datagrams.empty()) receive(datagrams);
        }
    }
};

DatagramServer::DatagramServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<DatagramServer>> DatagramServer::start(const Options& options,
                                                              Receive receive) {
    auto parts = std::make_unique<Parts>(std::move(receive));
    TRY(parts->open(options));
    Parts& running = *parts;
    parts->thread = io::Thread(options.name, [&running] { running.run(); });
    return std::unique_ptr<DatagramServer>(new DatagramServer(std::move(parts)));
}

DatagramServer::~DatagramServer() {
    stop();
}

std::uint16_t DatagramServer::port() const {
    return parts_->port;
}

void DatagramServer::stop() {
    parts_->stopping = true;
    parts_->thread.join();
}

}  // namespace elkhorn::net
