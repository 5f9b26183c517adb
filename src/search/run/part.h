// search/run/part.h -- one index in a search: its query planned, the columns of its sort, its
// scores.
#pragma once

#include "search/fetch/highlight.h"
#include "search/fetch/inner_hits.h"
#include "search/fetch/script_fields.h"
#include "search/match/bm25.h"
#include "search/match/plan.h"
#include "search/run/collapse.h"
#include "search/run/profile_json.h"
#include "search/run/rescore.h"
#include "search/run/search.h"
#include "search/run/slice.h"
#include "search/sort/sort.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace elkhorn::search {

struct Part {
    const store::IndexView* index = nullptr;
    std::size_t number = 0;                // of the index in the request
    std::unique_ptr<PartProfile> profile;  // null: nobody asks; nodes write into it
    NodePtr node;
    NodePtr post_filter;
    std::vector<std::pair<std::string, NodePtr>> named;
    std::vector<InnerHits> inner_hits;
    std::vector<RelativeHits> relative_hits;
    std::unique_ptr<Highlighter> highlighter;     // null: nobody asks
    std::unique_ptr<ScriptFields> script_fields;  // the same
    std::unique_ptr<Statistics> statistics;       // null: scores are constant, or nobody asks
    std::unique_ptr<RowScorer> scorer;            // null: the same
    float constant = 1;
    std::vector<std::unique_ptr<SortColumn>> columns;  // by key; null for _score
    bool sorts_by_scores = false;                      // a column of a script looks at them
    std::vector<SortValue> after;                      // of search_after
    std::unique_ptr<CollapseColumn> collapse;          // null: nobody asks
    std::unique_ptr<SliceRows> slice;                  // null: all rows
    std::vector<PlannedRescore> rescores;
    std::int64_t collected = 0;  // of terminate_after
};

/// What of a request decides how a part is planned.
struct PartNeeds {
    bool hits = true;
    bool scores = true;
};

/// `index` and `request` outlive it.
Answer<std::unique_ptr<Part>> plan_part(const Request& request, const RequestContext& context,
                                        const store::IndexView& index, std::size_t number,
                                        PartNeeds needs);

}  // namespace elkhorn::search
