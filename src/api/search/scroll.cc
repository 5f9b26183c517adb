// api/search/scroll.cc -- GET|POST /_search/scroll: the next page of a scroll.
//
// The id stays the same. The page begins behind the last hit of the page before, in the indices as
// they were at the scroll's beginning; a page that fails can be asked for again. An empty one ends
// the scroll.

#include "api/core/api.h"
#include "api/core/kept_searches.h"
#include "api/search/parts/kept_ids.h"
#include "api/search/parts/search_answer.h"
#include "api/search/parts/search_context.h"

#include <memory>
#include <string>
#include <utility>

namespace elkhorn::api::scroll {
namespace {

struct Asked {
    std::string id;
    std::int64_t keep_alive_ms = 0;  // 0: as long as before
};

search::Answer<Asked> read(const Call& call) {
    Asked asked;
    auto ids = ASK(kept_ids(call, "scroll_id"));
    if (ids.size() > 1)
        return search::refuse("illegal_argument_exception", "one scroll_id, please, not several");
    if (!ids.empty()) asked.id = std::move(ids[0]);
    if (asked.id.empty()) {
        return search::refuse("action_request_validation_exception",
                              "Validation Failed: 1: scrollId is missing;");
    }
    std::string keep_alive(call.parameter("scroll").value_or(""));
    const event::Value body = ASK(call.json_body());
    if (body.is(event::Kind::object)) {
        const event::Value* const given = body.as_object().find("scroll");
        if (given != nullptr && given->is(event::Kind::string)) keep_alive = given->as_string();
    }
    if (!keep_alive.empty()) asked.keep_alive_ms = ASK(keep_alive_of("scroll", keep_alive));
    return asked;
}

Reply handle(const Call& call) {
    const std::int64_t started = call.context().clock->steady_ns();
    const bool total_as_number = call.flag("rest_total_hits_as_int", false);
    const Asked asked = ASK(read(call));
    const auto scroll = call.context().kept_searches->find(
        KeptSearch::Kind::scroll, asked.id, asked.keep_alive_ms, *call.context().clock);
    if (scroll == nullptr) return std::unexpected(no_such_search(asked.id));
    const std::lock_guard<std::mutex> busy(scroll->busy);
    SearchAnswer answer;
    answer.typed_keys = scroll->typed_keys;
    answer.total_as_number = total_as_number;
    answer.scroll_id = scroll->id;
    std::shared_ptr<const search::HitPlace> last = scroll->request.behind;
    bool over = false;
    answer.seen = [&](search::Found& found) {
        over = found.hits.empty();
        if (found.last) last = found.last;
        found.total = scroll->total;
        found.total_known = true;
        found.max_score = scroll->max_score;
    };
    auto context = search_context_of(call, scroll->indices);
    context.now_ms = scroll->now_ms;
    Reply reply = answer_search(call, scroll->request, context, answer, started);
    if (!reply) return reply;
    scroll->request.behind = std::move(last);
    if (over) call.context().kept_searches->drop(KeptSearch::Kind::scroll, scroll->id);
    return reply;
}

constexpr Parameter parameters[] = {
    {"scroll", Takes::time},
    {"scroll_id", Takes::text},
    {"rest_total_hits_as_int", Takes::flag},
};

constexpr Parameter members[] = {
    {"scroll", Takes::text},
    {"scroll_id", Takes::any},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/read/scroll",
    .methods = "POST GET",
    .routes = "/_search/scroll /_search/scroll/{scroll_id}",
    .parameters = {parameters},
    .body = Body::members,
    .members = {members},
    .unknown_member = unknown_scroll_member,
    .handle = handle,
};

}  // namespace elkhorn::api::scroll
