// api/search/search_template.cc -- GET|POST /_search/template and /{index}/_search/template: a
// search whose body is made of a template and params; answered as _search answers it.

#include "api/core/api.h"
#include "api/core/parameters.h"
#include "api/search/parts/template_text.h"
#include "http/message.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace elkhorn::api::search_template {
namespace {

using event::Kind;
using event::Value;

constexpr Parameter parameters[] = {
    {"scroll", Takes::time},
    {"rest_total_hits_as_int", Takes::flag},
    {"typed_keys", Takes::flag},
    {"explain", Takes::flag},
    {"profile", Takes::flag},
    {"search_type", Takes::one_of, Use::no_effect, "an index counts its words as a whole",
     "query_then_fetch dfs_query_then_fetch"},
    {"ccs_minimize_roundtrips", Takes::flag, Use::no_effect, "there is no other cluster"},
};

/// What is asked beside the template, as members of the body.
std::string more_members(const Call& call, const Value& body) {
    std::string more;
    for (const std::string_view name : {"explain", "profile"}) {
        const Value* given = body.is(Kind::object) ? body.as_object().find(name) : nullptr;
        const bool in_body = given != nullptr && given->is(Kind::boolean) && given->as_boolean();
        if (call.flag(name, in_body)) more += fmt::format("\"{}\":true,", name);
    }
    return more;
}

std::string with_members(std::string text, std::string more) {
    const std::size_t open = text.find('{');
    if (more.empty() || open == text.npos) return text;
    const std::size_t next = text.find_first_not_of(" \t\r\n", open + 1);
    if (next != text.npos && text[next] == '}') more.pop_back();
    return text.insert(open + 1, more);
}

std::string search_target(const Call& call) {
    const std::string& index = call.path("index");
    std::string target =
        index.empty() ? "/_search?" : fmt::format("/{}/_search?", http::percent_encode(index));
    const std::array<ParameterTable, 2> tables = {parameters, index_parameters};
    for (const ParameterTable table : tables) {
        for (const auto& [name, value] : call.parameters_of(table)) {
            if (name != "explain" && name != "profile")
                target += fmt::format("{}={}&", name, http::percent_encode(value));
        }
    }
    return target;
}

Reply handle(const Call& call) {
    const Value body = ASK(call.json_body());
    http::Request request;
    request.method = "POST";
    request.target = search_target(call);
    std::string more = more_members(call, body);
    request.body = with_members(ASK(template_text(call, body, "")), std::move(more));
    request.headers.add("Content-Type", "application/json");
    request.abandonment = call.request().abandonment;
    return api::handle(request, call.context());
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/read/search/template",
    .methods = "POST GET",
    .routes = "/_search/template /{index}/_search/template /{index}/{type}/_search/template",
    .parameters = {parameters, index_parameters, one_node_parameters},
    .body = Body::members,
    .members = {template_members},
    .handle = handle,
};

}  // namespace elkhorn::api::search_template
