// api/core/api.h -- the Elasticsearch REST API as one function from request to response. Endpoints
// are plug-ins:
// a file each, found by the build, named by their routes; a new endpoint edits no list.
//
//   constexpr Parameter parameters[] = {{"q", Takes::text}, ...};
//   extern constinit const Endpoint spec{
//       .action = "indices:data/read/count", .methods = "GET POST",
//       .routes = "/_count /{index}/_count", .parameters = {parameters, index_parameters},
//       .body = Body::members, .members = members, .handle = handle};
//
// What every endpoint gets for free: routing with Elasticsearch's errors for wrong methods and
// unknown paths, parameters and members held against their tables (base/parameter.h) before it
// runs, media types, the product header, filter_path, pretty, and errors in Elasticsearch's body
// and status.
//
//   Threads   handle() may be called from any number of threads.
#pragma once

#include "base/clock.h"
#include "base/parameter.h"
#include "event/value.h"
#include "http/message.h"
#include "search/base/failure.h"
#include "search/base/members.h"
#include "store/limits/memory_hold.h"
#include "store/node/store.h"

#include <array>
#include <cstddef>
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

class Call;
class KeptSearches;  // kept_searches.h
struct Endpoint;

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
    std::function<void(std::function<void()>)> spawn;  // search::RequestContext's; empty: none
    std::size_t search_threads = 1;                    // the same's threads
    std::uint32_t max_buckets = 65'535;
    std::shared_ptr<KeptSearches> kept_searches;  // scrolls and points in time
    /// Told of every call that was answered, for tests; null: nobody.
    void (*on_answered)(const Call& call) = nullptr;
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
    /// A parameter that the endpoint declares as used, of its kind; nothing for any other: what is
    /// declared to have no effect has none.
    std::optional<std::string_view> parameter(std::string_view name) const;
    /// "", "true" are true, "false" is false.
    bool flag(std::string_view name, bool otherwise) const;
    std::int64_t number(std::string_view name, std::int64_t otherwise) const;
    /// Those of `table` that were given, in order, for whoever reads them by their names.
    std::vector<std::pair<std::string, std::string>> parameters_of(ParameterTable table) const;

    /// As it stands in the URL, whatever the endpoint declares; for the router and what is around
    /// it.
    std::optional<std::string_view> given(std::string_view name) const;
    /// Names that were given, are declared as used, and that nobody has read.
    std::vector<std::string> unread() const;

    /// The body, or what stands in its place in the parameter `source`.
    std::string_view body() const { return body_; }

    /// The body as JSON; null when it is empty. Of an endpoint whose body is an object with
    /// declared members: those that are used.
    search::Answer<event::Value> json_body() const;

    /// The values of json_body live here, for whoever keeps them.
    const std::shared_ptr<event::Arena>& arena() const { return arena_; }

private:
    friend class Router;
    const Parameter* declared(std::string_view name) const;

    const http::Request& request_;
    Context& context_;
    std::map<std::string, std::string, std::less<>> path_;
    std::vector<std::pair<std::string, std::string>> parameters_;
    std::string_view body_;
    std::string source_;  // of the parameter
    std::shared_ptr<event::Arena> arena_;
    mutable std::shared_ptr<store::MemoryHold> parsed_;  // what the arena may take
    const Endpoint* endpoint_ = nullptr;                 // null until it is routed
    mutable std::vector<std::string_view> read_;         // names of parameters
};

/// What an endpoint takes as a body.
enum class Body : std::uint8_t {
    none,     // refused
    members,  // an object with declared members
    free,     // a document, or lines: the endpoint reads it itself
};

struct Endpoint {
    std::string_view action;   // in Elasticsearch's words: "indices:data/read/count"
    std::string_view methods;  // "GET POST"; HEAD comes with GET
    std::string_view routes;   // "/_count /{index}/_count"
    std::array<ParameterTable, 5> parameters = {};  // beside the common ones
    Body body = Body::none;
    std::array<ParameterTable, 2> members = {};
    ParameterTable item_members = {};  // of each line or element, which `handle` holds against it
    search::UnknownMember unknown_member =
        search::unknown_field;  // null: `handle` has its own words
    Reply (*handle)(const Call& call) = nullptr;
};

std::span<const Endpoint* const> all();

/// The parameter of that name that the endpoint, or every endpoint, takes; null: none.
const Parameter* find_parameter(const Endpoint& endpoint, std::string_view name);

/// Never fails: what goes wrong is an error response.
http::Response handle(const http::Request& request, Context& context);

/// What http::Server itself refuses (413, 429, 400), in Elasticsearch's words.
http::Response refusal(const http::Refusal& refused);

http::Response json_response(std::string body, int status = 200);

}  // namespace elkhorn::api
