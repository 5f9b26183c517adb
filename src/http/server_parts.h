// http/server_parts.h -- what a server and its sessions share. Included by server.cc and session.cc
// alone.
//
// Who owns what: the table owns the sessions; a worker never holds one, only the request and the
// session's number, and its answer goes through the table. So a session lives and ends on the
// socket thread, and a worker that is late finds no number, not a session that has gone. The
// context runs until the table is empty after `drain`, or the time for that is over.
#pragma once

#include "http/pieces.h"
#include "http/server.h"
#include "io/workers.h"
#include "net/listener.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace elkhorn::http {

class Session;

/// One request on its way through a worker.
struct Exchange {
    Request request;
    Pieces body;  // to be joined to the request's
    std::uint64_t session = 0;
    bool begins_abandoned = true;  // its lane's
};

struct Server::Parts {
    using Context = boost::asio::io_context;

    Parts(Options o, Handler h);

    const Options options;
    const Handler handler;
    const SiteCheck sites;
    Context context{1};
    boost::asio::executor_work_guard<Context::executor_type> running{context.get_executor()};
    boost::asio::steady_timer deadline{context};
    std::unique_ptr<net::Listener> listener;
    std::map<std::uint64_t, std::shared_ptr<Session>> sessions;  // the socket thread's
    std::uint64_t next_session = 1;                              // likewise
    /// The sessions that wait for their peers, by the turn in which each began to. Likewise.
    std::map<std::uint64_t, std::uint64_t> waiting;
    std::uint64_t next_turn = 1;  // likewise
    /// Those of them that have a charged answer to take. Likewise.
    std::map<std::uint64_t, std::uint64_t> readers;
    bool stopping = false;          // likewise
    std::atomic<bool> over{false};  // the time for answers: queued requests are not begun
    std::vector<std::unique_ptr<io::Workers>> lanes;
    io::Thread thread;

    Result<> listen();
    void take(net::Listener::Arrival arrival);
    /// False where the lane's queue is full.
    bool submit(Exchange exchange);
    /// The session's last word; the caller holds it still.
    void forget(std::uint64_t session);
    /// Closes the session whose peer has kept us waiting longest; false where none does.
    bool make_room();
    /// Room for a session's answer; others that are not taken may close for it. False: there is
    /// none.
    bool make_room_for(Charge& answer, std::uint64_t bytes);
    void drain(std::int64_t grace_ms);
    void close_all();

    Response refusal(const Refusal& refusal) const;

    /// On a worker.
    void work(Exchange& exchange);
    Response answer(Exchange& exchange) const;
    /// Nothing where the body is as it was meant.
    std::optional<Refusal> decode(Request& request) const;
};

}  // namespace elkhorn::http
