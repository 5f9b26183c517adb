// api/api.h -- the Elasticsearch REST API as one function from request to response. Endpoints are
// plug-ins:
// a file each, found by the build, named by their routes; a new endpoint edits no list.
//
//   extern constinit const Endpoint spec{"GET POST", "/_count /{index}/_count", "q df ...",
//   handle};
//
// What every endpoint gets for free: routing with Elasticsearch's errors for wrong methods and
// unknown paths, refusal of unknown parameters with the nearest known one, media types, the product
// header, filter_path, pretty, and errors in Elasticsearch's body and status.
//
//   Threads   handle() may be called from any number of threads.
#pragma once

#include "base/clock.h"
#include "event/value.h"
#include "http/message.h"
#include "search/failure.h"
#include "store/store.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::api {

/// Who we say we are, and what an endpoint may use. No sockets, no files.
struct Context {
    store::Store* store = nullptr;
    const Clock* clock = &system_clock();
    std::string node_name = "elkhorn";
    std::string cluster_name = "elkhorn";
    std::string cluster_uuid = "_na_";
    std::string build_date = "2026-01-01T00:00:00.000000Z";
    std::uint16_t http_port = 9200;
    std::int64_t query_timeout_ms = 60'000;
    std::uint32_t max_buckets = 65'535;
    /// Reasons why the node is not ready, for /_elkhorn/health; the store's health is added to
    /// them.
    std::function<std::vector<std::string>()> reasons;
};

using Reply = search::Answer<http::Response>;

/// A request on its way through an endpoint.
class Call {
public:
    Call(const http::Request& request, Context& context);

    const http::Request& request() const { return request_; }

    Context& context() const { return context_; }

    /// The path segment that stood for {name}; empty when the route has none.
    const std::string& path(std::string_view name) const;
    /// A parameter, noted as known.
    std::optional<std::string_view> parameter(std::string_view name) const;

    const std::vector<std::pair<std::string, std::string>>& parameters() const {
        return parameters_;
    }

    /// "", "true" are true, "false" is false; else refused as Elasticsearch refuses it.
    search::Answer<bool> flag(std::string_view name, bool otherwise) const;
    search::Answer<std::int64_t> number(std::string_view name, std::int64_t otherwise) const;

    /// The body, or what stands in its place in the parameter `source`.
    std::string_view body() const { return body_; }

    /// The body as JSON; null when it is empty.
    search::Answer<event::Value> json_body() const;

    /// The values of json_body live here, for whoever keeps them.
    const std::shared_ptr<event::Arena>& arena() const { return arena_; }

private:
    friend class Router;
    const http::Request& request_;
    Context& context_;
    std::map<std::string, std::string, std::less<>> path_;
    std::vector<std::pair<std::string, std::string>> parameters_;
    std::string_view body_;
    std::string source_;  // of the parameter
    std::shared_ptr<event::Arena> arena_;
};

struct Endpoint {
    std::string_view methods;     // "GET POST"; HEAD comes with GET
    std::string_view routes;      // "/_count /{index}/_count"
    std::string_view parameters;  // those it knows beside the common ones
    Reply (*handle)(const Call& call);
};

std::span<const Endpoint* const> all();

/// Never fails: what goes wrong is an error response.
http::Response handle(const http::Request& request, Context& context);

/// What http::Server itself refuses (413, 429, 400), in Elasticsearch's words.
http::Response refusal(const http::Refusal& refused);

http::Response json_response(std::string body, int status = 200);

}  // namespace elkhorn::api
