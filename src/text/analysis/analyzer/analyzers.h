// text/analysis/analyzer/analyzers.h -- Elasticsearch's own analyzers as chains of tokenizers and
// filters: a row a language, "|" between the parts, each with its options.
#pragma once

#include <span>
#include <string_view>

namespace elkhorn::text {

struct AnalyzerKind {
    std::string_view name;
    /// "tokenizer | filter | filter key=value"; in a value "+" stands for a blank. `$stop` takes
    /// the options stopwords and stem_exclusion of the analyzer; `$keywords` likewise.
    std::string_view chain;
    std::string_view stopwords = "_none_";  // where the options name none
};

std::span<const AnalyzerKind> analyzer_kinds();

/// Null where there is none of that name.
const AnalyzerKind* find_analyzer(std::string_view name);

}  // namespace elkhorn::text
