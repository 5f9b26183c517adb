// search/match/text_match.h -- what `match` and its kin mean for one field or several: texts are
// cut into tokens, any other field takes the text as one value.
#pragma once

#include "search/match/field_terms.h"
#include "search/match/plan.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::search {

enum class MatchKind { words, phrase, phrase_prefix, words_prefix };

struct MatchOptions {
    MatchKind kind = MatchKind::words;
    bool all_words = false;    // operator and
    std::string should_match;  // minimum_should_match; empty: none
    std::string fuzziness;     // empty: none
    int prefix_length = 0;
    bool transpositions = true;
    bool lenient = false;            // values that do not fit the field find nothing
    bool empty_matches_all = false;  // zero_terms_query
    int slop = 0;
    std::uint32_t max_expansions = 50;
    std::string fuzzy_rewrite;  // by name; empty: the usual one
    std::string analyzer;       // in place of the field's; empty: none was named
    std::string query;          // whose option it is
};

/// A node, and its clauses where it is a bool of words. No node: the text held no word.
struct Words {
    NodePtr node;
    bool joined = false;
    Clauses clauses;
};

Answer<Words> match_words(const Scope& scope, std::string_view field, const Term& text,
                          const MatchOptions& options);
/// The same, no word matching nothing or everything as the options say.
Answer<NodePtr> match_node(const Scope& scope, std::string_view field, const Term& text,
                           const MatchOptions& options);

using Weights = std::vector<std::pair<std::string, float>>;  // field, boost

/// "message^2" and patterns, as the index has them. `all`: the default fields are meant.
Weights resolve_fields(const Scope& scope, const std::vector<std::string>& fields);
/// "message^2" as a name and a boost.
std::pair<std::string, float> split_boost(std::string_view field);

/// How many of `clauses` must match, by "2", "-1", "75%", "3<90%".
Answer<int> should_match_count(int clauses, std::string_view rule);

/// The edits that "AUTO", "AUTO:3,6", "1" allow for a word of that length.
int allowed_edits(std::string_view fuzziness, std::size_t length);

}  // namespace elkhorn::search
