// api/mapping/parts/analysis_settings.h -- the analyzers and normalizers that a mapping can name:
// the built-in ones and those of the index's settings (analysis.*), as what
// text/analysis/stored/analyzer.h reads. What the settings hold is checked as Elasticsearch checks
// it when an index is made, and refused in its words.
#pragma once

#include "api/core/settings_text.h"
#include "search/base/failure.h"
#include "text/analysis/core/library.h"

#include <optional>
#include <string>
#include <string_view>

namespace elkhorn::api {

class Analysis {
public:
    /// Refuses settings that Elasticsearch refuses.
    static search::Answer<Analysis> read(const Settings& settings);
    /// Of settings that were checked before.
    static text::Library library(const Settings& settings);

    /// Nothing where there is none of that name; a refusal where it cannot be built.
    search::Answer<std::optional<std::string>> analyzer(std::string_view name) const;
    search::Answer<std::optional<std::string>> normalizer(std::string_view name) const;

    /// Whether the settings say what the analyzer of that name is.
    bool has_own(std::string_view analyzer) const;

private:
    explicit Analysis(text::Library library) : library_(std::move(library)) {}

    text::Library library_;
};

/// In the types and the words that clients read.
search::Failure to_failure(const text::Refusal& refusal);

}  // namespace elkhorn::api
