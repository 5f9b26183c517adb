// search/run/search.h -- the whole of a _search body: query, page, order, sources, totals,
// aggregations.
//
//   const Answer<Request> request = parse_request(body, parameters);
//   const Answer<Result> answer = run(*request, context);
//
// The result is values and ready JSON pieces; api/search writes the envelope around them.
#pragma once

#include "event/value.h"
#include "search/agg/core/aggregations.h"
#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/fetch/highlight.h"
#include "search/fetch/page.h"
#include "search/fetch/script_fields.h"
#include "search/match/query.h"
#include "search/run/rescore.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::search {

struct CollapseRequest;  // collapse.h
struct HitPlace;         // best_hits.h
class SuggestRequest;    // suggest/suggest.h
struct RuntimeFields;    // runtime/runtime_fields.h
struct Slice;            // slice.h

/// Scores in the indices that match the pattern count so much more.
struct IndexBoost {
    std::string pattern;
    float boost = 1;
};

/// "pit": a moment that was kept for searches.
struct PointInTime {
    std::string id;
    std::string keep_alive;  // empty: as it is
};

struct Request : Page {
    QueryPtr query = match_all();
    QueryPtr post_filter;                               // null: none
    std::shared_ptr<const HighlightRequest> highlight;  // null: none
    ScriptFieldList script_fields;
    std::shared_ptr<const event::Value> search_after;  // an array; null: none
    std::shared_ptr<event::Arena> arena;               // of search_after and other kept values
    std::optional<std::int64_t> count_up_to = 10'000;  // nothing: exact; 0: totals are left out
    std::optional<double> min_score;
    std::int64_t terminate_after = 0;
    std::int64_t timeout_ms = 0;
    std::shared_ptr<const event::Value> aggregations;  // null: none
    std::shared_ptr<const CollapseRequest> collapse;   // null: none
    std::vector<Rescore> rescores;
    std::vector<IndexBoost> indices_boost;
    std::shared_ptr<const Slice> slice;      // null: everything
    std::shared_ptr<const HitPlace> behind;  // only hits that come behind; null: all
    std::optional<PointInTime> pit;
    std::shared_ptr<const SuggestRequest> suggest;        // null: none
    std::shared_ptr<const RuntimeFields> runtime_fields;  // null: none
    bool profile = false;
    bool explain = false;
    bool tie_breaker = false;  // the last key was added, and search_after may lack it
};

/// URL parameters, decoded, in order; those that are not of a search are ignored here (api checks
/// names).
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// `body` is null or an object. Parameters win over the body where Elasticsearch lets them.
Answer<Request> parse_request(const event::Value& body, const Parameters& parameters);

struct Hit {
    std::string index;
    std::string id;
    std::optional<float> score;  // nothing: null
    std::int64_t version = 0;
    std::int64_t seq_no = 0;
    std::string source;                        // JSON; empty: not shown
    std::string fields;                        // members of "fields", JSON with braces; empty: none
    std::string highlight;                     // the same
    std::vector<std::string> sort;             // each value as JSON
    std::vector<std::string> matched_queries;  // _name of those that match it
    std::string inner_hits;                    // JSON with braces; empty: none asked for
    std::string explanation;                   // the same
};

/// What a hit takes.
inline std::uint64_t bytes_of(const Hit& hit) {
    std::uint64_t bytes = sizeof(Hit) + hit.source.size() + hit.fields.size() +
                          hit.highlight.size() + hit.explanation.size();
    for (const auto* texts : {&hit.sort, &hit.matched_queries}) {
        for (const std::string& text : *texts)
            bytes += sizeof(std::string) + text.size();
    }
    return bytes;
}

struct Found {
    std::int64_t total = 0;
    bool total_is_lower_bound = false;
    bool total_known = true;
    std::optional<float> max_score;  // nothing: null
    std::vector<Hit> hits;
    std::string aggregations;  // the object as JSON; empty: none asked for
    std::string suggest;       // the same
    std::string profile;       // the same
    bool timed_out = false;
    bool terminated_early = false;
    std::shared_ptr<const HitPlace> last;  // of the page; null: it has no hits
    std::vector<Failure> failures;         // of indices that could not answer where others did
};

Answer<Found> run(const Request& request, const RequestContext& context, bool typed_keys);

/// Documents that match; for _count.
Answer<std::uint64_t> count(const QueryPtr& query, const RequestContext& context);

}  // namespace elkhorn::search
