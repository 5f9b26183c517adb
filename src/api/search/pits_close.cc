// api/search/pits_close.cc -- DELETE /_search/point_in_time {"pit_id":["..."]}: ends points in
// time, as OpenSearch has it, and says of each whether it was there.

#include "api/core/api.h"
#include "api/core/kept_searches.h"
#include "api/search/parts/kept_ids.h"
#include "json/writer.h"

#include <string>
#include <vector>

namespace elkhorn::api::pits_close {
namespace {

Reply handle(const Call& call) {
    KeptSearches& kept = *call.context().kept_searches;
    const std::vector<std::string> ids = ASK(kept_ids(call, "pit_id"));
    if (ids.empty()) {
        return search::refuse("action_request_validation_exception",
                              "Validation Failed: 1: no pit ids specified;");
    }
    json::Writer out;
    out.begin_object().key("pits").begin_array();
    for (const std::string& id : ids) {
        const bool there = kept.drop(KeptSearch::Kind::point_in_time, id);
        out.begin_object().member("successful", there).member("pit_id", id).end_object();
    }
    out.end_array().end_object();
    return json_response(out.take());
}

constexpr Parameter members[] = {
    {"pit_id", Takes::any},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/read/close_point_in_time",
    .methods = "DELETE",
    .routes = "/_search/point_in_time",
    .body = Body::members,
    .members = {members},
    .handle = handle,
};

}  // namespace elkhorn::api::pits_close
