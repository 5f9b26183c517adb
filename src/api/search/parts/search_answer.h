// api/search/parts/search_answer.h -- the envelope around what search/ finds, for a search, the
// pages of a scroll and a search in a point in time.
//
// Keys come in Elasticsearch's order: [_scroll_id,] [pit_id,] took, timed_out, [terminated_early,]
// _shards, hits{total, max_score, hits}, aggregations.
#pragma once

#include "api/core/api.h"
#include "search/base/context.h"
#include "search/run/search.h"

#include <cstdint>
#include <functional>
#include <string>

namespace elkhorn::api {

struct SearchAnswer {
    bool typed_keys = false;
    bool total_as_number = false;
    bool partial = true;    // whether some indices may fail
    std::string scroll_id;  // empty: none
    std::string pit_id;     // empty: none
    /// Sees what was found before it is written; empty: nobody does.
    std::function<void(search::Found& found)> seen = {};
};

Reply answer_search(const Call& call, const search::Request& request,
                    const search::RequestContext& context, const SearchAnswer& answer,
                    std::int64_t started_ns);

}  // namespace elkhorn::api
