#include "http/client.h"

#include "base/strings.h"
#include "http/gzip.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include <chrono>
#include <optional>

namespace elkhorn::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

}  // namespace

Result<Url> parse_url(std::string_view text, std::uint16_t default_port) {
    Url url;
    std::string_view rest = trim(text);
    if (const std::size_t mark = rest.find("://"); mark != std::string_view::npos) {
        url.scheme = to_lower(rest.substr(0, mark));
        rest.remove_prefix(mark + 3);
    }
    if (url.scheme == "https") {
        return fail(ErrorCode::invalid, fmt::format("\"{}\": https is not supported yet", text));
    }
    if (url.scheme != "http") {
        return fail(ErrorCode::invalid, fmt::format("\"{}\": the scheme must be http", text));
    }
    if (const std::size_t slash = rest.find('/'); slash != std::string_view::npos) {
        url.path = rest.substr(slash);
        while (url.path.ends_with('/'))
            url.path.pop_back();
        rest = rest.substr(0, slash);
    }
    if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
        const std::string_view who = rest.substr(0, at);
        url.user = percent_decode(who.substr(0, who.find(':')), false);
        if (const std::size_t colon = who.find(':'); colon != std::string_view::npos) {
            url.password = percent_decode(who.substr(colon + 1), false);
        }
        rest.remove_prefix(at + 1);
    }
    url.endpoint = TRY(net::parse_endpoint(rest, default_port));
    return url;
}

struct Client::Parts {
    Parts(net::Endpoint e, Options o) : endpoint(std::move(e)), options(o) {}

    net::Endpoint endpoint;
    Options options;
    asio::io_context context;
    std::optional<beast::tcp_stream> stream;
    beast::flat_buffer buffer;

    /// Runs the context until the operation just started has called back.
    void run() {
        context.restart();
        context.run();
    }

    Error trouble(std::string_view doing, const error_code& error) const {
        return Error{ErrorCode::unavailable, fmt::format("{}:{}: {}: {}", endpoint.host,
                                                         endpoint.port, doing, error.message())};
    }

    Result<> connect() {
        error_code error;
        tcp::resolver resolver(context);
        const auto addresses =
            resolver.resolve(endpoint.host, std::to_string(endpoint.port), error);
        if (error) return std::unexpected(trouble("cannot resolve", error));
        stream.emplace(context);
        buffer.clear();
        stream->expires_after(std::chrono::seconds(options.connect_seconds));
        stream->async_connect(addresses, [&](error_code e, const tcp::endpoint&) { error = e; });
        run();
        if (error) {
            stream.reset();
            return std::unexpected(trouble("cannot connect", error));
        }
        stream->socket().set_option(tcp::no_delay(true), error);
        return {};
    }

    std::expected<Response, error_code> exchange(const wire::request<wire::string_body>& message) {
        error_code error;
        stream->expires_after(std::chrono::seconds(options.answer_seconds));
        wire::async_write(*stream, message, [&](error_code e, std::size_t) { error = e; });
        run();
        if (error) return std::unexpected(error);
        wire::response_parser<wire::string_body> parser;
        parser.body_limit(options.body_limit_bytes);
        parser.skip(message.method() == wire::verb::head);
        wire::async_read(*stream, buffer, parser, [&](error_code e, std::size_t) { error = e; });
        run();
        if (error) return std::unexpected(error);
        Response response;
        response.status = static_cast<int>(parser.get().result_int());
        for (const auto& field : parser.get()) {
            response.headers.add({field.name_string().data(), field.name_string().size()},
                                 {field.value().data(), field.value().size()});
        }
        response.content_type = std::string(response.headers.find("Content-Type").value_or(""));
        if (!parser.keep_alive()) stream.reset();
        response.body = std::move(parser.get().body());
        return response;
    }
};

Client::Client(net::Endpoint endpoint, Options options)
    : parts_(std::make_unique<Parts>(std::move(endpoint), options)) {}

Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Response> Client::send(const Request& request) {
    wire::request<wire::string_body> message;
    message.version(11);
    message.method_string(request.method);
    message.target(request.target);
    message.set(wire::field::host,
                fmt::format("{}:{}", parts_->endpoint.host, parts_->endpoint.port));
    for (const Header& header : request.headers.list())
        message.set(header.name, header.value);
    message.body() = request.body;
    message.prepare_payload();
    const bool reused = parts_->stream.has_value();
    if (!reused) TRY(parts_->connect());
    auto response = parts_->exchange(message);
    if (!response && reused && response.error() != beast::error::timeout) {
        TRY(parts_->connect());
        response = parts_->exchange(message);
    }
    if (!response) {
        parts_->stream.reset();
        return std::unexpected(parts_->trouble("no answer", response.error()));
    }
    // An answer to HEAD has the header and no body.
    if (TRY(is_compressed(response->headers)) && !response->body.empty()) {
        response->body = TRY(gunzip(response->body, parts_->options.body_limit_bytes));
    }
    return std::move(*response);
}

}  // namespace elkhorn::http
