// api/search/pit_close.cc -- DELETE /_pit {"id":"..."}: ends a point in time, as Elasticsearch
// has it.
//
// 404 with "num_freed": 0 where it is not there, as clients that tidy up expect it.

#include "api/core/api.h"
#include "api/core/kept_searches.h"
#include "api/search/parts/kept_ids.h"
#include "json/writer.h"

#include <string>
#include <vector>

namespace elkhorn::api::pit_close {
namespace {

Reply handle(const Call& call) {
    const std::vector<std::string> ids = ASK(kept_ids(call, "id"));
    if (ids.empty())
        return search::refuse("illegal_argument_exception", "Required [id]: the point in time");
    std::size_t freed = 0;
    for (const std::string& id : ids) {
        freed += call.context().kept_searches->drop(KeptSearch::Kind::point_in_time, id) ? 1 : 0;
    }
    json::Writer out;
    out.begin_object().member("succeeded", true).member("num_freed", freed).end_object();
    return json_response(out.take(), freed == 0 ? 404 : 200);
}

constexpr Parameter members[] = {
    {"id", Takes::any},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/read/close_point_in_time",
    .methods = "DELETE",
    .routes = "/_pit",
    .body = Body::members,
    .members = {members},
    .handle = handle,
};

}  // namespace elkhorn::api::pit_close
