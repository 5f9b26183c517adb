// api/search/msearch.cc -- POST|GET /_msearch and /{index}/_msearch: several searches in one
// request, as Grafana and dashboards send them: a header line, a body line, and so on.
//
// Each search is answered as _search would answer it, with its own status; one that cannot be
// parsed fails the whole request, as on Elasticsearch.

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "base/strings.h"
#include "event/format.h"
#include "json/parse.h"
#include "json/writer.h"

#include <fmt/format.h>

namespace elkhorn::api::msearch {
namespace {

constexpr std::size_t max_searches = 1000;

/// The names of a header line: "a,b" or ["a","b"]; those of the path where it has none.
std::string names_of(const event::Value& header, const std::string& of_path) {
    const event::Value* index =
        header.is(event::Kind::object) ? header.as_object().find("index") : nullptr;
    if (index == nullptr) return of_path;
    std::string names;
    event::append_text(names, *index);
    return names.empty() ? of_path : names;
}

http::Request search_request(const Call& call, const event::Value& header, std::string_view body) {
    http::Request request;
    request.method = "POST";
    std::string names = names_of(header, call.path("index"));
    if (names.empty()) names = "_all";
    request.target = fmt::format("/{}/_search?", http::percent_encode(names));
    if (header.is(event::Kind::object)) {
        for (const event::Member& member : header.as_object().members()) {
            if (member.name == "index") continue;
            std::string value;
            event::append_text(value, member.value);
            request.target += fmt::format("{}={}&", http::percent_encode(member.name),
                                          http::percent_encode(value));
        }
    }
    for (const std::string_view name : {"rest_total_hits_as_int", "typed_keys"}) {
        if (const auto value = call.parameter(name)) {
            request.target += fmt::format("{}={}&", name, *value);
        }
    }
    request.headers.add("Content-Type", "application/json");
    request.body = body;
    return request;
}

Reply handle(const Call& call) {
    const std::int64_t started = call.context().clock->steady_ns();
    if (call.body().empty()) return std::unexpected(body_required());
    if (!call.body().ends_with('\n')) {
        return search::refuse("illegal_argument_exception",
                              "The msearch request must be terminated by a newline [\\n]");
    }
    json::Parser parser;
    event::Arena arena;
    std::string responses;
    std::vector<std::shared_ptr<const void>> held;  // by them, all at once
    std::size_t searches = 0;
    const auto lines = split(call.body().substr(0, call.body().size() - 1), '\n');
    for (std::size_t i = 0; i + 1 < lines.size(); i += 2) {
        event::Value header;
        if (!trim(lines[i]).empty()) {
            auto parsed = parser.parse(trim(lines[i]), arena);
            if (!parsed) return search::refuse("parse_exception", parsed.error().message);
            header = *parsed;
        }
        if (++searches > max_searches) {
            return search::refuse("illegal_argument_exception", "too many searches in one request");
        }
        http::Response response =
            api::handle(search_request(call, header, lines[i + 1]), call.context());
        const bool own_failure =
            response.body.find("search_phase_execution_exception") != std::string::npos ||
            response.status == 404;
        if (response.status == 400 && !own_failure) return response;
        if (!responses.empty()) responses += ',';
        if (response.status == 200) {
            response.body.pop_back();
            response.body += ",\"status\":200}";
        }
        responses += response.body;
        if (response.held != nullptr) held.push_back(std::move(response.held));
    }
    if (searches == 0) {
        return search::refuse("action_request_validation_exception",
                              "Validation Failed: 1: no requests added;");
    }
    json::Writer out;
    out.begin_object();
    out.member("took", (call.context().clock->steady_ns() - started) / 1'000'000);
    out.key("responses").raw("[" + responses + "]").end_object();
    http::Response response = json_response(out.take());
    response.held = std::make_shared<const decltype(held)>(std::move(held));
    return response;
}

constexpr Parameter parameters[] = {
    {"typed_keys", Takes::flag},
    {"rest_total_hits_as_int", Takes::flag},
    {"max_concurrent_searches", Takes::integer, Use::no_effect, "they run one after the other"},
    {"max_concurrent_shard_requests", Takes::integer, Use::no_effect,
     "one node searches its row groups by itself"},
    {"pre_filter_shard_size", Takes::integer, Use::no_effect,
     "one node searches its row groups by itself"},
    {"ccs_minimize_roundtrips", Takes::flag, Use::no_effect, "there is no other cluster"},
    {"search_type", Takes::one_of, Use::no_effect, "an index counts its words as a whole",
     "query_then_fetch dfs_query_then_fetch"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/read/msearch",
    .methods = "POST GET",
    .routes = "/_msearch /{index}/_msearch /{index}/{type}/_msearch",
    .parameters = {parameters},
    .body = Body::free,
    .handle = handle,
};

}  // namespace elkhorn::api::msearch
