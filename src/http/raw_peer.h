// http/raw_peer.h -- for tests: a client that does what no client library would: half requests,
// broken connections, answers that are never read.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace elkhorn::http {

class RawPeer {
public:
    explicit RawPeer(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }

    ~RawPeer() { ::close(fd_); }

    RawPeer(const RawPeer&) = delete;
    RawPeer& operator=(const RawPeer&) = delete;

    bool connected() const { return connected_; }

    /// False where the other side takes no more.
    bool send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// Until what was received holds `mark`; all of it where the other side closes first.
    std::string receive_until(std::string_view mark) {
        std::array<char, 65536> buffer;
        std::size_t from = 0;  // whatever is before it has no mark in it
        while (received_.find(mark, from) == std::string::npos) {
            from = received_.size() - std::min(received_.size(), mark.size());
            const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), 0);
            if (size <= 0) break;
            received_.append(buffer.data(), static_cast<std::size_t>(size));
        }
        return received_;
    }

    /// Until the other side closes.
    std::string receive_all() { return receive_until("\n\n\n no such bytes"); }

    void half_close() const { ::shutdown(fd_, SHUT_WR); }

    /// The other side hears of a reset, not of an end.
    void reset() {
        const linger now{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        ::close(fd_);
        fd_ = -1;
    }

private:
    int fd_;
    bool connected_ = false;
    std::string received_;
};

}  // namespace elkhorn::http
