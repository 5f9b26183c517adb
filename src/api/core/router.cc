#include "api/core/router.h"

#include "api/core/error_body.h"
#include "api/core/parameters.h"
#include "base/nearest.h"
#include "base/strings.h"
#include "json/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace elkhorn::api {
namespace {

bool placeholder(std::string_view segment) {
    return segment.starts_with('{');
}

std::vector<std::string_view> words(std::string_view text) {
    std::vector<std::string_view> list;
    for (const std::string_view word : split(text, ' ')) {
        if (!word.empty()) list.push_back(word);
    }
    return list;
}

/// Elasticsearch's error for routes is a string, not an object.
http::Response route_error(int status, std::string message) {
    json::Writer out;
    out.begin_object().member("error", message).member("status", status).end_object();
    return json_response(out.take(), status);
}

std::string_view uri_of(const http::Request& request) {
    return std::string_view(request.target).substr(0, request.target.find('?'));
}

http::Response wrong_method(const Call& call, const std::set<std::string_view>& allowed) {
    // The order Elasticsearch lists methods in is that of a hash; this one is the usual.
    constexpr std::string_view order[] = {"POST", "PUT", "GET", "HEAD", "DELETE"};
    std::string list;
    std::string header;
    for (const std::string_view method : order) {
        if (!allowed.contains(method)) continue;
        if (!list.empty()) list += ", ";
        if (!header.empty()) header += ",";
        list += method;
        header += method;
    }
    if (call.request().method == "OPTIONS") {
        http::Response response;
        response.headers.add("Allow", header);
        return response;
    }
    auto response =
        route_error(405, fmt::format("Incorrect HTTP method for uri [{}] and method [{}], "
                                     "allowed: [{}]",
                                     uri_of(call.request()), call.request().method, list));
    response.headers.add("Allow", header);
    return response;
}

std::unexpected<search::Failure> unrecognized(const Call& call, const Endpoint& endpoint,
                                              std::vector<std::string> unknown) {
    std::vector<std::string_view> known;
    for (const ParameterTable table : endpoint.parameters) {
        for (const Parameter& one : table)
            known.push_back(one.name);
    }
    std::ranges::sort(unknown);
    std::string list;
    for (const std::string& name : unknown) {
        if (!list.empty()) list += ", ";
        list += fmt::format("[{}]", name);
        const std::string nearest = nearest_word(name, known);
        if (!nearest.empty()) list += fmt::format(" -> did you mean [{}]?", nearest);
    }
    return search::refuse("illegal_argument_exception",
                          fmt::format("request [{}] contains unrecognized parameter{}: {}",
                                      uri_of(call.request()), unknown.size() > 1 ? "s" : "", list));
}

/// Elasticsearch refuses a body that nobody reads.
search::Answer<> check_body(const Call& call, const Endpoint& endpoint) {
    if (endpoint.body != Body::none || call.body().empty()) return {};
    return search::refuse("illegal_argument_exception",
                          fmt::format("request [{} {}] does not support having a body",
                                      call.request().method, uri_of(call.request())));
}

}  // namespace

Router::Router() {
    for (const Endpoint* endpoint : all()) {
        for (const std::string_view path : words(endpoint->routes)) {
            Route route;
            route.endpoint = endpoint;
            for (const std::string_view segment : split(path, '/')) {
                if (!segment.empty()) route.segments.push_back(segment);
            }
            route.methods = words(endpoint->methods);
            if (std::ranges::find(route.methods, "GET") != route.methods.end())
                route.methods.push_back("HEAD");
            routes_.push_back(std::move(route));
        }
    }
    std::ranges::stable_sort(routes_, more_literal);
}

const Parameter* find_parameter(const Endpoint& endpoint, std::string_view name) {
    for (const ParameterTable table : endpoint.parameters) {
        if (const Parameter* found = elkhorn::find_parameter(table, name)) return found;
    }
    return elkhorn::find_parameter(common_parameters, name);
}

bool Router::more_literal(const Route& a, const Route& b) {
    if (a.segments.size() != b.segments.size()) return a.segments.size() < b.segments.size();
    if (a.segments.empty()) return false;
    const bool a_ends_open = placeholder(a.segments.back());
    if (a_ends_open != placeholder(b.segments.back())) return !a_ends_open;
    for (std::size_t i = 0; i < a.segments.size(); ++i) {
        if (placeholder(a.segments[i]) != placeholder(b.segments[i]))
            return placeholder(b.segments[i]);
    }
    return false;
}

bool Router::matches(const Route& route, const std::vector<std::string>& path) {
    if (route.segments.size() != path.size()) return false;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const std::string_view segment = route.segments[i];
        if (!placeholder(segment)) {
            if (segment != path[i]) return false;
        } else if (segment == "{index}" && path.size() > 1 && path[i].starts_with('_') &&
                   path[i] != "_all") {
            // One segment alone reaches the index endpoints, which refuse the name; deeper ones do
            // too when what follows is an endpoint of an index.
            if (i != 0) return false;
        }
    }
    return true;
}

search::Answer<> Router::check_parameters(const Call& call, const Endpoint& endpoint) {
    std::vector<std::string> unknown;
    for (const auto& [name, value] : call.parameters_) {
        if (find_parameter(endpoint, name) == nullptr) unknown.push_back(name);
    }
    if (!unknown.empty()) return unrecognized(call, endpoint, std::move(unknown));
    for (const auto& [name, value] : call.parameters_) {
        const Parameter& declared = *find_parameter(endpoint, name);
        if (declared.use == Use::refused) {
            if (!is_one_of(declared.words, value))
                return std::unexpected(search::refused("the URL", declared));
        } else {
            ASK(check_value(declared, value));
        }
    }
    return {};
}

Reply Router::route(Call& call) const {
    const std::vector<std::string> path = call.request().path();
    std::set<std::string_view> allowed;
    bool own_word = false;
    for (const Route& route : routes_) {
        if (!matches(route, path)) continue;
        // A word that is an endpoint of its own is no index, whatever the method.
        const bool open = !route.segments.empty() && placeholder(route.segments[0]);
        if (open && own_word && path[0].starts_with('_')) break;
        own_word = own_word || !open;
        const auto method = std::ranges::find(route.methods, call.request().method);
        if (method == route.methods.end()) {
            allowed.insert(route.methods.begin(), route.methods.end());
            continue;
        }
        for (std::size_t i = 0; i < path.size(); ++i) {
            const std::string_view segment = route.segments[i];
            if (placeholder(segment))
                call.path_[std::string(segment.substr(1, segment.size() - 2))] = path[i];
        }
        call.endpoint_ = route.endpoint;
        ASK(check_parameters(call, *route.endpoint));
        ASK(check_body(call, *route.endpoint));
        return route.endpoint->handle(call);
    }
    if (!allowed.empty()) return wrong_method(call, allowed);
    return route_error(400, fmt::format("no handler found for uri [{}] and method [{}]",
                                        call.request().target, call.request().method));
}

}  // namespace elkhorn::api
