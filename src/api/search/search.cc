// api/search/search.cc -- GET|POST /_search and /{index}/_search: the envelope around what search/
// finds.
//
// Keys come in Elasticsearch's order: took, timed_out, [terminated_early,] _shards, hits{total,
// max_score, hits}, aggregations. With rest_total_hits_as_int the total is a bare, exact number.

#include "search/run/search.h"

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "api/search/parts/search_context.h"
#include "json/writer.h"
#include "search/run/request_tables.h"

#include <algorithm>

namespace elkhorn::api::search {
namespace {

using elkhorn::search::Failure;
using elkhorn::search::Found;
using elkhorn::search::Hit;
using elkhorn::search::Request;
using elkhorn::search::RequestContext;

/// What stood in the hit is gone when it is in the answer.
void write_hit(json::Writer& out, const Request& request, Hit hit) {
    out.begin_object().member("_index", hit.index).member("_type", "_doc");
    if (!request.stored_fields_none) out.member("_id", hit.id);
    if (request.version) out.member("_version", hit.version);
    if (request.seq_no) out.member("_seq_no", hit.seq_no).member("_primary_term", 1);
    out.key("_score");
    if (hit.score)
        out.value(*hit.score);
    else
        out.null();
    if (!hit.source.empty()) out.key("_source").raw(hit.source);
    if (!hit.fields.empty()) out.key("fields").raw(hit.fields);
    if (!hit.highlight.empty()) out.key("highlight").raw(hit.highlight);
    if (!hit.sort.empty()) {
        out.key("sort").begin_array();
        for (const std::string& value : hit.sort)
            out.raw(value);
        out.end_array();
    }
    if (!hit.matched_queries.empty()) {
        out.key("matched_queries").begin_array();
        for (const std::string& name : hit.matched_queries)
            out.value(name);
        out.end_array();
    }
    if (!hit.inner_hits.empty()) out.key("inner_hits").raw(hit.inner_hits);
    out.end_object();
}

/// Indices that could not answer stand beside those that could, each as its failed shards.
void write_search_shards(json::Writer& out, const RequestContext& context,
                         const std::vector<Failure>& failures) {
    const std::int64_t total = all_shards(context);
    std::int64_t failed = 0;
    for (const auto& index : context.indices) {
        const bool fails = std::ranges::any_of(
            failures, [&](const Failure& failure) { return failure.index == index->name; });
        if (fails) failed += shards_of(*index);
    }
    out.key("_shards").begin_object().member("total", total).member("successful", total - failed);
    out.member("skipped", 0).member("failed", failed);
    if (!failures.empty()) {
        out.key("failures").begin_array();
        for (const Failure& failure : failures)
            write_shard_failure(out, failure);
        out.end_array();
    }
    out.end_object();
}

void write_hits(json::Writer& out, const Request& request, Found& found, bool total_as_number) {
    out.key("hits").begin_object();
    if (found.total_known) {
        out.key("total");
        if (total_as_number)
            out.value(found.total);
        else
            out.begin_object()
                .member("value", found.total)
                .member("relation", found.total_is_lower_bound ? "gte" : "eq")
                .end_object();
    } else if (total_as_number) {
        out.member("total", -1);
    }
    out.key("max_score");
    if (found.max_score)
        out.value(*found.max_score);
    else
        out.null();
    out.key("hits").begin_array();
    for (Hit& hit : found.hits)
        write_hit(out, request, std::move(hit));
    out.end_array().end_object();
}

/// Nothing was searched: an empty answer with a score of 0, as Elasticsearch gives it.
void write_empty(json::Writer& out, bool total_as_number) {
    out.key("hits").begin_object().key("total");
    if (total_as_number)
        out.value(0);
    else
        out.begin_object().member("value", 0).member("relation", "eq").end_object();
    out.member("max_score", 0.0).key("hits").begin_array().end_array().end_object();
}

elkhorn::search::Parameters request_parameters(const Call& call) {
    auto parameters = call.parameters_of(elkhorn::search::query_parameters);
    for (auto& one : call.parameters_of(elkhorn::search::page_parameters))
        parameters.push_back(std::move(one));
    return parameters;
}

Reply handle(const Call& call) {
    const std::int64_t started = call.context().clock->steady_ns();
    const auto body = call.json_body();
    if (!body) return std::unexpected(body.error());
    const bool total_as_number = call.flag("rest_total_hits_as_int", false);
    const bool typed_keys = call.flag("typed_keys", false);
    const bool partial = call.flag("allow_partial_search_results", true);
    auto request = elkhorn::search::parse_request(*body, request_parameters(call));
    if (!request) return std::unexpected(request.error());
    if (total_as_number && request->count_up_to) {
        const bool asked = call.parameter("track_total_hits") ||
                           (body->is(event::Kind::object) &&
                            body->as_object().find("track_total_hits") != nullptr);
        if (asked && *request->count_up_to > 0) {
            return elkhorn::search::refuse("illegal_argument_exception",
                                           "[rest_total_hits_as_int] cannot be used if the "
                                           "tracking of total hits is not accurate, got " +
                                               std::to_string(*request->count_up_to));
        }
        if (!asked) request->count_up_to = std::nullopt;
    }
    auto context = search_context(call);
    if (!context) return std::unexpected(context.error());
    if (request->timeout_ms > 0) {
        context->deadline_ns =
            std::min(context->deadline_ns, started + request->timeout_ms * 1'000'000);
    }
    const auto& room = context->answer;
    auto found = elkhorn::search::run(*request, *context, typed_keys);
    if (!found) return std::unexpected(found.error());
    if (!found->failures.empty() && !partial) return std::unexpected(found->failures.front());
    json::Writer out;
    out.reserve(room->text_bytes());
    out.begin_object().member("took", (call.context().clock->steady_ns() - started) / 1'000'000);
    out.member("timed_out", found->timed_out);
    if (found->terminated_early) out.member("terminated_early", true);
    write_search_shards(out, *context, found->failures);
    if (context->indices.empty())
        write_empty(out, total_as_number);
    else
        write_hits(out, *request, *found, total_as_number);
    if (!found->aggregations.empty() && !context->indices.empty())
        out.key("aggregations").raw(found->aggregations);
    out.end_object();
    http::Response response = json_response(out.take());
    room->keep(response.body.capacity());
    response.held = room;
    return response;
}

constexpr Parameter parameters[] = {
    {"rest_total_hits_as_int", Takes::flag},
    {"typed_keys", Takes::flag},
    {"allow_partial_search_results", Takes::flag},
    {"request_cache", Takes::flag, Use::no_effect, "what is kept is never out of date"},
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
