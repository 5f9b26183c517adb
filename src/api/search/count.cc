// api/search/count.cc -- GET|POST /{index}/_count: how many documents match, without fetching one.
//
// What Elasticsearch's clients rely on, and tests/es/count.yaml holds us to:
//   - neither a body nor `q` counts everything;
//   - beside a body `q` is refused as unrecognized;
//   - a name that matches no index is 404, or with ignore_unavailable=true counts 0.
// The answer is exact; past the deadline the request fails, for a wrong number is worse than none.

#include "api/core/api.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "api/search/parts/search_context.h"
#include "base/strings.h"
#include "json/writer.h"
#include "search/run/request_tables.h"
#include "search/run/search.h"

#include <fmt/format.h>

namespace elkhorn::api::count {
namespace {

search::Answer<search::Request> read_request(const Call& call, const event::Value& body) {
    if (body.is(event::Kind::object)) {
        for (const event::Member& member : body.as_object().members()) {
            if (member.name != "query") {
                return search::refuse("parsing_exception",
                                      fmt::format("request does not support [{}]", member.name));
            }
        }
        if (call.parameter("q")) {
            const auto path = call.request().target.substr(0, call.request().target.find('?'));
            return search::refuse(
                "illegal_argument_exception",
                fmt::format("request [{}] contains unrecognized parameter: [q]", path));
        }
    }
    return search::parse_request(body, call.parameters_of(search::query_parameters));
}

Reply handle(const Call& call) {
    const auto body = call.json_body();
    if (!body) return std::unexpected(body.error());
    const auto request = read_request(call, *body);
    if (!request) return std::unexpected(request.error());
    const auto context = search_context(call);
    if (!context) return std::unexpected(context.error());
    std::uint64_t counted = 0;
    if (call.parameter("min_score")) {
        auto scored = *request;
        scored.size = 0;
        scored.count_up_to = std::nullopt;
        scored.min_score = to_double(*call.parameter("min_score"));
        const auto answer = search::run(scored, *context, false);
        if (!answer) return std::unexpected(answer.error());
        counted = static_cast<std::uint64_t>(answer->total);
    } else {
        const auto answer = search::count(request->query, *context);
        if (!answer) return std::unexpected(answer.error());
        counted = *answer;
    }
    json::Writer out;
    out.begin_object().member("count", counted);
    write_shards(out, all_shards(*context));
    out.end_object();
    return json_response(out.take());
}

constexpr Parameter parameters[] = {
    {"min_score", Takes::real},
    {"terminate_after", Takes::integer, Use::no_effect, "a count is exact, and reads no documents"},
};

constexpr Parameter members[] = {
    {"query", Takes::object},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/read/count",
    .methods = "POST GET",
    .routes = "/_count /{index}/_count /{index}/{type}/_count",
    .parameters = {parameters, search::query_parameters, index_parameters, one_node_parameters},
    .body = Body::members,
    .members = {members},
    .unknown_member = nullptr,
    .handle = handle,
};

}  // namespace elkhorn::api::count
