// http/server.h -- an HTTP/1.1 server: requests and responses are values, sockets stay inside.
//
//   Threads    One for the sockets; each lane has its own for the handler, which may block (a bulk
//              waits for its fsync). Lanes do not wait for one another. A connection has one
//              request in hand at a time; pipelined ones wait.
//   Bounds     connections (past them the one closes whose peer has kept us waiting longest: for a
//              request, or to take an answer), header and body bytes (413), waiting requests of a
//              lane (429), idle time. Bodies grow by what `budget` grants (429), inflated ones too;
//              answers wait in what `answers` grants.
//   Content    gzip and deflate request bodies are decompressed; responses of 200 bytes and more go
//              out in gzip to clients that accept it. `Expect: 100-continue` and HEAD are answered.
//   The end    `stop` answers what is in hand for as long as it is granted, then closes, and tells
//              the handlers that still run (Request::abandoned).
#pragma once

#include "base/budget.h"
#include "base/result.h"
#include "http/message.h"
#include "http/site_check.h"
#include "io/workers.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::http {

/// Requests of one kind: threads and a queue of their own.
struct Lane {
    std::string name;
    std::size_t workers = 16;
    std::size_t max_waiting = 1024;  // requests read but not yet in a worker's hands
    /// Whether a request is still begun when its sender has gone while it waited. Questions need
    /// not be; a write may be wanted all the same.
    bool begins_abandoned = true;
    io::Priority priority = io::Priority::usual;
};

class Server {
public:
    struct Options {
        std::string address = "127.0.0.1";
        std::uint16_t port = 0;  // 0: any free one
        std::string name = "http";
        std::vector<Lane> lanes = {Lane{}};
        /// The number of a request's lane, by all of it but the body; empty: the first. Called by
        /// the socket thread: it must not block.
        std::function<std::size_t(const Request& head)> lane_of;
        std::size_t max_connections = 1024;
        std::size_t body_limit_bytes = 100 << 20;
        std::size_t header_limit_bytes = 64 << 10;
        /// What bodies hold beside the first 64 KiB of each, from their first byte to the end of
        /// the handler; null: nobody counts. Outlives the server.
        Budget* budget = nullptr;
        /// What answers hold beside the first 64 KiB of each, until they are sent. Past it the one
        /// closes that is not taken for longest, if for `reader_patience_ms`; where there is none
        /// the new one is replaced by a 429. Null: nobody counts. Outlives the server.
        Budget* answers = nullptr;
        std::int64_t reader_patience_ms = 5'000;
        int idle_seconds = 300;
        bool compress = true;
        /// Which web pages may use it (403 for the others, before their body is read).
        SiteRules sites;
        /// Words what the server itself refuses as the handler's protocol does; empty: plain text.
        std::function<Response(const Refusal& refusal)> refuse;
    };

    /// Must not throw; called from several threads at once. The request is its own to take from.
    using Handler = std::function<Response(Request& request)>;

    /// Listens when it returns.
    static Result<std::unique_ptr<Server>> start(const Options& options, Handler handler);
    ~Server();

    std::uint16_t port() const;
    /// Stops listening, closes idle connections, answers the requests in hand for at most
    /// `grace_ms`; what is then unread or unanswered is dropped. Returns when no handler runs any
    /// more: one that heeds Request::abandoned makes that soon.
    void stop(std::int64_t grace_ms = 10'000);

    struct Parts;  // server_parts.h

private:
    explicit Server(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace elkhorn::http
