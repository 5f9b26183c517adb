// search/match/patterns.h -- tests of texts by wildcards and by Lucene's regular expressions.
//
//   wildcard   * any characters, ? one, \ takes the next one as it is
//   regexp     Lucene's syntax, always over the whole text: . ? + * {n,m} | ( ) [ ] \ and, beyond
//              what is usual, @ (anything), # (nothing), "text", <1-99>, ~ (all but this) and &
//              (both), each as its flag says.
//
//   Cost       wildcard: text times pattern at worst; regexp: linear in the text (RE2, with ~ and &
//              a table of states), some MiB at most.
#pragma once

#include "search/base/failure.h"
#include "search/match/plan.h"
#include "search/words/regexp_automaton.h"

#include <string>
#include <string_view>

namespace elkhorn::search {

/// What a pattern may have in bytes, wherever it is given: a query, a query string, an include.
constexpr std::size_t longest_pattern = 1000;

Answer<TextTest> wildcard_test(std::string_view pattern, bool case_insensitive);
TextTest prefix_test(std::string_view prefix, bool case_insensitive);
/// Words so many edits away that begin alike; a word that is all beginning is looked for as it is.
TextTest fuzzy_test(std::string_view word, int edits, int prefix_length, bool transpositions);
/// Refused in the words of Lucene's parser.
Answer<TextTest> regexp_test(std::string_view pattern, bool case_insensitive,
                             const RegexpFlags& flags = {});

}  // namespace elkhorn::search
