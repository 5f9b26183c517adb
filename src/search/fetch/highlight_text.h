// search/fetch/highlight_text.h -- the values of one field of one hit as fragments with marks, step
// by step as Lucene's unified highlighter makes them: words, passages around them by sentences,
// the best of those by BM25, and their texts.
//
//   Memory    32 bytes a marked word; fragments are taken from the context's AnswerRoom while they
//             grow.
#pragma once

#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/base/field.h"
#include "search/fetch/highlight.h"
#include "search/match/marks.h"

#include <string>
#include <vector>

namespace elkhorn::search {

Answer<std::vector<std::string>> highlight_texts(const GroupContext& context, const Field& field,
                                                 const std::vector<std::string>& values,
                                                 const FieldMarks& marks,
                                                 const HighlightOptions& options);

}  // namespace elkhorn::search
