// input/udp.cc -- listens for datagrams; each is a message of its own.
//
// UDP has no acknowledgement and no backpressure (docs/manual/delivery.md): while the pipeline is
// full, datagrams wait in the kernel's buffer, and past it the kernel drops them and counts that.

#include "base/stop.h"
#include "input/core/arrival.h"
#include "input/core/input.h"
#include "net/datagram_server.h"

#include <atomic>

namespace elkhorn::input::udp {
namespace {

struct Options {
    std::string host = "0.0.0.0";
    std::int64_t port = 0;
    std::int64_t receive_buffer_bytes = 16 << 20;
};

class Udp final : public Input {
public:
    Udp(Options options, Arrival arrival)
        : options_(std::move(options)),
          arrival_(std::move(arrival)),
          decoder_(arrival_.decoder()) {}

    Result<> open() override {
        net::DatagramServer::Options server;
        server.address = options_.host;
        server.port = static_cast<std::uint16_t>(options_.port);
        server.receive_buffer_bytes = static_cast<int>(options_.receive_buffer_bytes);
        server_ = TRY(net::DatagramServer::start(
            server, [this](std::span<const net::Datagram> datagrams) { receive(datagrams); }));
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

    ~Udp() override { ready_.request(); }

private:
    void receive(std::span<const net::Datagram> datagrams) {
        ready_.wait();  // datagrams may come before the pipeline runs
        Receiver* receiver = receiver_.load();
        if (receiver == nullptr) return;
        event::Batch batch;
        for (const net::Datagram& datagram : datagrams) {
            const std::size_t first = batch.size();
            decoder_->decode(batch.arena().copy(datagram.bytes), batch);
            decoder_->flush(batch);
            const std::pair<std::string_view, event::Value> origin[] = {
                {"host", event::Value::string(batch.arena().copy(datagram.address))}};
            arrival_.complete(batch, first, origin);
        }
        if (!batch.empty()) receiver->push(std::move(batch));
    }

    const Options options_;
    const Arrival arrival_;
    const std::unique_ptr<codec::Decoder> decoder_;
    std::atomic<Receiver*> receiver_ = nullptr;
    Stop ready_;
    Stop stop_;
    std::unique_ptr<net::DatagramServer> server_;
};

Result<std::unique_ptr<Input>> build(const config::Plugin& plugin, const Context& context) {
    config::Fields fields(plugin);
    Options options;
    fields.optional("host", options.host);
    fields.required("port", options.port);
    fields.number("port", options.port, 0, 65535);
    fields.number("receive_buffer_bytes", options.receive_buffer_bytes, 4096, 1 << 30);
    fields.accept(
        {"buffer_size", "workers", "queue_size", "source_ip_fieldname", "ecs_compatibility"});
    Arrival arrival(context.clock);
    arrival.read(fields, "plain", codec::Framing::message);
    TRY(fields.finish());
    return std::make_unique<Udp>(std::move(options), std::move(arrival));
}

}  // namespace

extern constinit const Spec spec{"udp", "Listens for datagrams; one message each.", build};

}  // namespace elkhorn::input::udp
