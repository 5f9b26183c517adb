// search/run/expand_groups.h -- inner_hits that are searches of their own, for each hit and each of
// them: of a collapsed search those that share its value, of has_child and has_parent its
// relatives.
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

/// The same for relatives.
Answer<> expand_relatives(const RequestContext& context, const std::vector<Candidate>& candidates,
                          std::vector<Hit>& hits);

}  // namespace elkhorn::search
