// text/analysis/core/library.h -- all analyzers, normalizers, tokenizers and filters that one index
// can name: Elasticsearch's own, and those of its settings, flat and without "analysis.":
//
//   {"analyzer.my.tokenizer": "standard", "analyzer.my.filter": "[\"lowercase\",\"short\"]",
//    "filter.short.type": "length", "filter.short.max": "5"}
//
// `check` says what Elasticsearch says when an index is made. A component without a name (of
// `_analyze`) is added under one.
//
//   Cost      a chain is built whenever it is asked for.
#pragma once

#include "text/analysis/core/chain.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::text {

/// A chain, and what a mapping keeps of it.
struct BuiltChain {
    Chain chain;
    bool custom = false;  // made of named parts, which `explain` shows one by one
    std::int32_t position_increment_gap = 100;
};

class Library {
public:
    explicit Library(const OptionMap& settings, AnalysisLimits limits = {});

    /// Everything in the settings can be built; else why not.
    Made<> check() const;

    bool has_analyzer(std::string_view name) const;
    /// Whether the settings have it.
    bool has_own_analyzer(std::string_view name) const;
    bool has_normalizer(std::string_view name) const;
    Made<BuiltChain> analyzer(std::string_view name) const;
    Made<BuiltChain> normalizer(std::string_view name) const;

    /// The parts of a chain of `_analyze`: `kind` is analyzer, tokenizer, filter or char_filter.
    struct Asked {
        std::string tokenizer;  // empty: the whole text, as a normalizer has it
        std::vector<std::string> char_filters;
        std::vector<std::string> filters;
    };

    /// `scope` stands in errors: " global" without an index.
    Made<BuiltChain> asked(const Asked& asked, std::string_view scope) const;
    /// Adds a component and gives its name, "__anonymous__TYPE".
    std::string add(std::string_view kind, OptionMap options);

    /// A text that `of_specification` makes the same chain of, wherever it is read.
    Made<std::string> specification(std::string_view name, bool normalizer) const;

private:
    friend class ChainBuilder;
    using Components = std::map<std::string, OptionMap, std::less<>>;

    const Components& of(std::string_view kind) const;

    std::map<std::string, Components, std::less<>> kinds_;
    AnalysisLimits limits_;
};

Made<BuiltChain> of_specification(std::string_view specification);

/// Names of the analyzers that need no settings, and of the types.
bool is_built_in_analyzer(std::string_view name);

}  // namespace elkhorn::text
