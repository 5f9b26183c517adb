#include "api/mapping/parts/analysis_settings.h"

#include "base/parameter.h"
#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace elkhorn::api {
namespace {

using Parts = std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>>;

struct Named {
    std::string_view name;
    std::string_view specification;
};

constexpr std::array built_in = {
    Named{"standard", ""},
    Named{"default", ""},
    Named{"simple", "letter lowercase"},
    Named{"whitespace", "whitespace"},
    Named{"keyword", "keyword"},
};

constexpr std::array tokenizers = {
    Named{"standard", "standard"}, Named{"whitespace", "whitespace"},
    Named{"letter", "letter"},     Named{"lowercase", "letter lowercase"},
    Named{"keyword", "keyword"},
};

// Known to Elasticsearch, and not here yet.
constexpr std::string_view other_analyzers =
    "arabic armenian basque bengali brazilian bulgarian catalan cjk czech danish dutch english "
    "estonian fingerprint finnish french galician german greek hindi hungarian indonesian irish "
    "italian latvian lithuanian norwegian pattern persian portuguese romanian russian snowball "
    "sorani spanish stop swedish thai turkish";
constexpr std::string_view other_tokenizers =
    "PathHierarchy char_group classic edgeNGram edge_ngram nGram ngram path_hierarchy pattern "
    "simple_pattern simple_pattern_split thai uax_url_email";

constexpr std::string_view usual_analyzers = "standard simple whitespace keyword";
constexpr std::string_view working_filters = "lowercase uppercase asciifolding trim";

// Those that change characters alone, which is what a normalizer may have.
constexpr std::string_view character_filters =
    "arabic_normalization bengali_normalization cjk_width decimal_digit elision "
    "german_normalization hindi_normalization indic_normalization persian_normalization "
    "scandinavian_folding scandinavian_normalization serbian_normalization sorani_normalization "
    "pattern_replace";

constexpr std::string_view other_filters =
    "apostrophe arabic_stem brazilian_stem cjk_bigram classic common_grams condition czech_stem "
    "delimited_payload dictionary_decompounder dutch_stem edge_ngram edgeNGram fingerprint "
    "flatten_graph french_stem german_stem hunspell hyphenation_decompounder keep keep_types "
    "keyword_marker keyword_repeat kstem length limit min_hash multiplexer ngram nGram "
    "pattern_capture porter_stem predicate_token_filter remove_duplicates reverse russian_stem "
    "shingle snowball standard stemmer stemmer_override stop synonym synonym_graph truncate unique "
    "word_delimiter word_delimiter_graph";

/// Nothing is understood by halves: what Elasticsearch knows and we do not is refused by name.
std::unexpected<search::Failure> not_yet(std::string_view what, std::string_view name,
                                         std::string_view instead) {
    return search::refuse("illegal_argument_exception",
                          fmt::format("{} [{}] is not supported yet: {}", what, name, instead));
}

/// The names in a setting that may be one of them or a list.
std::vector<std::string> names_in(std::string_view text) {
    std::vector<std::string> names;
    std::string name;
    for (const char c : text) {
        const bool part = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
        if (part) {
            name.push_back(c);
        } else if (!name.empty()) {
            names.push_back(std::move(name));
            name.clear();
        }
    }
    if (!name.empty()) names.push_back(std::move(name));
    return names;
}

/// "analysis.KIND.NAME.KEY" of all kinds: by name, then by key.
Parts parts_of(const Settings& settings, std::string_view kind) {
    Parts parts;
    const std::string prefix = fmt::format("analysis.{}.", kind);
    for (const auto& [path, value] : settings) {
        if (!path.starts_with(prefix)) continue;
        const std::string_view rest = std::string_view(path).substr(prefix.size());
        const std::size_t dot = rest.find('.');
        if (dot == std::string_view::npos) continue;
        parts[std::string(rest.substr(0, dot))][std::string(rest.substr(dot + 1))] = value;
    }
    return parts;
}

std::string value_of(const std::map<std::string, std::string, std::less<>>& keys,
                     std::string_view key) {
    const auto it = keys.find(key);
    if (it != keys.end()) return it->second;
    std::string list;  // key.0, key.1, ...
    for (const auto& [name, value] : keys) {
        if (name.starts_with(std::string(key) + ".")) list += value + ",";
    }
    return list;
}

class Reader {
public:
    explicit Reader(const Settings& settings)
        : filters_(parts_of(settings, "filter")), tokenizers_(parts_of(settings, "tokenizer")) {}

    /// The filters of one analyzer or normalizer as words, each with a blank before it.
    search::Answer<std::string> filters(std::string_view name, std::string_view given,
                                        bool normalizer) const {
        std::string words;
        for (const std::string& filter : names_in(given)) {
            std::string type = filter;
            if (const auto own = filters_.find(filter); own != filters_.end())
                type = value_of(own->second, "type");
            const bool works = is_one_of(working_filters, type);
            const bool characters = works || is_one_of(character_filters, type);
            if (!characters && !is_one_of(other_filters, type)) {
                return search::refuse(
                    "illegal_argument_exception",
                    fmt::format("Custom Analyzer [{}] failed to find filter under name [{}]", name,
                                filter));
            }
            if (normalizer && !characters) {
                return search::refuse(
                    "illegal_argument_exception",
                    fmt::format("Custom normalizer [{}] may not use filter [{}]", name, filter));
            }
            if (!works) return not_yet("filter", type, working_filters);
            words += " " + type;
        }
        return words;
    }

    search::Answer<std::string> tokenizer(std::string_view name, std::string_view given) const {
        if (given.empty()) {
            return search::refuse(
                "illegal_argument_exception",
                fmt::format("Custom Analyzer [{}] must be configured with a tokenizer", name));
        }
        std::string type(given);
        if (const auto own = tokenizers_.find(given); own != tokenizers_.end())
            type = value_of(own->second, "type");
        const auto* found = std::ranges::find(tokenizers, type, &Named::name);
        if (found != tokenizers.end()) return std::string(found->specification);
        if (is_one_of(other_tokenizers, type))
            return not_yet("tokenizer", type, "standard whitespace letter lowercase keyword");
        return search::refuse(
            "illegal_argument_exception",
            fmt::format("Custom Analyzer [{}] failed to find tokenizer under name [{}]", name,
                        given));
    }

private:
    Parts filters_;
    Parts tokenizers_;
};

std::optional<std::string> built_in_analyzer(std::string_view name) {
    const auto* found = std::ranges::find(built_in, name, &Named::name);
    if (found != built_in.end()) return std::string(found->specification);
    return std::nullopt;
}

}  // namespace

search::Answer<Analysis> Analysis::read(const Settings& settings) {
    Analysis analysis;
    const Reader reader(settings);
    for (const auto& [name, keys] : parts_of(settings, "normalizer")) {
        const std::string type = value_of(keys, "type");
        if (!type.empty() && type != "custom" && type != "lowercase") {
            return search::refuse("illegal_argument_exception",
                                  fmt::format("Unknown normalizer type [{}] for [{}]", type, name));
        }
        if (!value_of(keys, "tokenizer").empty()) {
            return search::refuse(
                "illegal_argument_exception",
                fmt::format("Custom normalizer [{}] cannot configure a tokenizer", name));
        }
        const std::string given = type == "lowercase" ? type : value_of(keys, "filter");
        analysis.normalizers_[name] = "keyword" + ASK(reader.filters(name, given, true));
    }
    for (const auto& [name, keys] : parts_of(settings, "analyzer")) {
        const std::string type = value_of(keys, "type");
        if (!type.empty() && type != "custom") {
            const auto known = built_in_analyzer(type);
            if (is_one_of(other_analyzers, type)) return not_yet("analyzer", type, usual_analyzers);
            if (!known) {
                return search::refuse(
                    "illegal_argument_exception",
                    fmt::format("Unknown analyzer type [{}] for [{}]", type, name));
            }
            analysis.analyzers_[name] = *known;
            continue;
        }
        std::string words = ASK(reader.tokenizer(name, value_of(keys, "tokenizer")));
        words += ASK(reader.filters(name, value_of(keys, "filter"), false));
        analysis.analyzers_[name] = words == "standard lowercase" ? "" : words;
    }
    return analysis;
}

std::optional<std::string> Analysis::analyzer(std::string_view name) const {
    if (const auto own = analyzers_.find(name); own != analyzers_.end()) return own->second;
    return built_in_analyzer(name);
}

bool Analysis::is_not_yet(std::string_view analyzer) {
    return is_one_of(other_analyzers, analyzer);
}

std::optional<std::string> Analysis::normalizer(std::string_view name) const {
    if (const auto own = normalizers_.find(name); own != normalizers_.end()) return own->second;
    if (name == "lowercase") return "keyword lowercase";
    return std::nullopt;
}

}  // namespace elkhorn::api
