// api/search/pit_open.cc -- POST /{index}/_pit, as Elasticsearch has it since 7.10, and
// /{index}/_search/point_in_time, as OpenSearch has it: keeps the indices as they are for searches
// with "pit".

#include "api/core/api.h"
#include "api/core/index_names.h"
#include "api/core/kept_searches.h"
#include "api/core/parameters.h"
#include "json/writer.h"

#include <string_view>
#include <utility>

namespace elkhorn::api::pit_open {
namespace {

Reply handle(const Call& call) {
    auto views = ASK(views_of(call));
    const auto asked = call.parameter("keep_alive");
    if (!asked) {
        return search::refuse("action_request_validation_exception",
                              "Validation Failed: 1: [keep_alive] is not specified;");
    }
    const std::int64_t keep_alive_ms = ASK(keep_alive_of("pit", *asked));
    std::int64_t shards = 0;
    for (const auto& view : views)
        shards += shards_of(*view);
    const auto pit = ASK(call.context().kept_searches->keep(
        KeptSearch::Kind::point_in_time, std::move(views), keep_alive_ms, 0, *call.context().store,
        *call.context().clock));
    json::Writer out;
    out.begin_object();
    const std::string_view target = call.request().target;
    if (target.substr(0, target.find('?')).ends_with("/_pit")) {
        out.member("id", pit->id).end_object();
        return json_response(out.take());
    }
    out.member("pit_id", pit->id);
    write_shards(out, shards);
    out.member("creation_time", pit->created_ms).end_object();
    return json_response(out.take());
}

constexpr Parameter parameters[] = {
    {"keep_alive", Takes::time},
    {"preference", Takes::text, Use::no_effect, "there is one copy of every row"},
    {"routing", Takes::list, Use::no_effect, "one node holds all rows"},
    {"allow_partial_pit_creation", Takes::flag, Use::no_effect, "one node: all of it is kept"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/read/open_point_in_time",
    .methods = "POST",
    .routes = "/{index}/_pit /{index}/_search/point_in_time",
    .parameters = {parameters, index_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::pit_open
