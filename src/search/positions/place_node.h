// search/positions/place_node.h -- the nodes of questions about places: only rows that have all the
// words without which there is no match are read, and a row's score comes from all its matches.
//
//   intervals   boost * f / (f + 1), f the sum of 1 / (1 + places beyond the least extent)
//   spans       BM25 of all words together, f the sum of 1 / (1 + width)
#pragma once

#include "search/match/plan.h"
#include "search/positions/interval_tree.h"
#include "search/positions/span_tree.h"
#include "search/positions/word_list.h"

#include <cstddef>
#include <memory>

namespace elkhorn::search::positions {

using WordsPtr = std::shared_ptr<const WordList>;

NodePtr interval_node(WordsPtr words, IntervalsPtr tree);

/// `field` (its number in the list): whose lengths and counts the score is reckoned with.
NodePtr span_node(WordsPtr words, SpansPtr tree, std::size_t field);

}  // namespace elkhorn::search::positions
