// search/run/expand_groups.h -- the inner_hits of a collapsed search: for each hit, and each of
// them, a search among those that share its value.
#pragma once

#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/run/best_hits.h"
#include "search/run/search.h"

#include <vector>

namespace elkhorn::search {

/// `hits` are the shown `candidates`, in their order.
Answer<> expand_groups(const Request& request, const RequestContext& context,
                       const std::vector<Candidate>& candidates, std::vector<Hit>& hits);

}  // namespace elkhorn::search
