// search/suggest/suggest_members.h -- what a suggestion and its suggesters take.
#pragma once

#include "base/parameter.h"

namespace elkhorn::search {

inline constexpr Parameter suggestion_members[] = {
    {"text", Takes::text},
    {"term", Takes::object},
    {"phrase", Takes::object, Use::refused, "only single words are suggested: ask for [term]"},
    {"completion", Takes::object},
    {"prefix", Takes::text},
    {"regex", Takes::text},
};

inline constexpr Parameter completion_members[] = {
    {"field", Takes::text},
    {"analyzer", Takes::text, Use::no_effect, "a prefix is cut as the field says"},
    {"size", Takes::integer},
    {"shard_size", Takes::integer, Use::no_effect, "all inputs are looked at"},
    {"skip_duplicates", Takes::flag},
    {"fuzzy", Takes::any},
    {"regex", Takes::object, Use::no_effect,
     "patterns have one syntax here, and bounds of their own"},
    {"contexts", Takes::object, Use::refused, "inputs have no contexts: put them into the inputs",
     "{}"},
};

inline constexpr Parameter completion_fuzzy_members[] = {
    {"fuzziness", Takes::any},
    {"transpositions", Takes::flag},
    {"min_length", Takes::integer},
    {"prefix_length", Takes::integer},
    {"unicode_aware", Takes::flag, Use::no_effect, "characters are counted either way"},
    {"max_determinized_states", Takes::integer, Use::no_effect, "there is no automaton"},
};

inline constexpr Parameter term_suggester_members[] = {
    {"text", Takes::text},
    {"field", Takes::text},
    {"analyzer", Takes::text},
    {"size", Takes::integer},
    {"shard_size", Takes::integer},
    {"sort", Takes::one_of, Use::used, {}, "score frequency"},
    {"suggest_mode", Takes::one_of, Use::used, {}, "missing popular always"},
    {"accuracy", Takes::real},
    {"max_edits", Takes::integer},
    {"max_inspections", Takes::integer},
    {"max_term_freq", Takes::real},
    {"min_doc_freq", Takes::real},
    {"prefix_length", Takes::integer},
    {"min_word_length", Takes::integer},
    {"string_distance",
     Takes::one_of,
     Use::used,
     {},
     "internal damerau_levenshtein levenshtein jaro_winkler ngram"},
};

}  // namespace elkhorn::search
