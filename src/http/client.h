// http/client.h -- a blocking HTTP/1.1 client over one kept-alive connection. One thread at a
// time; make as many clients as there are requests in flight.
#pragma once

#include "base/result.h"
#include "http/message.h"
#include "net/address.h"

#include <memory>
#include <string>

namespace elkhorn::http {

struct Url {
    std::string scheme = "http";
    std::string user;  // from user:password@host
    std::string password;
    net::Endpoint endpoint;
    std::string path;  // without the last '/': "" or "/prefix"
};

/// "127.0.0.1:9200", "http://u:p@host:9200/prefix". https is refused until TLS exists here.
Result<Url> parse_url(std::string_view text, std::uint16_t default_port);

class Client {
public:
    struct Options {
        int connect_seconds = 5;
        int answer_seconds = 60;
        std::size_t body_limit_bytes = 256 << 20;
    };

    explicit Client(net::Endpoint endpoint) : Client(std::move(endpoint), Options{}) {}

    Client(net::Endpoint endpoint, Options options);
    ~Client();
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;

    /// Connects when it has to. A connection that the server closed while idle is opened again,
    /// once.
    /// ErrorCode::unavailable: nobody knows whether the request was carried out.
    Result<Response> send(const Request& request);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace elkhorn::http
