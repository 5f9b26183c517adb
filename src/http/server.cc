#include "http/server.h"

#include "base/log.h"
#include "base/metrics.h"
#include "http/gzip.h"
#include "io/workers.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <set>

namespace elkhorn::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::size_t read_bytes = 64 * 1024;  // of a body, at once
constexpr std::size_t compress_from_bytes = 200;
constexpr std::size_t compress_below_bytes = 256 << 20;  // more keeps a worker for seconds

metrics::Counter requests{"elkhorn_http_requests_total", "Requests answered, of every kind."};
metrics::Counter refusals{"elkhorn_http_refused_total",
                          "Requests refused before a handler saw them (400, 403, 413, 429)."};
metrics::Gauge open_connections{"elkhorn_http_connections", "Open connections."};

class Session;

}  // namespace

struct Server::Parts {
    Parts(Options o, Handler h)
        : options(std::move(o)),
          handler(std::move(h)),
          sites(options.address, options.sites),
          acceptor(context),
          workers(options.name, options.workers, options.max_waiting) {}

    Options options;
    Handler handler;
    const SiteCheck sites;
    asio::io_context context;
    tcp::acceptor acceptor;
    std::uint16_t port = 0;
    std::set<Session*> sessions;  // touched by the socket thread only
    bool stopping = false;        // likewise
    io::Workers workers;
    io::Thread thread;

    Result<> listen();
    void accept();
    void drain();

    Response refusal(int status, std::string_view reason) const {
        refusals.add();
        if (options.refuse) return options.refuse(status, reason);
        Response response;
        response.status = status;
        response.body = std::string(reason) + "\n";
        return response;
    }
};

namespace {

/// One connection: read a request, hand it to a worker, write the answer, again. Every member is
/// touched by the socket thread only, but for `request_` while a worker has it.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(tcp::socket socket, Server::Parts& server)
        : stream_(std::move(socket)), server_(server) {
        server_.sessions.insert(this);
        open_connections.add(1);
        error_code error;
        const auto remote = stream_.socket().remote_endpoint(error);
        if (!error) peer_ = remote.address().to_string();
        stream_.socket().set_option(tcp::no_delay(true), error);
    }

    ~Session() {
        server_.sessions.erase(this);
        open_connections.add(-1);
    }

    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void read_header() {
        if (server_.stopping) return close();
        parser_.emplace();
        parser_->header_limit(static_cast<std::uint32_t>(server_.options.header_limit_bytes));
        parser_->body_limit(server_.options.body_limit_bytes);
        idle_ = true;
        stream_.expires_after(std::chrono::seconds(server_.options.idle_seconds));
        wire::async_read_header(stream_, buffer_, *parser_,
                                [self = shared_from_this()](error_code error, std::size_t) {
                                    self->idle_ = false;
                                    self->header_done(error);
                                });
    }

    bool idle() const { return idle_; }

    void close() {
        error_code ignored;
        stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
        stream_.socket().close(ignored);
    }

private:
    void header_done(error_code error) {
        if (error == wire::error::end_of_stream || error == beast::error::timeout) return close();
        if (error == wire::error::body_limit) return refuse_body();
        if (error == wire::error::header_limit)
            return refuse(431, "the request's header is too large");
        if (error) {
            if (error.category() == wire::make_error_code(wire::error::bad_version).category()) {
                return refuse(400, "this is not HTTP: " + error.message());
            }
            return close();
        }
        read_head();
        if (const auto objection = server_.sites.objection(request_.method, request_.headers))
            return refuse(403, *objection);
        // Any other coding would leave a body that is not what its sender meant, or none at all.
        const auto coding = parser_->get()[wire::field::transfer_encoding];
        if (!coding.empty() && !beast::iequals(coding, "chunked")) {
            return refuse(501, fmt::format("Transfer-Encoding [{}] is not supported: send chunked "
                                           "or a Content-Length",
                                           std::string_view(coding.data(), coding.size())));
        }
        const auto expect = parser_->get()[wire::field::expect];
        if (beast::iequals(expect, "100-continue")) return send_continue();
        read_body();
    }

    void read_head() {
        const auto& message = parser_->get();
        keep_alive_ = parser_->keep_alive();
        head_ = message.method() == wire::verb::head;
        request_ = {};
        request_.method = std::string(message.method_string());
        request_.target = std::string(message.target());
        request_.peer = peer_;
        for (const auto& field : message) {
            request_.headers.add({field.name_string().data(), field.name_string().size()},
                                 {field.value().data(), field.value().size()});
        }
    }

    void refuse_body() {
        refuse(413, fmt::format("the request's body is larger than {} bytes",
                                server_.options.body_limit_bytes));
    }

    void send_continue() {
        auto go_on =
            std::make_shared<wire::response<wire::empty_body>>(wire::status::continue_, 11);
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
    void read_body() {
        buffer_.reserve(read_bytes);
        wire::async_read(
            stream_, buffer_, *parser_,
            [self = shared_from_this()](error_code error, std::size_t) { self->body_done(error); });
    }

    void body_done(error_code error) {
        if (error == wire::error::body_limit) return refuse_body();
        if (error) return close();
        buffer_.shrink_to_fit();
        request_.body = std::move(parser_->get().body());
        parser_.reset();
        stream_.expires_never();
        if (!server_.workers.submit([self = shared_from_this()] { self->work(); })) {
            answer(server_.refusal(429, "too many requests are waiting; try again"));
        }
    }

    /// On a worker.
    void work() {
        Response response = handle();
        asio::post(server_.context,
                   [self = shared_from_this(), response = std::move(response)]() mutable {
                       self->answer(std::move(response));
                   });
    }

    Response handle() {
        const auto compressed = is_compressed(request_.headers);
        if (!compressed) return server_.refusal(415, compressed.error().message);
        if (*compressed && !request_.body.empty()) {
            auto body = gunzip(request_.body, server_.options.body_limit_bytes);
            if (!body) {
                const int status = body.error().code == ErrorCode::too_large ? 413 : 400;
                return server_.refusal(status, body.error().message);
            }
            request_.body = std::move(*body);
        }
        Response response = server_.handler(request_);
        requests.add();
        if (server_.options.compress && !head_ && accepts_gzip(request_.headers) &&
            response.body.size() >= compress_from_bytes &&
            response.body.size() < compress_below_bytes &&
            !response.headers.find("Content-Encoding")) {
            response.body = gzip(response.body);
            response.headers.add("Content-Encoding", "gzip");
        }
        return response;
    }

    void refuse(int status, std::string_view reason) {
        keep_alive_ = false;
        answer(server_.refusal(status, reason));
    }

    void answer(Response response) {
        auto message = std::make_shared<wire::response<wire::string_body>>();
        message->version(11);
        message->result(static_cast<unsigned>(response.status));
        for (const Header& header : response.headers.list())
            message->insert(header.name, header.value);
        if (!response.content_type.empty())
            message->set(wire::field::content_type, response.content_type);
        message->keep_alive(keep_alive_ && !server_.stopping);
        message->content_length(response.body.size());
        if (!head_) message->body() = std::move(response.body);
        const bool close_after = !message->keep_alive();
        stream_.expires_after(std::chrono::seconds(server_.options.idle_seconds));
        const auto done = [self = shared_from_this(), message, close_after](error_code error,
                                                                            std::size_t) {
            if (error || close_after)
                self->finish();
            else
                self->read_header();
        };
        if (head_) {
            auto serializer =
                std::make_shared<wire::response_serializer<wire::string_body>>(*message);
            wire::async_write_header(
                stream_, *serializer,
                [done, serializer](error_code error, std::size_t size) { done(error, size); });
            return;
        }
        wire::async_write(stream_, *message, done);
    }

    /// Half-closes, then reads what the peer is still sending (a refused body), so that it can
    /// read our answer before the connection is reset. Bounded in time by the stream's deadline.
    void finish() {
        error_code ignored;
        stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
        stream_.expires_after(std::chrono::seconds(2));
        discard();
    }

    void discard() {
        buffer_.clear();
        stream_.async_read_some(buffer_.prepare(64 * 1024),
                                [self = shared_from_this()](error_code error, std::size_t) {
                                    if (error)
                                        self->close();
                                    else
                                        self->discard();
                                });
    }

    beast::tcp_stream stream_;
    Server::Parts& server_;
    beast::flat_buffer buffer_;
    std::optional<wire::request_parser<wire::string_body>> parser_;
    Request request_;
    std::string peer_;
    bool keep_alive_ = true;
    bool head_ = false;
    bool idle_ = true;
};

}  // namespace

Result<> Server::Parts::listen() {
    error_code error;
    const auto address = asio::ip::make_address(
        options.address == "localhost" ? "127.0.0.1" : options.address, error);
    if (error)
        return fail(ErrorCode::invalid, fmt::format("\"{}\" is no IP address", options.address));
    const tcp::endpoint endpoint(address, options.port);
    if (!acceptor.open(endpoint.protocol(), error)) {
        acceptor.set_option(tcp::acceptor::reuse_address(true), error);
        if (!acceptor.bind(endpoint, error)) {
            acceptor.listen(asio::socket_base::max_listen_connections, error);
        }
    }
    if (error) {
        return fail(ErrorCode::unavailable,
                    fmt::format("cannot listen on {}:{}: {}", options.address, options.port,
                                error.message()));
    }
    port = acceptor.local_endpoint().port();
    return {};
}

void Server::Parts::accept() {
    acceptor.async_accept([this](error_code error, tcp::socket socket) {
        if (!acceptor.is_open()) return;
        if (error)
            log::warn("accept failed", {{"port", port}, {"reason", error.message()}});
        else if (sessions.size() < options.max_connections) {
            std::make_shared<Session>(std::move(socket), *this)->read_header();
        } else {
            refusals.add();  // closed at once
        }
        accept();
    });
}

/// On the socket thread: idle connections close now, busy ones after their answer.
void Server::Parts::drain() {
    stopping = true;
    error_code ignored;
    acceptor.close(ignored);
    const auto open = sessions;
    for (Session* session : open) {
        if (session->idle()) session->close();
    }
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Server>> Server::start(const Options& options, Handler handler) {
    auto parts = std::make_unique<Parts>(options, std::move(handler));
    TRY(parts->listen());
    parts->accept();
    Parts& running = *parts;
    parts->thread = io::Thread(options.name, [&running] { running.context.run(); });
    return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::~Server() {
    stop();
}

std::uint16_t Server::port() const {
    return parts_->port;
}

void Server::stop() {
    if (!parts_->thread.running()) return;
    asio::post(parts_->context, [this] { parts_->drain(); });
    parts_->thread.join();  // ends when the last session has gone
    parts_->workers.stop();
}

}  // namespace elkhorn::http
