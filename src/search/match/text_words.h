// search/match/text_words.h -- the words of a field's texts: which rows have one, how many rows of
// an index do, and which words there are at all.
//
// A token index answers where there is one; elsewhere the distinct values of the dictionary are cut
// into words by the field's analyzer.
//
//   Cost      with a token index: what the words asked about cost; without one: every distinct
//             value of the row group is cut once for each question.
#pragma once

#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/base/field.h"
#include "search/match/plan.h"

#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search {

/// The column of texts to look at: the field's own, or its misfits. Null: there is none.
const store::Column* text_column(const GroupContext& context, const Field& field);

/// The rows with an ordinal for which `wanted` is set.
Bitmap rows_of_ordinals(const Keywords& words, const std::vector<char>& wanted, std::uint32_t rows);

/// The rows with a word that passes.
Answer<Bitmap> rows_with_tokens(const GroupContext& context, const store::Column& column,
                                const text::Analyzer* analyzer, const TextTest& test);
Answer<Bitmap> rows_with_token(const GroupContext& context, const store::Column& column,
                               const text::Analyzer* analyzer, std::string_view token);

/// How many rows of the index have the word.
Answer<double> token_frequency(Statistics& statistics, const Field& field,
                               const std::string& token);

/// The words of the index that pass, in order, each with how many rows have it. Once more than
/// `most` were found the rest is not looked for.
Answer<std::map<std::string, double>> tokens_that_pass(
    const Statistics& statistics, const Field& field, const TextTest& test,
    std::size_t most = std::numeric_limits<std::size_t>::max());

}  // namespace elkhorn::search
