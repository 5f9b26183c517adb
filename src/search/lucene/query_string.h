// search/lucene/query_string.h -- what Lucene's query language and its simple sister mean against
// an index.
#pragma once

#include "search/match/plan.h"
#include "search/match/text_match.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search {

/// Which of the simple language's operators count: bits as Elasticsearch numbers them.
struct SimpleFlags {
    static constexpr unsigned all = 0x3ff;
    static constexpr unsigned conjunction = 1U << 0U;  // +
    static constexpr unsigned negation = 1U << 1U;     // -
    static constexpr unsigned disjunction = 1U << 2U;  // |
    static constexpr unsigned prefix = 1U << 3U;       // word*
    static constexpr unsigned phrase = 1U << 4U;       // "
    static constexpr unsigned precedence = 1U << 5U;   // ( )
    static constexpr unsigned escape = 1U << 6U;       // backslash
    static constexpr unsigned whitespace = 1U << 7U;
    static constexpr unsigned fuzzy = 1U << 8U;  // word~1
    static constexpr unsigned near = 1U << 9U;   // "a phrase"~1
};

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
    MatchKind kind = MatchKind::words;  // what words side by side are, by the type
    float tie_breaker = 0;
    bool cross_fields = false;
    bool escape = false;         // no operator counts
    std::string query;           // whose options they are
    std::string analyzer;        // in place of the fields' own; empty: none was named
    std::string quote_analyzer;  // the same of phrases; empty: analyzer
    std::string quote_suffix;    // phrases look into the fields of that name that there are
    int fuzzy_max_expansions = 50;
    bool fuzzy_transpositions = true;
    std::string rewrite;        // of patterns, by name; empty: the usual one
    std::string fuzzy_rewrite;  // of words nearly alike
    unsigned flags = SimpleFlags::all;
};

Answer<NodePtr> plan_query_string(const Scope& scope, std::string_view text,
                                  const LanguageOptions& options);
Answer<NodePtr> plan_simple_query_string(const Scope& scope, std::string_view text,
                                         const LanguageOptions& options);

/// One text over several fields: each field's best, joined as multi_match says.
Answer<NodePtr> match_fields(const Scope& scope,
                             const std::vector<std::pair<std::string, float>>& fields,
                             const std::string& text, const MatchOptions& options,
                             float tie_breaker, bool cross_fields);

/// The fields with the suffix behind their names, where there are such.
Weights with_suffix(const Scope& scope, Weights fields, const std::string& suffix);

/// As the analyzer that is named would write it; nobody named one: as the field's does.
Answer<std::string> written_as(const Scope& scope, const Field& field, std::string_view text,
                               const LanguageOptions& options);

}  // namespace elkhorn::search
