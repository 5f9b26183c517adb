#include "text/analysis/core/chain_builder.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::text {
namespace {

/// What a filter sees of the chain that is being built.
class Before final : public Surroundings {
public:
    Before(const ChainBuilder& builder, const Chain& chain, std::string_view filter)
        : builder_(builder), chain_(chain), filter_(filter) {}

    Made<Tokens> before(std::string_view text) const override {
        for (const auto& named : chain_.filters) {
            if (!named.before_synonyms) {
                return refused(
                    fmt::format("Token filter [{}] cannot be used to parse synonyms", named.name));
            }
        }
        Budget budget(16U << 20U);
        return chain_.run(text, budget);
    }

    Made<TokenFilterPtr> filter(std::string_view name) const override {
        if (name == filter_)
            return refused(fmt::format("filter [{}] cannot be a part of itself", name));
        return builder_.filter_named(name);
    }

private:
    const ChainBuilder& builder_;
    const Chain& chain_;
    std::string_view filter_;
};

const OptionMap no_options;

bool is_english(std::string_view language) {
    return language == "English" || language == "Porter" || language == "Lovins";
}

/// The stop words that the snowball analyzer has of itself.
std::string_view snowball_words(std::string_view language) {
    if (language == "English") return "_english_";
    if (language == "Dutch") return "_dutch_";
    if (language == "German" || language == "German2") return "_german_";
    if (language == "French") return "_french_";
    return "_none_";
}

}  // namespace

struct ChainBuilder::Part {
    const void* kind;
    const OptionMap* options;
    bool prebuilt;
};

/// The kind of the component called `name`, and its options.
template <typename Kind>
Made<ChainBuilder::Part> ChainBuilder::find(std::string_view kind_name, std::string_view name,
                                            const Kind* (*find_kind)(std::string_view)) const {
    const auto& own = library_.of(kind_name);
    const auto it = own.find(name);
    if (it == own.end()) {
        const Kind* kind = find_kind(name);
        if (kind == nullptr || !kind->prebuilt) return refused(missing_(kind_name, name));
        return Part{kind, &no_options, true};
    }
    const auto type = it->second.find("type");
    if (type == it->second.end()) {
        return refused(fmt::format("{} [{}] must specify either an analyzer type, or a tokenizer",
                                   kind_name, name));
    }
    const Kind* kind = find_kind(type->second);
    if (kind == nullptr) {
        return refused(fmt::format("Unknown {} type [{}] for [{}]", kind_name, type->second, name));
    }
    return Part{kind, &it->second, false};
}

Made<> ChainBuilder::char_filter(std::string_view name) {
    const Part part = MADE(find<CharFilterKind>("char_filter", name, find_char_filter));
    const auto& kind = *static_cast<const CharFilterKind*>(part.kind);
    if (not_in_normalizer_ && !kind.in_normalizer)
        return refused(not_in_normalizer_("char filter", name));
    const Options options(std::string(name), *part.options, part.prebuilt, library_.limits_);
    built_.chain.char_filters.push_back(
        {std::string(name), MADE(kind.build(options)), adds_nothing, true, kind.in_normalizer});
    return {};
}

Made<> ChainBuilder::tokenizer(std::string_view name) {
    const Part part = MADE(find<TokenizerKind>("tokenizer", name, find_tokenizer));
    const auto& kind = *static_cast<const TokenizerKind*>(part.kind);
    const Options options(std::string(name), *part.options, part.prebuilt, library_.limits_);
    built_.chain.tokenizer = {std::string(name), MADE(kind.build(options))};
    return {};
}

Made<> ChainBuilder::filter(std::string_view name) {
    const Part part = MADE(find<FilterKind>("filter", name, find_filter));
    const auto& kind = *static_cast<const FilterKind*>(part.kind);
    if (not_in_normalizer_ && !kind.in_normalizer)
        return refused(not_in_normalizer_("filter", name));
    const Options options(std::string(name), *part.options, part.prebuilt, library_.limits_);
    const Before before(*this, built_.chain, name);
    built_.chain.filters.push_back({std::string(name), MADE(kind.build(options, before)), kind.adds,
                                    kind.before_synonyms, kind.in_normalizer});
    return {};
}

Made<TokenFilterPtr> ChainBuilder::filter_named(std::string_view name) const {
    constexpr int deepest = 8;
    if (depth_ == deepest)
        return refused(fmt::format("filter [{}] is made of too many others, one in another", name));

    struct Level {
        int& depth;

        explicit Level(int& counter) : depth(++counter) {}

        ~Level() { --depth; }
    } const level(depth_);

    const Part part = MADE(find<FilterKind>("filter", name, find_filter));
    const auto& kind = *static_cast<const FilterKind*>(part.kind);
    const Options options(std::string(name), *part.options, part.prebuilt, library_.limits_);
    return kind.build(options, Before(*this, built_.chain, name));
}

Made<> ChainBuilder::add_filter(std::string_view type, const OptionMap& map) {
    const FilterKind& kind = *find_filter(type);
    const Options options(std::string(type), map, map.empty(), library_.limits_);
    const Before before(*this, built_.chain, type);
    built_.chain.filters.push_back({std::string(type), MADE(kind.build(options, before)), kind.adds,
                                    kind.before_synonyms, kind.in_normalizer});
    return {};
}

Made<> ChainBuilder::add_stop(const OptionMap& options, std::string_view words) {
    const Options given("stop", options, false, {});
    const auto list = MADE(given.stop_words("stopwords", words));
    if (list.empty()) return {};
    OptionMap stop{{"stopwords", as_json_list(list)}};
    if (const auto it = options.find("stopwords_case"); it != options.end())
        stop["ignore_case"] = it->second;
    return add_filter("stop", stop);
}

Made<> ChainBuilder::add_hook(std::string_view hook, const OptionMap& options,
                              std::string_view words) {
    const Options given("analyzer", options, false, {});
    const std::string language = given.text("language", given.text("name", "English"));
    if (hook == "$stop") {
        const bool snowball = words == "_english_" && options.contains("_snowball");
        return add_stop(options, snowball ? snowball_words(language) : words);
    }
    if (hook == "$keywords") {
        const auto excluded = MADE(given.words("stem_exclusion"));
        if (excluded.empty()) return {};
        return add_filter("keyword_marker", {{"keywords", as_json_list(excluded)}});
    }
    if (hook == "$lowercase")
        return MADE(given.flag("lowercase", true)) ? add_filter("lowercase", {}) : Made<>();
    if (hook == "$dutch") {
        return add_filter("stemmer_override", {{"rules",
                                                "[\"fiets=>fiets\",\"bromfiets=>bromfiets\","
                                                "\"ei=>eier\",\"kind=>kinder\"]"}});
    }
    if (hook == "$hyphens") return add_filter("stop", {{"stopwords", "[\"h\",\"n\",\"t\"]"}});
    return {};
}

Made<> ChainBuilder::add_tokenizer(std::string_view part, const OptionMap& options) {
    OptionMap own;
    const auto copy = [&](std::string_view key) {
        if (const auto it = options.find(key); it != options.end())
            own[std::string(key)] = it->second;
    };
    if (part.starts_with("$zero_width ")) {
        part.remove_prefix(12);
        const OptionMap mapping{{"mappings", "[\"\\\\u200c=>\\\\u0020\"]"}};
        const Options given("zero_width", mapping, false, {});
        built_.chain.char_filters.push_back({"zero_width",
                                             MADE(find_char_filter("mapping")->build(given)),
                                             adds_nothing, true, true});
    }
    std::string_view type = part.substr(0, part.find(' '));
    if (type == "standard") copy("max_token_length");
    if (type == "$pattern") {
        type = "pattern";
        copy("pattern");
        copy("flags");
    }
    const Options given(std::string(type), own, own.empty(), library_.limits_);
    built_.chain.tokenizer = {std::string(type), MADE(find_tokenizer(type)->build(given))};
    return {};
}

Made<> ChainBuilder::add_built_in(std::string_view part, const OptionMap& options,
                                  std::string_view words) {
    const auto pieces = split(part, ' ');
    if (pieces[0].starts_with('$')) return add_hook(pieces[0], options, words);
    const std::size_t colon = pieces[0].find(':');
    const std::string_view type = pieces[0].substr(0, colon);
    OptionMap own;
    if (colon != std::string_view::npos) {
        const std::string argument(pieces[0].substr(colon + 1));
        own[type == "elision" ? "articles_of" : "language"] = argument;
    }
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        const std::string_view key = pieces[i].substr(1);
        if (key == "english") {
            const Options given("analyzer", options, false, {});
            if (!is_english(given.text("language", given.text("name", "English")))) return {};
            continue;
        }
        if (const auto it = options.find(key); it != options.end())
            own[std::string(key)] = it->second;
    }
    if (type == "snowball" && !own.contains("language")) own["language"] = "English";
    return add_filter(type, own);
}

Made<> ChainBuilder::built_in(const AnalyzerKind& kind, const OptionMap& given) {
    OptionMap options = given;
    if (kind.name == "snowball") options["_snowball"] = "true";
    bool first = true;
    for (const std::string_view part : split(kind.chain, '|')) {
        if (first)
            MADE(add_tokenizer(trim(part), options));
        else
            MADE(add_built_in(trim(part), options, kind.stopwords));
        first = false;
    }
    return {};
}

}  // namespace elkhorn::text
