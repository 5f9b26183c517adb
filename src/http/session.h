// http/session.h -- one connection: read a request, hand it to a worker, write the answer, again.
// Included by server.cc and session.cc alone.
//
//   idle ──► header ──► (100 continue) ──► body ──► in hand ──► answer ──► idle
//              │                            │          │           └─────► discard ──► closed
//              └──── refused (4xx) ◄────────┘          └ the peer is watched meanwhile
//
// Everything here runs on the socket thread. While a request is in a worker's hands the session
// waits for the socket to become readable: the end of the stream raises the request's
// `abandonment`; bytes are the next request, and stay in the kernel.
#pragma once

#include "http/charged_body.h"
#include "http/message.h"
#include "http/server.h"
#include "net/connection_slot.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace elkhorn::http {

class Session : public std::enable_shared_from_this<Session> {
public:
    Session(std::uint64_t number, boost::asio::ip::tcp::socket socket, net::ConnectionSlot slot,
            Server::Parts& server);
    ~Session();

    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void read_header();

    const std::string& peer() const { return peer_; }

    /// Since when its peer has not taken all of its answer.
    std::int64_t answered_ns() const { return answered_ns_; }

    /// Nothing of a request is here yet, or not all of its header.
    bool idle() const { return idle_; }

    /// At once, and for good. Whoever works for it is told.
    void close();
    /// What the worker made of the request in hand.
    void answer(Response response);

private:
    using Error = boost::system::error_code;
    using Message = boost::beast::http::response<boost::beast::http::string_body>;

    void header_done(Error error);
    void read_head();
    /// Why the request is refused by its header alone.
    std::optional<Refusal> objection();
    Refusal too_large() const;
    static Refusal no_room();
    void send_continue();
    void read_body();
    void body_done(Error error);
    void watch();
    void peer_moved();
    void refuse(const Refusal& refusal);
    /// False where there is no room for an answer of that size.
    bool charge_answer(std::size_t bytes);
    void write(std::shared_ptr<Message> message);
    void written(Error error, bool close_after);
    void finish();
    void discard();
    /// From now on it is the peer who is waited for, or not any more.
    void begin_waiting();
    void end_waiting();

    const std::uint64_t number_;
    boost::beast::tcp_stream stream_;
    std::optional<net::ConnectionSlot> slot_;  // until it is closed
    Server::Parts& server_;
    boost::beast::flat_buffer buffer_;
    std::optional<boost::beast::http::request_parser<ChargedBody>> parser_;
    Request request_;                             // its header, until it is in hand
    std::shared_ptr<std::atomic<bool>> in_hand_;  // the request's `abandonment`; null: none is
    Charge answer_;                               // of the answer that is being sent
    std::int64_t answered_ns_ = 0;
    std::string peer_;
    std::uint64_t turn_ = 0;  // in which the waiting for the peer began; 0: nobody waits for it
    bool keep_alive_ = true;
    bool head_ = false;
    bool whole_ = false;  // all of the last request was read
    bool idle_ = true;
    bool closed_ = false;
};

}  // namespace elkhorn::http
