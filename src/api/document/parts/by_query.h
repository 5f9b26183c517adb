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

constexpr std::string_view by_query_parameters =
    "q df analyzer analyze_wildcard default_operator lenient from size max_docs sort conflicts "
    "refresh scroll scroll_size search_type search_timeout slices timeout terminate_after stats "
    "version request_cache routing preference requests_per_second wait_for_completion "
    "wait_for_active_shards pipeline _source _source_includes _source_excludes ignore_unavailable "
    "allow_no_indices expand_wildcards";

/// `action` is store::Action::remove, or index: the document as it is, again.
Reply by_query(const Call& call, store::Action action);

}  // namespace elkhorn::api
