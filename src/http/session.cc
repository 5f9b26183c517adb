#include "http/session.h"

#include "base/clock.h"
#include "base/metrics.h"
#include "http/server_parts.h"

#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>

namespace elkhorn::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::size_t read_bytes = 64 * 1024;  // of a body, at once
constexpr std::chrono::seconds discard_time{2};

/// Of each body free of charge: what a connection may always hold, so that small requests are
/// answered while large ones wait.
constexpr std::uint64_t body_free_bytes = 64 << 10;
constexpr std::size_t answer_free_bytes = 64 << 10;

metrics::Gauge open_connections{"elkhorn_http_connections", "Open connections."};
metrics::Counter abandoned{"elkhorn_http_abandoned_total",
                           "Requests whose sender had gone before the answer was there."};

/// Against the rules of HTTP, not broken off.
bool malformed(const error_code& error) {
    return error.category() == wire::make_error_code(wire::error::bad_version).category();
}

std::string_view text(beast::string_view bytes) {
    return {bytes.data(), bytes.size()};
}

}  // namespace

Session::Session(std::uint64_t number, tcp::socket socket, net::ConnectionSlot slot,
                 Server::Parts& server)
    : number_(number),
      stream_(std::move(socket)),
      slot_(std::move(slot)),
      server_(server),
      answer_(server.options.answers) {
    open_connections.add(1);
    error_code error;
    const auto remote = stream_.socket().remote_endpoint(error);
    if (!error) peer_ = remote.address().to_string();
    stream_.socket().set_option(tcp::no_delay(true), error);
}

Session::~Session() {
    open_connections.add(-1);
}

void Session::read_header() {
    if (server_.stopping) return close();
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(server_.options.header_limit_bytes));
    parser_->body_limit(server_.options.body_limit_bytes);
    idle_ = true;
    whole_ = false;
    begin_waiting();
    stream_.expires_after(std::chrono::seconds(server_.options.idle_seconds));
    wire::async_read_header(stream_, buffer_, *parser_,
                            [self = shared_from_this()](error_code error, std::size_t) {
                                self->idle_ = false;
                                self->header_done(error);
                            });
}

void Session::close() {
    if (closed_) return;
    closed_ = true;
    end_waiting();
    if (in_hand_ != nullptr) in_hand_->store(true);
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.socket().close(ignored);
    slot_.reset();
    answer_.hold(0);
    server_.forget(number_);
}

void Session::header_done(error_code error) {
    if (closed_) return;
    if (error == wire::error::end_of_stream || error == beast::error::timeout) return close();
    if (error == wire::error::body_limit) return refuse(too_large());
    if (error == wire::error::header_limit)
        return refuse({431, "the request's header is too large"});
    if (error) {
        if (!malformed(error)) return close();
        return refuse({400, "this is not HTTP: " + error.message()});
    }
    read_head();
    if (const auto refused = objection()) return refuse(*refused);
    if (beast::iequals(parser_->get()[wire::field::expect], "100-continue")) return send_continue();
    read_body();
}

void Session::read_head() {
    const auto& message = parser_->get();
    keep_alive_ = parser_->keep_alive();
    head_ = message.method() == wire::verb::head;
    request_ = {};
    request_.method = text(message.method_string());
    request_.target = text(message.target());
    request_.peer = peer_;
    for (const auto& field : message)
        request_.headers.add(text(field.name_string()), text(field.value()));
    if (server_.options.budget != nullptr)
        request_.charge = std::make_shared<Charge>(server_.options.budget);
    parser_->get().body() = Pieces(request_.charge, body_free_bytes);
}

std::optional<Refusal> Session::objection() {
    if (auto refused = server_.sites.objection(request_.method, request_.headers))
        return Refusal{403, std::move(*refused)};
    // Any other coding would leave a body that is not what its sender meant, or none at all.
    const auto coding = parser_->get()[wire::field::transfer_encoding];
    if (!coding.empty() && !beast::iequals(coding, "chunked")) {
        return Refusal{501, fmt::format("Transfer-Encoding [{}] is not supported: send chunked or "
                                        "a Content-Length",
                                        text(coding))};
    }
    // What cannot be held is not read. It is charged as it comes: who tells a length and then sends
    // nothing shall not hold what others need.
    const auto length = parser_->content_length();
    if (request_.charge != nullptr && length) {
        if (*length > body_free_bytes && !request_.charge->hold(*length - body_free_bytes))
            return no_room();
        request_.charge->hold(0);
    }
    return std::nullopt;
}

Refusal Session::too_large() const {
    return {413, fmt::format("the request's body is larger than {} bytes: send smaller requests",
                             server_.options.body_limit_bytes)};
}

Refusal Session::no_room() {
    return {429,
            "the bodies of all requests hold as much memory as they may: try again, or send "
            "smaller requests",
            true};
}

void Session::send_continue() {
    auto go_on = std::make_shared<wire::response<wire::empty_body>>(wire::status::continue_, 11);
    wire::async_write(stream_, *go_on,
                      [self = shared_from_this(), go_on](error_code error, std::size_t) {
                          if (error)
                              self->close();
                          else
                              self->read_body();
                      });
}

/// In large pieces: a read takes no more than the buffer has room for, which is little after a
/// header. The room is given back with the body, for most connections wait most of the time.
void Session::read_body() {
    if (closed_) return;
    buffer_.reserve(read_bytes);
    wire::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code error, std::size_t) { self->body_done(error); });
}

void Session::body_done(error_code error) {
    if (closed_) return;
    if (error == wire::error::body_limit) return refuse(too_large());
    if (error == ChargedBody::no_room()) return refuse(no_room());
    if (error) {
        const bool broken = error == wire::error::partial_message ||
                            error == wire::error::end_of_stream || !malformed(error);
        if (broken) return close();
        return refuse({400, "the body is not what HTTP asks for: " + error.message()});
    }
    buffer_.shrink_to_fit();
    Exchange exchange{std::move(request_), std::move(parser_->get().body()), number_};
    parser_.reset();
    whole_ = true;
    in_hand_ = std::make_shared<std::atomic<bool>>(false);
    exchange.request.abandonment = in_hand_;
    stream_.expires_never();
    end_waiting();
    if (server_.submit(std::move(exchange))) return watch();
    answer(server_.refusal({429, "too many requests are waiting: try again"}));
}

void Session::watch() {
    stream_.socket().async_wait(tcp::socket::wait_read,
                                [self = shared_from_this(), request = in_hand_](error_code error) {
                                    if (!error && self->in_hand_ == request) self->peer_moved();
                                });
}

/// Looks without taking: the end, or the beginning of the next request. After that has come the
/// connection is not watched any more, for its end would stand behind it.
void Session::peer_moved() {
    char byte = 0;
    const auto size = ::recv(stream_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (size > 0) return;
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return watch();
    abandoned.add();
    in_hand_->store(true);
}

void Session::refuse(const Refusal& refusal) {
    keep_alive_ = false;
    request_ = {};
    if (parser_) parser_->get().body() = Pieces();  // what it holds is given back before it is told
    answer(server_.refusal(refusal));
}

void Session::answer(Response response) {
    if (closed_) return;
    if (in_hand_ != nullptr) {
        in_hand_.reset();
        error_code ignored;
        stream_.socket().cancel(ignored);
    }
    if (!charge_answer(response.body.size())) {
        response = server_.refusal(
            {429, "answers that are not taken hold as much memory as they may: try again", true});
    }
    auto message = std::make_shared<Message>();
    message->version(11);
    message->result(static_cast<unsigned>(response.status));
    for (const Header& header : response.headers.list())
        message->insert(header.name, header.value);
    if (!response.content_type.empty())
        message->set(wire::field::content_type, response.content_type);
    message->keep_alive(keep_alive_ && !server_.stopping);
    message->content_length(response.body.size());
    if (!head_) message->body() = std::move(response.body);
    write(std::move(message));
}

bool Session::charge_answer(std::size_t bytes) {
    answer_.hold(0);
    if (bytes <= answer_free_bytes) return true;
    return server_.make_room_for(answer_, bytes - answer_free_bytes);
}

void Session::write(std::shared_ptr<Message> message) {
    const bool close_after = !message->keep_alive();
    begin_waiting();
    answered_ns_ = system_clock().steady_ns();
    if (answer_.held() > 0) server_.readers.emplace(turn_, number_);
    stream_.expires_after(std::chrono::seconds(server_.options.idle_seconds));
    const auto done = [self = shared_from_this(), message, close_after](error_code error,
                                                                        std::size_t) {
        self->written(error, close_after);
    };
    if (!head_) {
        wire::async_write(stream_, *message, done);
        return;
    }
    // The length of a body that does not follow.
    auto serializer = std::make_shared<wire::response_serializer<wire::string_body>>(*message);
    wire::async_write_header(
        stream_, *serializer,
        [done, serializer](error_code error, std::size_t size) { done(error, size); });
}

void Session::written(error_code error, bool close_after) {
    answer_.hold(0);
    if (error) return close();
    if (close_after) return finish();
    read_header();
}

/// Half-closes, then reads what the peer is still sending (a refused body), so that it can read our
/// answer before the connection is reset. Bounded in time by the stream's deadline. Where nothing
/// is unread, closing does no harm.
void Session::finish() {
    if (closed_) return;
    error_code ignored;
    const bool nothing_more =
        whole_ && buffer_.size() == 0 && stream_.socket().available(ignored) == 0;
    if (nothing_more) return close();
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(discard_time);
    discard();
}

void Session::discard() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(read_bytes),
                            [self = shared_from_this()](error_code error, std::size_t) {
                                if (error)
                                    self->close();
                                else
                                    self->discard();
                            });
}

void Session::begin_waiting() {
    end_waiting();
    turn_ = server_.next_turn++;
    server_.waiting.emplace(turn_, number_);
}

void Session::end_waiting() {
    server_.waiting.erase(turn_);
    server_.readers.erase(turn_);
    turn_ = 0;
}

}  // namespace elkhorn::http
