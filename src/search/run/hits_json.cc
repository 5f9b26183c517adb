#include "search/run/hits_json.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace elkhorn::search {
namespace {

void write_texts(json::Writer& out, const Hit& hit) {
    if (!hit.sort.empty()) {
        out.key("sort").begin_array();
        for (const std::string& value : hit.sort)
            out.raw(value);
        out.end_array();
    }
    if (hit.matched_queries.empty()) return;
    out.key("matched_queries").begin_array();
    for (const std::string& name : hit.matched_queries)
        out.value(name);
    out.end_array();
}

/// What stood in the hit is gone when it is in the answer.
void write_hit(json::Writer& out, const Request& request, Hit hit) {
    out.begin_object();
    if (request.explain) {
        out.member("_shard", fmt::format("[{}][0]", hit.index)).member("_node", "elkhorn");
    }
    out.member("_index", hit.index).member("_type", "_doc");
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
    write_texts(out, hit);
    if (!hit.explanation.empty()) out.key("_explanation").raw(hit.explanation);
    if (!hit.inner_hits.empty()) out.key("inner_hits").raw(hit.inner_hits);
    out.end_object();
}

void write_total(json::Writer& out, const Found& found, bool as_number) {
    if (!found.total_known) {
        if (as_number) out.member("total", -1);
        return;
    }
    out.key("total");
    if (as_number) {
        out.value(found.total);
        return;
    }
    out.begin_object()
        .member("value", found.total)
        .member("relation", found.total_is_lower_bound ? "gte" : "eq")
        .end_object();
}

}  // namespace

void write_hits(json::Writer& out, const Request& request, Found& found, bool total_as_number) {
    out.begin_object();
    write_total(out, found, total_as_number);
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

}  // namespace elkhorn::search
