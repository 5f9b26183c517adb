// search/match/word_expansion.h -- what a pattern or a misspelling stands for, written out as the
// words that there are: where they are to be scored one by one, or only the nearest count.
//
//   rewrite                      which words      scored
//   constant_score, ..._boolean  all              the query's boost
//   scoring_boolean              all, 1,024       each as its term
//   top_terms_N                  the best N       each as its term
//   top_terms_boost_N            the best N       each its boost
//   top_terms_blended_freqs_N    the best N       as if each were as common as the commonest
//
//   Cost      the words of every row group of the index once, while the query is planned.
#pragma once

#include "search/base/failure.h"
#include "search/base/field.h"
#include "search/match/plan.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace elkhorn::search {

struct Rewrite {
    enum class Kind : std::uint8_t { constant, scoring, top, top_boost, top_blended };

    Kind kind = Kind::constant;
    std::size_t most = 1024;
};

/// By its name; the empty one is `usual`. Refused in Elasticsearch's words, for an index.
Answer<Rewrite> rewrite_of(std::string_view name, const Rewrite& usual);

/// `pattern` as a node, scored as the rewrite says. The field has texts or keywords.
Answer<NodePtr> expanded(const Scope& scope, const Field& field, const TextTest& pattern,
                         const Rewrite& rewrite);

struct Fuzzy {
    std::string word;
    int edits = 0;
    int prefix_length = 0;
    bool transpositions = true;
    std::size_t max_expansions = 50;
    std::string rewrite;  // by name; empty: the best, blended
};

/// Words near one; the nearer, the more they count.
Answer<NodePtr> fuzzy_node(const Scope& scope, const Field& field, const Fuzzy& fuzzy);

}  // namespace elkhorn::search
