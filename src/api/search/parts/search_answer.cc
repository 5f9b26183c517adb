#include "api/search/parts/search_answer.h"

#include "api/core/error_body.h"
#include "api/core/index_names.h"
#include "api/search/parts/search_context.h"
#include "json/writer.h"
#include "search/run/hits_json.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace elkhorn::api {
namespace {

using search::Failure;

/// Indices that could not answer stand beside those that could, each as its failed shards.
void write_search_shards(json::Writer& out, const search::RequestContext& context,
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

/// Nothing was searched: an empty answer with a score of 0, as Elasticsearch gives it.
void write_empty(json::Writer& out, bool total_as_number) {
    out.begin_object().key("total");
    if (total_as_number)
        out.value(0);
    else
        out.begin_object().member("value", 0).member("relation", "eq").end_object();
    out.member("max_score", 0.0).key("hits").begin_array().end_array().end_object();
}

void write_beginning(json::Writer& out, const Call& call, const SearchAnswer& answer,
                     std::int64_t started_ns) {
    if (!answer.scroll_id.empty()) out.member("_scroll_id", answer.scroll_id);
    if (!answer.pit_id.empty()) out.member("pit_id", answer.pit_id);
    out.member("took", (call.context().clock->steady_ns() - started_ns) / 1'000'000);
}

}  // namespace

Reply answer_search(const Call& call, const search::Request& request,
                    const search::RequestContext& context, const SearchAnswer& answer,
                    std::int64_t started_ns) {
    auto found = search::run(request, context, answer.typed_keys);
    if (!found) return std::unexpected(found.error());
    if (!found->failures.empty() && !answer.partial)
        return std::unexpected(found->failures.front());
    if (answer.seen) answer.seen(*found);
    const auto& room = context.answer;
    json::Writer out;
    out.reserve(room->text_bytes());
    out.begin_object();
    write_beginning(out, call, answer, started_ns);
    out.member("timed_out", found->timed_out);
    if (found->terminated_early) out.member("terminated_early", true);
    write_search_shards(out, context, found->failures);
    out.key("hits");
    if (context.indices.empty())
        write_empty(out, answer.total_as_number);
    else
        search::write_hits(out, request, *found, answer.total_as_number);
    if (!found->aggregations.empty() && !context.indices.empty())
        out.key("aggregations").raw(found->aggregations);
    if (!found->suggest.empty() && !context.indices.empty()) out.key("suggest").raw(found->suggest);
    if (!found->profile.empty() && !context.indices.empty()) out.key("profile").raw(found->profile);
    out.end_object();
    http::Response response = json_response(out.take());
    room->keep(response.body.capacity());
    response.held = room;
    return response;
}

}  // namespace elkhorn::api
