// api/search/search.cc -- GET|POST /_search and /{index}/_search; with ?scroll=1m the first page of
// a scroll, with "pit" in the body a search in a point in time.
//
// With rest_total_hits_as_int the total is a bare, exact number.

#include "search/run/search.h"

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "api/core/index_names.h"
#include "api/core/kept_searches.h"
#include "api/core/parameters.h"
#include "api/search/parts/search_answer.h"
#include "api/search/parts/search_context.h"
#include "search/run/request_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace elkhorn::api::search {
namespace {

using elkhorn::search::Found;
using elkhorn::search::refuse;
using elkhorn::search::refuse_in_phase;
using elkhorn::search::Request;
using elkhorn::search::RequestContext;

elkhorn::search::Parameters request_parameters(const Call& call) {
    auto parameters = call.parameters_of(elkhorn::search::query_parameters);
    for (auto& one : call.parameters_of(elkhorn::search::page_parameters))
        parameters.push_back(std::move(one));
    return parameters;
}

bool asks_for_total(const Call& call, const event::Value& body) {
    return call.parameter("track_total_hits") ||
           (body.is(event::Kind::object) && body.as_object().find("track_total_hits") != nullptr);
}

/// A bare number has no room for "at least".
elkhorn::search::Answer<> count_exactly(const Call& call, const event::Value& body,
                                        Request& request) {
    if (!request.count_up_to) return {};
    const bool asked = asks_for_total(call, body);
    if (asked && *request.count_up_to > 0) {
        return refuse("illegal_argument_exception",
                      "[rest_total_hits_as_int] cannot be used if the tracking of total hits is "
                      "not accurate, got " +
                          std::to_string(*request.count_up_to));
    }
    if (!asked) request.count_up_to = std::nullopt;
    return {};
}

std::unexpected<elkhorn::search::Failure> not_possible(std::string reason) {
    auto failure = refuse_in_phase("search_exception", std::move(reason));
    failure.error().status = 500;
    return failure;
}

/// What a scroll cannot have.
elkhorn::search::Answer<> check_scroll(const Call& call, const event::Value& body,
                                       const Request& request, bool cached) {
    std::vector<std::string> wrong;
    if (asks_for_total(call, body) && request.count_up_to)
        wrong.emplace_back("disabling [track_total_hits] is not allowed in a scroll context");
    if (request.from > 0) wrong.emplace_back("using [from] is not allowed in a scroll context");
    if (cached) wrong.emplace_back("[request_cache] cannot be used in a scroll context");
    if (request.size == 0) wrong.emplace_back("[size] cannot be [0] in a scroll context");
    if (!request.rescores.empty())
        wrong.emplace_back("using [rescore] is not allowed in a scroll context");
    if (request.pit) wrong.emplace_back("using [point in time] is not allowed in a scroll context");
    if (!wrong.empty()) {
        std::string reason = "Validation Failed: ";
        for (std::size_t i = 0; i < wrong.size(); ++i)
            reason += fmt::format("{}: {};", i + 1, wrong[i]);
        return refuse("action_request_validation_exception", reason);
    }
    if (request.search_after)
        return not_possible("`search_after` cannot be used in a scroll context.");
    if (request.collapse) return not_possible("cannot use `collapse` in a scroll context");
    return {};
}

/// An order that is the same in every page: by place where the keys are equal.
void break_ties(Request& request) {
    if (request.sort.empty()) return;
    const bool has_place = std::ranges::any_of(
        request.sort, [](const auto& key) { return key->field == "_shard_doc"; });
    if (has_place) return;
    auto key = std::make_shared<elkhorn::search::Sort>();
    key->kind = elkhorn::search::Sort::Kind::row;
    key->field = "_shard_doc";
    request.sort.push_back(std::move(key));
    request.tie_breaker = true;
}

/// An index that counts for more is there, or a pattern.
elkhorn::search::Answer<> check_boosts(const Call& call, const Request& request) {
    for (const auto& boost : request.indices_boost) {
        if (boost.pattern.find('*') != std::string::npos) continue;
        if (!call.context().store->view(boost.pattern))
            return std::unexpected(index_not_found(boost.pattern));
    }
    return {};
}

elkhorn::search::Answer<> check_places(const Request& request, bool scroll) {
    if (request.slice && !scroll && !request.pit) {
        return not_possible("`slice` cannot be used outside of a scroll context");
    }
    const bool place = std::ranges::any_of(
        request.sort, [](const auto& key) { return key->field == "_shard_doc"; });
    if (place && !request.pit) {
        return refuse("action_request_validation_exception",
                      "Validation Failed: 1: [_shard_doc] sort field cannot be used without [point "
                      "in time];");
    }
    return {};
}

Reply first_page(const Call& call, Request request, RequestContext context, SearchAnswer answer,
                 std::int64_t started) {
    const auto keep_alive = keep_alive_of("scroll", *call.parameter("scroll"));
    if (!keep_alive) return std::unexpected(keep_alive.error());
    KeptSearches& kept = *call.context().kept_searches;
    request.count_up_to = std::nullopt;
    auto scroll = kept.keep(KeptSearch::Kind::scroll, context.indices, *keep_alive,
                            call.body().size(), *call.context().store, *call.context().clock);
    if (!scroll) return std::unexpected(scroll.error());
    KeptSearch& one = **scroll;
    const std::lock_guard<std::mutex> busy(one.busy);
    context.now_ms = one.now_ms;
    one.request = request;
    one.request.aggregations = nullptr;
    one.request.count_up_to = 0;
    one.typed_keys = answer.typed_keys;
    answer.scroll_id = one.id;
    answer.seen = [&one](Found& found) {
        one.request.behind = found.last;
        one.total = found.total;
        one.max_score = found.max_score;
    };
    Reply reply = answer_search(call, request, context, answer, started);
    if (!reply) kept.drop(KeptSearch::Kind::scroll, one.id);
    return reply;
}

Reply in_point_of_time(const Call& call, Request request, SearchAnswer answer,
                       std::int64_t started) {
    if (!call.path("index").empty()) {
        return refuse("action_request_validation_exception",
                      "Validation Failed: 1: [indices] cannot be used with point in time;");
    }
    std::int64_t keep_alive_ms = 0;
    if (!request.pit->keep_alive.empty()) {
        const auto given = keep_alive_of("pit", request.pit->keep_alive);
        if (!given) return std::unexpected(given.error());
        keep_alive_ms = *given;
    }
    const auto pit = call.context().kept_searches->find(
        KeptSearch::Kind::point_in_time, request.pit->id, keep_alive_ms, *call.context().clock);
    if (pit == nullptr) return std::unexpected(no_such_search(request.pit->id));
    break_ties(request);
    answer.pit_id = pit->id;
    return answer_search(call, request, search_context_of(call, pit->indices), answer, started);
}

Reply handle(const Call& call) {
    const std::int64_t started = call.context().clock->steady_ns();
    const auto body = call.json_body();
    if (!body) return std::unexpected(body.error());
    SearchAnswer answer;
    answer.total_as_number = call.flag("rest_total_hits_as_int", false);
    answer.typed_keys = call.flag("typed_keys", false);
    answer.partial = call.flag("allow_partial_search_results", true);
    auto request = elkhorn::search::parse_request(*body, request_parameters(call));
    if (!request) return std::unexpected(request.error());
    if (answer.total_as_number) ASK(count_exactly(call, *body, *request));
    const bool scroll = call.parameter("scroll").has_value();
    const bool cached = call.flag("request_cache", false);  // else nobody sees a difference
    if (scroll) ASK(check_scroll(call, *body, *request, cached));
    ASK(check_places(*request, scroll));
    ASK(check_boosts(call, *request));
    if (request->pit) return in_point_of_time(call, std::move(*request), answer, started);
    auto context = search_context(call);
    if (!context) return std::unexpected(context.error());
    if (scroll) return first_page(call, std::move(*request), *context, answer, started);
    return answer_search(call, *request, *context, answer, started);
}

constexpr Parameter parameters[] = {
    {"scroll", Takes::time},
    {"rest_total_hits_as_int", Takes::flag},
    {"typed_keys", Takes::flag},
    {"allow_partial_search_results", Takes::flag},
    {"request_cache", Takes::flag},
    {"batched_reduce_size", Takes::integer, Use::no_effect,
     "one node searches its row groups by itself"},
    {"search_type", Takes::one_of, Use::no_effect, "an index counts its words as a whole",
     "query_then_fetch dfs_query_then_fetch"},
    {"max_concurrent_shard_requests", Takes::integer, Use::no_effect,
     "one node searches its row groups by itself"},
    {"pre_filter_shard_size", Takes::integer, Use::no_effect,
     "one node searches its row groups by itself"},
    {"ccs_minimize_roundtrips", Takes::flag, Use::no_effect, "there is no other cluster"},
    {"include_type_name", Takes::flag, Use::no_effect, "hits have the one type _doc"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/read/search",
    .methods = "POST GET",
    .routes = "/_search /{index}/_search /{index}/{type}/_search",
    .parameters = {parameters, elkhorn::search::query_parameters, elkhorn::search::page_parameters,
                   index_parameters, one_node_parameters},
    .body = Body::members,
    .members = {elkhorn::search::page_members, elkhorn::search::search_members},
    .unknown_member = nullptr,
    .handle = handle,
};

}  // namespace elkhorn::api::search
