// search/positions/word_search.h -- the words of a field that a prefix, a pattern, a range or a
// misspelling may mean, looked up before a question about places is asked: a walk along a row knows
// whole words alone.
//
//   Cost      the words of every row group of the index that may pass; no more than `most` are
//             kept.
#pragma once

#include "search/base/failure.h"
#include "search/base/field.h"
#include "search/match/plan.h"

#include <cstddef>
#include <string>
#include <vector>

namespace elkhorn::search::positions {

/// One more than `most` where there are more.
Answer<std::vector<std::string>> words_looked_for(const Scope& scope, const Field& field,
                                                  const Node& node, std::size_t most);

}  // namespace elkhorn::search::positions
