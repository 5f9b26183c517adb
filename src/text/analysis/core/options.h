// text/analysis/core/options.h -- the options of one tokenizer, filter or analyzer, as an index's
// settings have them: flat names, every value a text, a list as JSON ("[\"a\",\"b\"]") or with
// commas. What cannot be read is refused in Elasticsearch's words. Options that a kind does not
// know change nothing, as there.
#pragma once

#include "text/analysis/core/token.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::text {

/// One component's settings by name: {"type":"stop","stopwords":"_english_"}.
using OptionMap = std::map<std::string, std::string, std::less<>>;

/// What an index's settings allow (index.max_ngram_diff, index.max_shingle_diff).
struct AnalysisLimits {
    std::int32_t ngram_diff = 1;
    std::int32_t shingle_diff = 3;
};

class WordSet {
public:
    WordSet() = default;
    explicit WordSet(const std::vector<std::string>& words, bool ignore_case = false);

    bool has(WideView word) const;

    bool empty() const { return words_.empty(); }

private:
    std::set<Wide, std::less<>> words_;
    bool ignore_case_ = false;
};

class Options {
public:
    /// `map` is a loan. `prebuilt`: named without any settings.
    Options(std::string name, const OptionMap& map, bool prebuilt, AnalysisLimits limits)
        : name_(std::move(name)), map_(map), prebuilt_(prebuilt), limits_(limits) {}

    const std::string& name() const { return name_; }

    bool prebuilt() const { return prebuilt_; }

    const AnalysisLimits& limits() const { return limits_; }

    bool has(std::string_view key) const;
    std::string text(std::string_view key, std::string_view otherwise = "") const;
    std::vector<std::string> list(std::string_view key) const;
    Made<std::int32_t> integer(std::string_view key, std::int32_t otherwise) const;
    Made<bool> flag(std::string_view key, bool otherwise) const;
    /// The words of `key`; a list of a file's is refused, for settings have no files here.
    Made<std::vector<std::string>> words(std::string_view key) const;
    /// As `words`, with "_english_" and so on for lists that are known, "_none_" for none;
    /// `otherwise` where the option is not given.
    Made<std::vector<std::string>> stop_words(std::string_view key,
                                              std::string_view otherwise) const;

private:
    std::string name_;
    const OptionMap& map_;  // the builder's
    bool prebuilt_;
    AnalysisLimits limits_;
};

template <typename Range, typename Element>
bool has_element(const Range& range, const Element& element) {
    return std::find(std::begin(range), std::end(range), element) != std::end(range);
}

/// The elements of a JSON list of texts, numbers and the like; nothing where it is none.
std::optional<std::vector<std::string>> json_list(std::string_view text);

/// A list as settings have it.
std::string as_json_list(const std::vector<std::string>& words);

/// The elements of a list as settings have it.
std::vector<std::string> list_elements(std::string_view text);

}  // namespace elkhorn::text
