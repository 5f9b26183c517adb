// http/server.h -- an HTTP/1.1 server: requests and responses are values, sockets stay inside.
//
//   Threads    One for the sockets; `workers` for the handler, which may block (a bulk waits for
//              its fsync). A connection has one request in hand at a time; pipelined ones wait.
//   Bounds     connections, header and body bytes (413), waiting requests (429), idle time; bodies
//              in gzip may not grow past the body limit either.
//   Content    gzip and deflate request bodies are decompressed; responses of 200 bytes and more go
//              out in gzip to clients that accept it. `Expect: 100-continue` and HEAD are answered.
#pragma once

#include "base/result.h"
#include "http/message.h"
#include "http/site_check.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace elkhorn::http {

class Server {
public:
    struct Options {
        std::string address = "127.0.0.1";
        std::uint16_t port = 0;  // 0: any free one
        std::string name = "http";
        std::size_t workers = 16;
        std::size_t max_connections = 1024;
        std::size_t max_waiting = 1024;  // requests read but not yet in a worker's hands
        std::size_t body_limit_bytes = 100 << 20;
        std::size_t header_limit_bytes = 64 << 10;
        int idle_seconds = 300;
        bool compress = true;
        /// Which web pages may use it (403 for the others, before their body is read).
        SiteRules sites;
        /// Words the errors the server itself finds (400, 403, 413, 429) as the handler's protocol
        /// does; empty: plain text.
        std::function<Response(int status, std::string_view reason)> refuse;
    };

    /// Must not throw; called from several threads at once.
    using Handler = std::function<Response(const Request& request)>;

    /// Listens when it returns.
    static Result<std::unique_ptr<Server>> start(const Options& options, Handler handler);
    ~Server();

    std::uint16_t port() const;
    /// Stops listening, answers the requests in hand, closes the connections, joins.
    void stop();

    struct Parts;  // server.cc

private:
    explicit Server(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace elkhorn::http
