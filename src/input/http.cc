// input/http.cc -- takes events by POST. The answer is 200 only when every event of the request is
// durable at every output; 429 while the pipeline is full, 503 when delivery failed or took too
// long, and then the sender sends it again.
//
// The codec goes by the content type (application/json: json, application/x-ndjson: json_lines)
// where the `codec` option does not say otherwise.

#include "base/mutex.h"
#include "base/stop.h"
#include "http/server.h"
#include "input/core/arrival.h"
#include "input/core/input.h"

#include <atomic>
#include <optional>

namespace elkhorn::input::http {
namespace {

using elkhorn::http::Request;
using elkhorn::http::Response;
using elkhorn::http::Server;

struct Options {
    std::string host = "0.0.0.0";
    std::int64_t port = 8080;
    std::int64_t threads = 16;
    std::int64_t body_limit_bytes = 100 << 20;
    std::int64_t answer_ms = 60'000;
    std::vector<std::string> allowed_hosts;
    Budget* bodies = nullptr;
    std::string authorization;  // "Basic ..." that is wanted; empty: none
    bool codec_given = false;
};

/// Where the answer to a batch is waited for; outlives whoever stops waiting.
class Answer {
public:
    void give(bool durable) {
        const Lock lock(mutex_);
        durable_ = durable;
        given_.notify_all();
    }

    std::optional<bool> wait(std::int64_t ms) {
        const Lock lock(mutex_);
        while (!durable_) {
            if (!given_.wait_for(mutex_, ms)) break;
        }
        return durable_;
    }

private:
    Mutex mutex_;
    CondVar given_;
    std::optional<bool> durable_ GUARDED_BY(mutex_);
};

std::string base64(std::string_view bytes) {
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        unsigned word = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            word =
                word << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            out.push_back(i + j <= bytes.size() ? letters[word >> (18 - 6 * j) & 63] : '=');
        }
    }
    return out;
}

class Http final : public Input {
public:
    Http(Options options, Arrival arrival, Arrival json, Arrival json_lines)
        : options_(std::move(options)),
          arrival_(std::move(arrival)),
          json_(std::move(json)),
          json_lines_(std::move(json_lines)) {}

    Result<> open() override {
        Server::Options server;
        server.address = options_.host;
        server.port = static_cast<std::uint16_t>(options_.port);
        server.lanes[0].workers = static_cast<std::size_t>(options_.threads);
        server.lanes[0].priority = io::Priority::background;
        server.body_limit_bytes = static_cast<std::size_t>(options_.body_limit_bytes);
        server.budget = options_.bodies;
        server.name = "http-input";
        server.sites.allowed_hosts = options_.allowed_hosts;
        server.sites.setting = "the option allowed_hosts of this http input";
        server.sites.browsers_only = true;  // there is nothing here that a page could read
        server_ = TRY(Server::start(server, [this](Request& request) { return take(request); }));
        return {};
    }

    void run(Receiver& receiver) override {
        receiver_ = &receiver;
        stop_.wait();
        server_->stop();
    }

    void stop() override { stop_.request(); }

    std::uint16_t port() const override { return server_ ? server_->port() : 0; }

private:
    const Arrival& arrival_of(const Request& request) const {
        const std::string_view type = request.headers.find("content-type").value_or("");
        if (!options_.codec_given && type.starts_with("application/json")) return json_;
        if (!options_.codec_given && type.starts_with("application/x-ndjson")) return json_lines_;
        return arrival_;
    }

    Response take(Request& request) {
        if (!options_.authorization.empty() &&
            request.headers.find("authorization") != options_.authorization) {
            Response response = text(401, "authorization wanted");
            response.headers.add("WWW-Authenticate", "Basic realm=\"elkhorn\"");
            return response;
        }
        Receiver* receiver = receiver_.load();
        if (receiver == nullptr) return text(503, "the pipeline is starting");
        if (request.method != "POST" && request.method != "PUT")
            return text(405, "events come by POST");
        event::Batch batch;
        const Arrival& arrival = arrival_of(request);
        const auto decoder = arrival.decoder();
        decoder->decode(batch.keep(std::move(request.body)), batch);
        decoder->flush(batch);
        const std::pair<std::string_view, event::Value> origin[] = {
            {"host", event::Value::string(batch.arena().copy(request.peer))}};
        arrival.complete(batch, 0, origin);
        if (batch.empty()) return text(200, "ok");
        const auto answer = std::make_shared<Answer>();
        batch.on_acknowledge([answer](bool durable) { answer->give(durable); });
        if (!receiver->try_push(batch)) return text(429, "the pipeline is full, try again");
        const auto durable = answer->wait(options_.answer_ms);
        if (durable == true) return text(200, "ok");
        return text(503, durable ? "the events could not be delivered" : "delivery takes too long");
    }

    static Response text(int status, std::string_view body) {
        Response response;
        response.status = status;
        response.body = body;
        return response;
    }

    const Options options_;
    const Arrival arrival_;
    const Arrival json_;
    const Arrival json_lines_;
    std::atomic<Receiver*> receiver_ = nullptr;
    Stop stop_;
    std::unique_ptr<Server> server_;
};

/// The same options with a codec of our choice.
Arrival with_codec(const config::Plugin& plugin, std::string_view codec, const Clock& clock) {
    config::Plugin copy = plugin;
    std::erase_if(copy.attributes, [](const config::Attribute& a) { return a.name == "codec"; });
    config::Fields fields(copy);
    Arrival arrival(clock);
    arrival.read(fields, codec, codec::Framing::message);
    return arrival;
}

Result<std::unique_ptr<Input>> build(const config::Plugin& plugin, const Context& context) {
    config::Fields fields(plugin);
    Options options;
    std::string user;
    std::string password;
    bool tls = false;
    fields.optional("host", options.host);
    fields.number("port", options.port, 0, 65535);
    fields.number("threads", options.threads, 1, 1000);
    fields.bytes("max_content_length", options.body_limit_bytes);
    fields.number("answer_timeout_ms", options.answer_ms, 1, 86'400'000);
    fields.optional("allowed_hosts", options.allowed_hosts);
    fields.optional("user", user);
    fields.optional("password", password);
    fields.optional("ssl", tls);
    fields.optional("ssl_enabled", tls);
    if (tls) fields.mistake("ssl_enabled", "TLS is not there yet");
    fields.accept({"additional_codecs", "response_headers", "response_code", "max_pending_requests",
                   "remote_host_target_field", "request_headers_target_field", "ssl_certificate",
                   "ssl_key", "verify_mode", "ecs_compatibility"});
    if (!user.empty()) options.authorization = "Basic " + base64(user + ":" + password);
    options.bodies = context.bodies;
    options.codec_given = fields.has("codec");
    Arrival arrival(context.clock);
    arrival.read(fields, "plain", codec::Framing::message);
    TRY(fields.finish());
    return std::make_unique<Http>(std::move(options), std::move(arrival),
                                  with_codec(plugin, "json", context.clock),
                                  with_codec(plugin, "json_lines", context.clock));
}

}  // namespace

extern constinit const Spec spec{"http", "Takes events by POST; answers when they are durable.",
                                 build};

}  // namespace elkhorn::input::http
