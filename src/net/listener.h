// net/listener.h -- a listening TCP socket and its accept loop, for the servers of this room and of
// http/. It hands out descriptors, so that Asio's headers stay with those who use them.
//
//   Threads  `open` on any; everything after it on the thread that runs the context.
//   Bounds   `max_connections`, and what the process may have (net/connection_slot.h); past them
//            the owner may close another one for it, or it is closed at once and counted.
//   Trouble  where the process is out of descriptors the loop waits a tenth of a second each time,
//            counts it, and says so once a minute: the connection stays in the kernel's queue.
#pragma once

#include "base/result.h"
#include "net/connection_slot.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace elkhorn::net {

class Listener {
public:
    struct Options {
        std::string address = "127.0.0.1";
        std::uint16_t port = 0;  // 0: any free one
        std::size_t max_connections = 1024;
        /// Closes a connection that is not as good as a new one; false where there is none. On the
        /// context's thread; empty: there never is.
        std::function<bool()> make_room = {};
    };

    /// A connected socket. Whoever is handed it closes it.
    struct Arrival {
        int descriptor = -1;
        bool v6 = false;
        ConnectionSlot slot;
    };

    using Take = std::function<void(Arrival arrival)>;

    /// Listens when it returns; the context, which outlives it, accepts once it runs.
    static Result<std::unique_ptr<Listener>> open(boost::asio::io_context& context,
                                                  const Options& options, Take take);
    ~Listener();

    std::uint16_t port() const;
    std::size_t connections() const;
    /// No connection is taken any more; those that were stay open.
    void close();

private:
    struct Parts;
    explicit Listener(std::shared_ptr<Parts> parts);
    std::shared_ptr<Parts> parts_;  // the accept loop has a share
};

}  // namespace elkhorn::net
