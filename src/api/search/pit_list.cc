// api/search/pit_list.cc -- GET /_search/point_in_time/_all: the points in time that are kept, as
// OpenSearch lists them.

#include "api/core/api.h"
#include "api/core/kept_searches.h"
#include "json/writer.h"

namespace elkhorn::api::pit_list {
namespace {

Reply handle(const Call& call) {
    KeptSearches& kept = *call.context().kept_searches;
    kept.drop_old(*call.context().clock);
    json::Writer out;
    out.begin_object().key("pits").begin_array();
    for (const KeptSearches::Listed& pit : kept.all(KeptSearch::Kind::point_in_time)) {
        out.begin_object().member("pit_id", pit.id).member("creation_time", pit.created_ms);
        out.member("keep_alive", pit.keep_alive_ms).end_object();
    }
    out.end_array().end_object();
    return json_response(out.take());
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/read/list_point_in_time",
    .methods = "GET",
    .routes = "/_search/point_in_time/_all",
    .handle = handle,
};

}  // namespace elkhorn::api::pit_list
