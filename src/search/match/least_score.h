// search/match/least_score.h -- the rows of a node whose scores reach a least one: for queries
// with a min_score of their own.
#pragma once

#include "search/match/plan.h"

namespace elkhorn::search {

/// Scores each of `rows` by a scorer of its own, which has that boost.
Answer<Bitmap> rows_with_score(const Node& node, const GroupContext& context, const Bitmap& rows,
                               double least, float boost);

}  // namespace elkhorn::search
