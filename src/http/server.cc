#include "http/server.h"

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "http/gzip.h"
#include "http/server_parts.h"
#include "http/session.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>

namespace elkhorn::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::size_t compress_from_bytes = 200;
constexpr std::size_t compress_below_bytes = 256 << 20;  // more keeps a worker for seconds

metrics::Counter requests{"elkhorn_http_requests_total", "Requests answered, of every kind."};
metrics::Counter refusals{"elkhorn_http_refused_total",
                          "Requests refused before a handler saw them (400, 403, 413, 429)."};

metrics::Counter given_way{"elkhorn_http_connections_given_way_total",
                           "Connections closed for others, whose peers had kept us waiting "
                           "longest: as many as may be were open, or answers held all they may."};

bool compressible(const Request& request, const Response& response) {
    return request.method != "HEAD" && accepts_gzip(request.headers) &&
           response.body.size() >= compress_from_bytes &&
           response.body.size() < compress_below_bytes &&
           !response.headers.find("Content-Encoding");
}

}  // namespace

Server::Parts::Parts(Options o, Handler h)
    : options(std::move(o)), handler(std::move(h)), sites(options.address, options.sites) {
    ASSERT(!options.lanes.empty());
    for (const Lane& lane : options.lanes) {
        const std::string name = lane.name.empty() ? options.name : options.name + "-" + lane.name;
        lanes.push_back(
            std::make_unique<io::Workers>(name, lane.workers, lane.max_waiting, lane.priority));
    }
}

Result<> Server::Parts::listen() {
    net::Listener::Options listening;
    listening.address = options.address;
    listening.port = options.port;
    listening.max_connections = options.max_connections;
    listening.make_room = [this] {
        return make_room();
    };
    listener = TRY(net::Listener::open(
        context, listening, [this](net::Listener::Arrival arrival) { take(std::move(arrival)); }));
    return {};
}

void Server::Parts::take(net::Listener::Arrival arrival) {
    tcp::socket socket(context, arrival.v6 ? tcp::v6() : tcp::v4(), arrival.descriptor);
    const std::uint64_t number = next_session++;
    const auto session =
        std::make_shared<Session>(number, std::move(socket), std::move(arrival.slot), *this);
    sessions.emplace(number, session);
    session->read_header();
}

bool Server::Parts::submit(Exchange exchange) {
    const std::size_t wanted = options.lane_of ? options.lane_of(exchange.request) : 0;
    const std::size_t lane = std::min(wanted, lanes.size() - 1);
    exchange.begins_abandoned = options.lanes[lane].begins_abandoned;
    auto job = std::make_shared<Exchange>(std::move(exchange));
    return lanes[lane]->submit([this, job] { work(*job); });
}

void Server::Parts::work(Exchange& exchange) {
    if (over) return;
    const std::uint64_t number = exchange.session;
    Response response = answer(exchange);
    requests.add();
    exchange = Exchange{};  // what it holds is given back before the sender can ask again
    asio::post(context, [this, number, response = std::move(response)]() mutable {
        const auto found = sessions.find(number);
        if (found == sessions.end()) return;
        const auto session = found->second;
        session->answer(std::move(response));
    });
}

Response Server::Parts::answer(Exchange& exchange) const {
    Request& request = exchange.request;
    if (!exchange.begins_abandoned && request.abandoned())
        return refusal({400, "the sender closed its side while the request was waiting"});
    request.body = exchange.body.join();
    if (const auto refused = decode(request)) return refusal(*refused);
    Response response = handler(request);
    if (options.compress && compressible(request, response)) {
        response.body = gzip(response.body);
        response.headers.add("Content-Encoding", "gzip");
    }
    return response;
}

std::optional<Refusal> Server::Parts::decode(Request& request) const {
    const auto compressed = is_compressed(request.headers);
    if (!compressed) return Refusal{415, compressed.error().message};
    if (!*compressed || request.body.empty()) return std::nullopt;
    auto body = gunzip(request.body, options.body_limit_bytes, request.charge);
    if (!body) {
        const ErrorCode code = body.error().code;
        if (code == ErrorCode::overloaded) return Refusal{429, body.error().message, true};
        return Refusal{code == ErrorCode::too_large ? 413 : 400, body.error().message};
    }
    request.body = std::move(*body);
    if (request.charge != nullptr) request.charge->hold(request.body.capacity());
    return std::nullopt;
}

Response Server::Parts::refusal(const Refusal& refusal) const {
    refusals.add();
    if (options.refuse) return options.refuse(refusal);
    Response response;
    response.status = refusal.status;
    response.body = refusal.reason + "\n";
    return response;
}

void Server::Parts::forget(std::uint64_t session) {
    sessions.erase(session);
    if (stopping && sessions.empty()) context.stop();
}

bool Server::Parts::make_room() {
    if (waiting.empty()) return false;
    const auto session = sessions.at(waiting.begin()->second);
    given_way.add();
    session->close();
    return true;
}

bool Server::Parts::make_room_for(Charge& answer, std::uint64_t bytes) {
    while (!answer.hold(bytes)) {
        if (readers.empty()) return false;
        const auto slowest = sessions.at(readers.begin()->second);
        const std::int64_t waited_ns = system_clock().steady_ns() - slowest->answered_ns();
        if (waited_ns < options.reader_patience_ms * 1'000'000) return false;
        log::warn("a connection is closed that does not take its answer: others need the memory",
                  {{"peer", slowest->peer()}, {"waited_ms", waited_ns / 1'000'000}});
        given_way.add();
        slowest->close();
    }
    return true;
}

/// Idle connections close now, busy ones after their answer, all of them when the time is over.
void Server::Parts::drain(std::int64_t grace_ms) {
    stopping = true;
    listener->close();
    const auto open = sessions;
    for (const auto& [number, session] : open) {
        if (session->idle()) session->close();
    }
    if (sessions.empty()) return context.stop();
    deadline.expires_after(std::chrono::milliseconds(grace_ms));
    deadline.async_wait([this](error_code) { close_all(); });
}

void Server::Parts::close_all() {
    over = true;
    const auto open = sessions;
    for (const auto& [number, session] : open)
        session->close();
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Server>> Server::start(const Options& options, Handler handler) {
    auto parts = std::make_unique<Parts>(options, std::move(handler));
    TRY(parts->listen());
    Parts& running = *parts;
    parts->thread =
        io::Thread(options.name, [&running] { running.context.run(); }, io::Priority::prompt);
    return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::~Server() {
    stop();
}

std::uint16_t Server::port() const {
    return parts_->listener->port();
}

void Server::stop(std::int64_t grace_ms) {
    if (!parts_->thread.running()) return;
    asio::post(parts_->context, [this, grace_ms] { parts_->drain(grace_ms); });
    parts_->thread.join();
    for (const auto& lane : parts_->lanes)
        lane->stop();
}

}  // namespace elkhorn::http
