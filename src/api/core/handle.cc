// The way of every request: media types, routing, then the shape of the answer.

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "api/core/json_shape.h"
#include "api/core/router.h"
#include "base/metrics.h"
#include "base/strings.h"
#include "json/parse.h"
#include "json/writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::api {
namespace {

metrics::Counter client_errors{"elkhorn_api_client_errors_total", "Answers with a status of 4xx."};
metrics::Counter server_errors{"elkhorn_api_server_errors_total", "Answers with a status of 5xx."};

constexpr std::string_view vendor_json = "application/vnd.elasticsearch+json";

std::string_view media_type(std::string_view header) {
    return trim(header.substr(0, header.find(';')));
}

bool takes(std::string_view type) {
    const std::string lower = to_lower(type);
    return lower == "application/json" || lower == "application/x-ndjson" || lower == vendor_json ||
           lower == "application/vnd.elasticsearch+x-ndjson";
}

http::Response string_error(int status, std::string message) {
    json::Writer out;
    out.begin_object().member("error", message).member("status", status).end_object();
    return json_response(out.take(), status);
}

/// A form on any web page can send a body, or `source` in its place, without the browser asking us
/// first; it cannot name one of our media types in the header. Reading by `source` is open to all.
bool lacks_media_type(const http::Request& request, bool source, std::string_view type) {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    return (!request.body.empty() || (source && !reads)) && !takes(type);
}

// What every request may be parsed into without anybody counting.
constexpr std::uint64_t free_json_bytes = 256 << 10;

/// In kind: a client that asks for the vendor's media type gets it back.
void answer_in_kind(const http::Request& request, http::Response& response) {
    const auto accept = request.headers.find("Accept");
    if (!accept || accept->find(vendor_json) == std::string_view::npos) return;
    if (!response.content_type.starts_with("application/json")) return;
    const std::size_t at = accept->find("compatible-with=");
    response.content_type = std::string(vendor_json);
    if (at != std::string_view::npos)
        response.content_type += fmt::format(";{}", accept->substr(at, 17));
}

/// Like Elasticsearch, shows an error whole whatever filter_path leaves of other answers.
search::Answer<> shape(const Call& call, http::Response& response, bool error) {
    if (!response.content_type.starts_with("application/json") || response.body.empty()) return {};
    const auto filters = call.given("filter_path");
    const bool filtered = !error && filters && !filters->empty();
    const bool pretty_by_default = call.request().path().empty() && response.status == 200;
    const auto asked = call.given("pretty");
    const bool spread = asked ? *asked != "false" : pretty_by_default;
    if (!filtered && !spread) return {};
    auto room = std::make_shared<store::MemoryHold>(
        call.context().store == nullptr ? nullptr : &call.context().store->memory(),
        store::MemoryUse::requests, free_json_bytes);
    if (!room->hold(parsed_bytes(response.body)))
        return std::unexpected(no_room_for("the answer", *room));
    if (filtered) response.body = filter_path(response.body, *filters);
    if (spread) response.body = pretty(response.body);
    return {};
}

http::Response answer(const http::Request& request, Context& context) {
    static const Router router;
    const std::string_view type = media_type(request.headers.find("Content-Type").value_or(""));
    Call call(request, context);
    if (lacks_media_type(request, call.given("source").has_value(), type)) {
        return string_error(406, fmt::format("Content-Type header [{}] is not supported", type));
    }
    if (call.given("source") && !call.given("source_content_type") && request.body.empty()) {
        search::Failure failure;
        failure.status = 500;
        failure.type = "illegal_state_exception";
        failure.reason = "source and source_content_type parameters are required";
        return error_response(failure);
    }
    Reply reply = router.route(call);
    http::Response response = reply ? std::move(*reply) : error_response(reply.error());
    if (const auto shaped = shape(call, response, !reply); !shaped)
        response = error_response(shaped.error());
    if (context.on_answered != nullptr) context.on_answered(call);
    return response;
}

}  // namespace

http::Response json_response(std::string body, int status) {
    http::Response response;
    response.status = status;
    response.content_type = "application/json; charset=UTF-8";
    response.body = std::move(body);
    return response;
}

http::Response refusal(const http::Refusal& refused) {
    search::Failure failure;
    failure.status = refused.status;
    failure.reason = refused.reason;
    failure.type = refused.memory          ? "circuit_breaking_exception"
                   : refused.status == 403 ? "security_exception"
                   : refused.status == 413 ? "content_too_long_exception"
                   : refused.status == 429 ? "es_rejected_execution_exception"
                                           : "illegal_argument_exception";
    if (refused.memory) failure.reason = "[in_flight_requests] Data too large: " + refused.reason;
    http::Response response = error_response(failure);
    response.headers.add("X-Elastic-Product", "Elasticsearch");
    return response;
}

http::Response handle(const http::Request& request, Context& context) {
    http::Response response = answer(request, context);
    if (response.status >= 500)
        server_errors.add();
    else if (response.status >= 400)
        client_errors.add();
    answer_in_kind(request, response);
    response.headers.add("X-Elastic-Product", "Elasticsearch");
    if (const auto id = request.headers.find("X-Opaque-Id"))
        response.headers.add("X-Opaque-Id", *id);
    return response;
}

Call::Call(const http::Request& request, Context& context)
    : request_(request),
      context_(context),
      parameters_(request.query()),
      body_(request.body),
      arena_(std::make_shared<event::Arena>()) {
    if (!body_.empty()) return;
    if (const auto source = given("source")) {
        source_ = *source;
        body_ = source_;
    }
}

const std::string& Call::path(std::string_view name) const {
    static const std::string none;
    const auto it = path_.find(name);
    return it == path_.end() ? none : it->second;
}

std::optional<std::string_view> Call::given(std::string_view name) const {
    for (const auto& [key, value] : parameters_) {
        if (key == name) return value;
    }
    return std::nullopt;
}

const Parameter* Call::declared(std::string_view name) const {
    return endpoint_ == nullptr ? nullptr : find_parameter(*endpoint_, name);
}

std::optional<std::string_view> Call::parameter(std::string_view name) const {
    const Parameter* found = declared(name);
    if (found == nullptr || found->use != Use::used) return std::nullopt;
    read_.push_back(found->name);
    return given(name);
}

bool Call::flag(std::string_view name, bool otherwise) const {
    const auto value = parameter(name);
    return value ? *value != "false" : otherwise;
}

std::int64_t Call::number(std::string_view name, std::int64_t otherwise) const {
    const auto value = parameter(name);
    return value ? to_integer(*value).value_or(otherwise) : otherwise;
}

std::vector<std::pair<std::string, std::string>> Call::parameters_of(ParameterTable table) const {
    std::vector<std::pair<std::string, std::string>> found;
    for (const auto& [name, value] : parameters_) {
        if (elkhorn::find_parameter(table, name) != nullptr && parameter(name))
            found.emplace_back(name, value);
    }
    return found;
}

std::vector<std::string> Call::unread() const {
    std::vector<std::string> names;
    for (const auto& [name, value] : parameters_) {
        const Parameter* found = declared(name);
        if (found != nullptr && found->use == Use::used &&
            std::ranges::find(read_, name) == read_.end())
            names.push_back(name);
    }
    return names;
}

search::Answer<event::Value> Call::json_body() const {
    if (trim(body_).empty()) return event::Value();
    if (context_.store != nullptr) {
        parsed_ = std::make_shared<store::MemoryHold>(&context_.store->memory(),
                                                      store::MemoryUse::requests, free_json_bytes);
        if (!parsed_->hold(parsed_bytes(body_)))
            return std::unexpected(no_room_for("the body", *parsed_));
    }
    json::Parser parser;
    auto value = parser.parse(trim(body_), *arena_);
    if (!value) {
        const bool cut = ends_early(trim(body_));
        return search::refuse(cut ? "json_e_o_f_exception" : "json_parse_exception",
                              value.error().message);
    }
    if (endpoint_ == nullptr || endpoint_->body != Body::members) return *value;
    const auto check = ASK(search::check_members("the body", *value, endpoint_->members));
    if (!check.undeclared.empty() && endpoint_->unknown_member != nullptr)
        return std::unexpected(endpoint_->unknown_member(check.undeclared));
    if (!check.leaves_out) return *value;
    return search::used_members(*arena_, *value, endpoint_->members);
}

}  // namespace elkhorn::api
