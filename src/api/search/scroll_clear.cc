// api/search/scroll_clear.cc -- DELETE /_search/scroll: ends scrolls, by their ids or all of them.
//
// 404 with "num_freed": 0 where none of them is there, as clients that tidy up expect it.

#include "api/core/api.h"
#include "api/core/kept_searches.h"
#include "api/search/parts/kept_ids.h"
#include "json/writer.h"

#include <string>
#include <vector>

namespace elkhorn::api::scroll_clear {
namespace {

Reply handle(const Call& call) {
    const std::vector<std::string> ids = ASK(kept_ids(call, "scroll_id"));
    if (ids.empty()) {
        return search::refuse("action_request_validation_exception",
                              "Validation Failed: 1: no scroll ids specified;");
    }
    KeptSearches& kept = *call.context().kept_searches;
    std::size_t freed = 0;
    for (const std::string& id : ids) {
        if (id == "_all")
            freed += kept.drop_all(KeptSearch::Kind::scroll).size();
        else
            freed += kept.drop(KeptSearch::Kind::scroll, id) ? 1 : 0;
    }
    json::Writer out;
    out.begin_object().member("succeeded", true).member("num_freed", freed).end_object();
    const bool none = freed == 0 && ids[0] != "_all";
    return json_response(out.take(), none ? 404 : 200);
}

constexpr Parameter parameters[] = {
    {"scroll_id", Takes::list},
};

constexpr Parameter members[] = {
    {"scroll_id", Takes::any},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/read/scroll/clear",
    .methods = "DELETE",
    .routes = "/_search/scroll /_search/scroll/{scroll_id}",
    .parameters = {parameters},
    .body = Body::members,
    .members = {members},
    .unknown_member = unknown_scroll_member,
    .handle = handle,
};

}  // namespace elkhorn::api::scroll_clear
