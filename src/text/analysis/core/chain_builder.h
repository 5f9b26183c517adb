// text/analysis/core/chain_builder.h -- makes one chain of a library's components: the parts that
// are named one after the other, each told of what stands before it.
#pragma once

#include "text/analysis/analyzer/analyzers.h"
#include "text/analysis/core/library.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::text {

class ChainBuilder {
public:
    /// What is said where there is no part of that name: of a kind ("filter") and a name.
    using Missing = std::function<std::string(std::string_view kind, std::string_view name)>;

    /// `library` is a loan.
    ChainBuilder(const Library& library, Missing missing)
        : library_(library), missing_(std::move(missing)) {}

    Made<> char_filter(std::string_view name);
    Made<> tokenizer(std::string_view name);
    Made<> filter(std::string_view name);
    /// One of Elasticsearch's own analyzers with the options of an analyzer of the settings.
    Made<> built_in(const AnalyzerKind& kind, const OptionMap& options);

    /// Only filters that change characters alone, as a normalizer has them.
    void characters_only(std::function<std::string(std::string_view, std::string_view)> otherwise) {
        not_in_normalizer_ = std::move(otherwise);
    }

    BuiltChain& built() { return built_; }

    Made<TokenFilterPtr> filter_named(std::string_view name) const;

private:
    struct Part;

    template <typename Kind>
    Made<Part> find(std::string_view kind_name, std::string_view name,
                    const Kind* (*find_kind)(std::string_view)) const;
    Made<> add_filter(std::string_view type, const OptionMap& options);
    Made<> add_built_in(std::string_view part, const OptionMap& options, std::string_view words);
    Made<> add_hook(std::string_view hook, const OptionMap& options, std::string_view words);
    Made<> add_stop(const OptionMap& options, std::string_view words);
    Made<> add_tokenizer(std::string_view part, const OptionMap& options);

    const Library& library_;
    Missing missing_;
    std::function<std::string(std::string_view, std::string_view)> not_in_normalizer_;
    BuiltChain built_;
    mutable int depth_ = 0;  // of filters that are made of filters
};

}  // namespace elkhorn::text
