// search/suggest/suggest_members.h -- what a suggestion and its suggesters take.
#pragma once

#include "base/parameter.h"

namespace elkhorn::search {

inline constexpr Parameter suggestion_members[] = {
    {"text", Takes::text},
    {"term", Takes::object},
    {"phrase", Takes::object, Use::refused, "only single words are suggested: ask for [term]"},
    {"completion", Takes::object, Use::refused,
     "there are no completion fields: ask a prefix query, or a search_as_you_type field"},
    {"prefix", Takes::text, Use::refused, "it is [completion]'s, and there are no such fields"},
    {"regex", Takes::text, Use::refused, "it is [completion]'s, and there are no such fields"},
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
