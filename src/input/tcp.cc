// input/tcp.cc -- listens for TCP connections; each is a stream of its own.
//
// Plain TCP has no acknowledgement: what the kernel has taken from a sender that then hears of a
// crash is lost (docs/manual/delivery.md). While the pipeline is full nothing is read, and senders
// wait.
//
// A line without an end waits in memory. It is charged before it grows, but for the first 64 KiB of
// each connection; where there is no more room the connection ends, with what it had as its last
// line.

#include "base/budget.h"
#include "base/log.h"
#include "base/stop.h"
#include "input/core/arrival.h"
#include "input/core/input.h"
#include "net/stream_server.h"

#include <atomic>
#include <optional>

namespace elkhorn::input::tcp {
namespace {

constexpr std::uint64_t line_free_bytes = 64 << 10;
constexpr std::uint64_t line_factor = 2;  // a text that grows is moved to one of twice its size
constexpr std::int64_t quiet_ns = 60'000'000'000;

/// What the unfinished lines of all connections of an input may hold.
class Room {
public:
    Room(Budget* budget, const Clock& clock) : budget_(budget), clock_(clock) {}

    Charge charge() const { return Charge(budget_); }

    /// Once a minute: senders can make it happen as often as they like.
    void tell(const net::Peer& peer, std::uint64_t line_bytes) {
        const std::int64_t now = clock_.steady_ns();
        if (said_ns_ && now - *said_ns_ < quiet_ns) return;
        said_ns_ = now;
        log::warn(
            "a connection is closed in the middle of a line: unfinished lines and requests "
            "hold as much memory as they may (memory)",
            {{"peer", peer.address}, {"port", peer.port}, {"line_bytes", line_bytes}});
    }

private:
    Budget* const budget_;  // null: nobody counts
    const Clock& clock_;
    std::optional<std::int64_t> said_ns_;  // the server's thread's
};

class Connection final : public net::StreamHandler {
public:
    Connection(const Arrival& arrival, const std::atomic<Receiver*>& receiver, Room& room,
               net::Peer peer)
        : arrival_(arrival),
          receiver_(receiver),
          room_(room),
          line_(room.charge()),
          peer_(std::move(peer)),
          decoder_(arrival.decoder()) {}

    bool receive(std::string_view bytes) override {
        if (!hold(decoder_->pending_bytes() + bytes.size())) {
            room_.tell(peer_, decoder_->pending_bytes());
            return false;
        }
        event::Batch batch;
        decoder_->decode(batch.keep(std::string(bytes)), batch);
        hold(decoder_->pending_bytes());
        return push(std::move(batch));
    }

    void finish() override {
        event::Batch batch;
        decoder_->flush(batch);
        push(std::move(batch));
    }

private:
    bool hold(std::uint64_t bytes) {
        return line_.hold(bytes > line_free_bytes ? line_factor * (bytes - line_free_bytes) : 0);
    }

    bool push(event::Batch batch) {
        if (batch.empty()) return true;
        const std::pair<std::string_view, event::Value> origin[] = {
            {"host", event::Value::string(batch.arena().copy(peer_.address))},
            {"port", event::Value::integer(peer_.port)}};
        arrival_.complete(batch, 0, origin);
        Receiver* receiver = receiver_.load();
        return receiver != nullptr && receiver->push(std::move(batch));
    }

    const Arrival& arrival_;
    const std::atomic<Receiver*>& receiver_;
    Room& room_;  // the input's
    Charge line_;
    const net::Peer peer_;
    std::unique_ptr<codec::Decoder> decoder_;
};

struct Options {
    std::string host = "0.0.0.0";
    std::int64_t port = 0;
};

class Tcp final : public Input {
public:
    Tcp(Options options, Arrival arrival, Budget* budget)
        : options_(std::move(options)),
          arrival_(std::move(arrival)),
          room_(budget, arrival_.clock()) {}

    Result<> open() override {
        net::StreamServer::Options server;
        server.address = options_.host;
        server.port = static_cast<std::uint16_t>(options_.port);
        server_ = TRY(net::StreamServer::start(server, [this](const net::Peer& peer) {
            ready_.wait();  // a connection may come before the pipeline runs
            return std::make_unique<Connection>(arrival_, receiver_, room_, peer);
        }));
        return {};
    }

    void run(Receiver& receiver) override {
        receiver_ = &receiver;
        ready_.request();
        stop_.wait();
        server_->stop();
    }

    void stop() override { stop_.request(); }

    std::uint16_t port() const override { return server_ ? server_->port() : 0; }

    ~Tcp() override { ready_.request(); }

private:
    const Options options_;
    const Arrival arrival_;
    Room room_;
    std::atomic<Receiver*> receiver_ = nullptr;
    Stop ready_;
    Stop stop_;
    std::unique_ptr<net::StreamServer> server_;
};

Result<std::unique_ptr<Input>> build(const config::Plugin& plugin, const Context& context) {
    config::Fields fields(plugin);
    Options options;
    std::string mode = "server";
    bool tls = false;
    fields.optional("host", options.host);
    fields.required("port", options.port);
    fields.number("port", options.port, 0, 65535);
    fields.choice("mode", mode, {"server"});
    fields.optional("ssl_enable", tls);
    fields.optional("ssl_enabled", tls);
    if (tls) fields.mistake("ssl_enabled", "TLS is not there yet");
    fields.accept({"tcp_keep_alive", "dns_reverse_lookup_enabled", "proxy_protocol", "ssl_cert",
                   "ssl_key", "ssl_verify", "ssl_key_passphrase", "ssl_extra_chain_certs",
                   "ssl_certificate", "ssl_certificate_authorities", "ssl_client_authentication",
                   "ecs_compatibility"});
    Arrival arrival(context.clock);
    arrival.read(fields, "line", codec::Framing::stream);
    TRY(fields.finish());
    return std::make_unique<Tcp>(std::move(options), std::move(arrival), context.bodies);
}

}  // namespace

extern constinit const Spec spec{"tcp", "Listens for TCP connections; one event a line.", build};

}  // namespace elkhorn::input::tcp
