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
constexpr std::size_t header_bytes_max = 1 << 20;
constexpr std::uint64_t free_bytes = 256 << 10;

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

/// The text up to the next line's end; `rest` is null after the last.
std::string_view next_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return line;
}

/// One search, as if it had come by itself.
search::Answer<http::Response> ask(const Call& call, std::string_view header_line,
                                   std::string_view body) {
    if (header_line.size() > header_bytes_max) {
        return search::refuse(
            "illegal_argument_exception",
            fmt::format("a header line is longer than {} bytes", header_bytes_max));
    }
    event::Arena arena;
    event::Value header;
    if (!trim(header_line).empty()) {
        json::Parser parser;
        auto parsed = parser.parse(trim(header_line), arena);
        if (!parsed) return search::refuse("parse_exception", parsed.error().message);
        header = *parsed;
    }
    return api::handle(search_request(call, header, body), call.context());
}

/// The answers as they come. One that there is no room for is a failure of its own, and small.
class MultiAnswer {
public:
    explicit MultiAnswer(const Call& call)
        : call_(call),
          room_(std::make_shared<store::MemoryHold>(&call.context().store->memory(),
                                                    store::MemoryUse::queries, free_bytes)) {}

    void add(http::Response response) {
        // What it was charged for as an answer of its own is asked for again, once it is free.
        response.held.reset();
        if (!room_->hold(3 * (text_.size() + response.body.size()))) {
            json::Writer out;
            const auto failure = no_room_for("[msearch]", *room_);
            out.begin_object().key("error").begin_object();
            write_failure_with_root(out, failure);
            out.end_object().member("status", failure.status).end_object();
            response.body = out.take();
            response.status = failure.status;
        }
        if (!text_.empty()) text_ += ',';
        if (response.status == 200) {
            response.body.pop_back();
            response.body += ",\"status\":200}";
        }
        text_ += response.body;
    }

    http::Response finish(std::int64_t started_ns) {
        const std::int64_t took = (call_.context().clock->steady_ns() - started_ns) / 1'000'000;
        text_.insert(0, fmt::format(R"({{"took":{},"responses":[)", took));
        text_ += "]}";
        http::Response response = json_response(std::move(text_));
        room_->hold(response.body.capacity());
        response.held = std::move(room_);
        return response;
    }

private:
    const Call& call_;
    std::shared_ptr<store::MemoryHold> room_;  // until the answer is sent
    std::string text_;                         // of the answers, with commas between
};

Reply handle(const Call& call) {
    const std::int64_t started = call.context().clock->steady_ns();
    if (call.body().empty()) return std::unexpected(body_required());
    if (!call.body().ends_with('\n')) {
        return search::refuse("illegal_argument_exception",
                              "The msearch request must be terminated by a newline [\\n]");
    }
    MultiAnswer answer(call);
    std::string_view rest = call.body().substr(0, call.body().size() - 1);
    std::size_t searches = 0;
    while (!rest.empty()) {
        const std::string_view header_line = next_line(rest);
        if (rest.data() == nullptr) break;
        if (++searches > max_searches) {
            return search::refuse("illegal_argument_exception", "too many searches in one request");
        }
        http::Response response = ASK(ask(call, header_line, next_line(rest)));
        const bool own_failure =
            response.body.find("search_phase_execution_exception") != std::string::npos ||
            response.status == 404;
        if (response.status == 400 && !own_failure) return response;
        answer.add(std::move(response));
    }
    if (searches == 0) {
        return search::refuse("action_request_validation_exception",
                              "Validation Failed: 1: no requests added;");
    }
    return answer.finish(started);
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
