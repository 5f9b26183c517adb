// api/mapping/parts/analysis_settings.h -- the analyzers and normalizers that a mapping can name:
// the built-in ones and those of the index's settings (analysis.*), as what
// text/analysis/analysis.h reads.
//
// Cut by standard, whitespace, letter or keyword; changed by lowercase, uppercase, asciifolding and
// trim. Analyzers, tokenizers and filters that Elasticsearch has beyond these are refused by name.
#pragma once

#include "api/core/settings_text.h"
#include "search/base/failure.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace elkhorn::api {

class Analysis {
public:
    /// Refuses settings that Elasticsearch refuses, in its words.
    static search::Answer<Analysis> read(const Settings& settings);

    /// Nothing where there is none of that name.
    std::optional<std::string> analyzer(std::string_view name) const;
    /// An analyzer of Elasticsearch's that is not here yet.
    static bool is_not_yet(std::string_view analyzer);
    std::optional<std::string> normalizer(std::string_view name) const;

private:
    std::map<std::string, std::string, std::less<>> analyzers_;
    std::map<std::string, std::string, std::less<>> normalizers_;
};

}  // namespace elkhorn::api
