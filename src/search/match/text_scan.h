// search/match/text_scan.h -- patterns over texts that lie without a dictionary, one by one:
// messages, urls, all that is long and mostly different. Where the column has a token index, that
// says first which rows cannot have the pattern's literal pieces, so that few texts are read.
//
//   *connection refused*   "connection" is in a word that ends so, "refused" in one that begins so
//   *GET /a b*             besides, the words of "/a": what stands between blanks is cut alike in
//                          every text
//
//   Cost      a walk over the row group's words (some 10,000), then the texts that are left.
#pragma once

#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/match/plan.h"

#include <cstdint>

namespace elkhorn::search {

/// The rows with a text that passes. `longest` as in Field: longer ones do not count; 0: all do.
Answer<Bitmap> rows_with_passing_text(const GroupContext& context, const store::Column& column,
                                      std::uint32_t longest, const TextTest& test);

}  // namespace elkhorn::search
