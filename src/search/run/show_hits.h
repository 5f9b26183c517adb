// search/run/show_hits.h -- the page of a search's hits: what of its documents was asked for.
#pragma once

#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/run/best_hits.h"
#include "search/run/search.h"

#include <vector>

namespace elkhorn::search {

/// In the order of `hits`. Documents are read row group by row group and row by row, for blocks are
/// decoded once then. `scores`: whether they are shown.
Answer<std::vector<Hit>> show_hits(const Request& request, const RequestContext& context,
                                   bool scores, const std::vector<Candidate>& hits);

}  // namespace elkhorn::search
