// api/search/pits_close_all.cc -- DELETE /_search/point_in_time/_all: ends all points in time.

#include "api/core/api.h"
#include "api/core/kept_searches.h"
#include "json/writer.h"

#include <string>
#include <vector>

namespace elkhorn::api::pits_close_all {
namespace {

Reply handle(const Call& call) {
    KeptSearches& kept = *call.context().kept_searches;
    json::Writer out;
    out.begin_object().key("pits").begin_array();
    for (const std::string& id : kept.drop_all(KeptSearch::Kind::point_in_time))
        out.begin_object().member("successful", true).member("pit_id", id).end_object();
    out.end_array().end_object();
    return json_response(out.take());
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/read/close_point_in_time",
    .methods = "DELETE",
    .routes = "/_search/point_in_time/_all",
    .handle = handle,
};

}  // namespace elkhorn::api::pits_close_all
