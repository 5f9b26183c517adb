// api/document/parts/by_query.h -- what _delete_by_query and _update_by_query share: a query, and
// every document it finds written again or deleted, unless somebody was there first.
//
// The documents are those of one moment, the request's. Each is written with the sequence number
// it had then: where it has another by now, that is a version conflict, which ends the request
// with the batch it is in (`conflicts=abort`) or is counted (`conflicts=proceed`). What was done
// until then stays done.
#pragma once

#include "api/core/api.h"

namespace elkhorn::api {

inline constexpr Parameter by_query_parameters[] = {
    {"conflicts", Takes::text},
    {"max_docs", Takes::integer},
    {"size", Takes::integer},
    {"scroll_size", Takes::integer},
    {"requests_per_second", Takes::text},
    {"refresh", Takes::flag},
    {"from", Takes::integer},
    {"wait_for_completion", Takes::flag, Use::refused,
     "there are no tasks yet: the answer comes when all is done", "true"},
    {"pipeline", Takes::text, Use::refused, "ingest pipelines are not there yet", "_none"},
    {"slices", Takes::text, Use::no_effect, "the disk is the limit, not the number of threads"},
    {"scroll", Takes::time, Use::no_effect, "the documents are those of one moment"},
    {"sort", Takes::list, Use::no_effect, "every document that matches is changed"},
    {"search_type", Takes::one_of, Use::no_effect, "no scores are counted",
     "query_then_fetch dfs_query_then_fetch"},
    {"search_timeout", Takes::time, Use::no_effect, "it is never ended halfway"},
    {"timeout", Takes::time, Use::no_effect, "it is never ended halfway"},
    {"terminate_after", Takes::integer, Use::refused, "say max_docs", "0"},
    {"stats", Takes::list, Use::no_effect, "no statistics are kept by group"},
    {"version", Takes::flag, Use::no_effect, "no document is shown"},
    {"request_cache", Takes::flag, Use::no_effect, "what is kept is never out of date"},
    {"wait_for_active_shards", Takes::text, Use::no_effect, "there is one copy of every row"},
    {"_source", Takes::list, Use::no_effect, "no document is shown"},
    {"_source_includes", Takes::list, Use::no_effect, "no document is shown"},
    {"_source_excludes", Takes::list, Use::no_effect, "no document is shown"},
};

inline constexpr Parameter by_query_members[] = {
    {"query", Takes::object},
    {"script", Takes::any},
    {"conflicts", Takes::text},
    {"max_docs", Takes::integer},
    {"size", Takes::integer, Use::no_effect, "say max_docs"},
    {"sort", Takes::any, Use::no_effect, "every document that matches is changed"},
    {"slice", Takes::object, Use::refused, "a request is not sliced yet"},
};

/// `action` is store::Action::remove, or index: the document as it is, again.
Reply by_query(const Call& call, store::Action action);

}  // namespace elkhorn::api
