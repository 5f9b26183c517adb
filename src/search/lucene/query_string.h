// search/lucene/query_string.h -- what Lucene's query language and its simple sister mean against
// an index.
#pragma once

#include "search/match/plan.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search {

/// The options of query_string and simple_query_string.
struct LanguageOptions {
    std::vector<std::string> fields;           // "message^2", patterns; empty: default_field
    std::optional<std::string> default_field;  // nothing or "*": all
    bool all_words = false;                    // default_operator and
    std::optional<bool> lenient;               // nothing: when all fields are meant
    std::string time_zone;
    std::string should_match;
    std::string fuzziness = "AUTO";
    int fuzzy_prefix_length = 0;
    int phrase_slop = 0;
    bool leading_wildcard = true;
    bool phrases = false;  // type phrase
    float tie_breaker = 0;
    bool cross_fields = false;
};

Answer<NodePtr> plan_query_string(const Scope& scope, std::string_view text,
                                  const LanguageOptions& options);
Answer<NodePtr> plan_simple_query_string(const Scope& scope, std::string_view text,
                                         const LanguageOptions& options);

/// One text over several fields: each field's best, joined as multi_match says.
Answer<NodePtr> match_fields(const Scope& scope,
                             const std::vector<std::pair<std::string, float>>& fields,
                             const std::string& text, const struct MatchOptions& options,
                             float tie_breaker, bool cross_fields);

}  // namespace elkhorn::search
