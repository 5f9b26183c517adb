// text/analysis/filter/choosing.cc -- filters that leave tokens out: stop, keep, keep_types,
// length, limit, unique, remove_duplicates.

#include "base/strings.h"
#include "text/analysis/core/simple_filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace elkhorn::text::token_filters::choosing {
namespace {

Made<TokenFilterPtr> build_stop(const Options& options, const Surroundings& /*around*/) {
    const bool ignore_case = MADE(options.flag("ignore_case", false));
    const WordSet words(MADE(options.stop_words("stopwords", "_english_")), ignore_case);
    const bool trailing = MADE(options.flag("remove_trailing", true));
    return whole_stream([words, trailing](Tokens& tokens, Budget& /*budget*/) -> Made<> {
        const std::size_t last = tokens.list.size();
        std::size_t at = 0;
        keep_tokens(tokens, [&](const Token& token) {
            ++at;
            return !words.has(token.term) || (!trailing && at == last);
        });
        return {};
    });
}

Made<TokenFilterPtr> build_keep(const Options& options, const Surroundings& /*around*/) {
    const auto given = MADE(options.words("keep_words"));
    if (given.empty() && !options.has("keep_words"))
        return refused("keep requires either `keep_words` or `keep_words_path` to be configured");
    const WordSet words(given, MADE(options.flag("keep_words_case", false)));
    return tokens_that([words](const Token& token) { return words.has(token.term); });
}

Made<TokenFilterPtr> build_types(const Options& options, const Surroundings& /*around*/) {
    const auto types = options.list("types");
    if (types.empty()) return refused("keep_types requires `types` to be configured");
    const std::string mode = options.text("mode", "include");
    if (mode != "include" && mode != "exclude") {
        return refused(fmt::format(
            "`keep_types` tokenfilter mode can only be [include] or [exclude] but was [{}].",
            mode));
    }
    return tokens_that([types, include = mode == "include"](const Token& token) {
        return has_element(types, token.type) == include;
    });
}

Made<TokenFilterPtr> build_length(const Options& options, const Surroundings& /*around*/) {
    const std::int32_t least = MADE(options.integer("min", 0));
    const std::int32_t most = MADE(options.integer("max", INT32_MAX));
    if (least < 0) return refused("minimum length must be greater than or equal to zero");
    if (least > most) return refused("maximum length must not be greater than minimum length");
    return tokens_that([least, most](const Token& token) {
        const auto size = static_cast<std::int64_t>(code_points(token.term));
        return size >= least && size <= most;
    });
}

Made<TokenFilterPtr> build_limit(const Options& options, const Surroundings& /*around*/) {
    const std::int32_t most = MADE(options.integer("max_token_count", 1));
    if (most < 1) return refused("maxTokenCount must be greater than zero");
    MADE(options.flag("consume_all_tokens", false));
    return whole_stream([most](Tokens& tokens, Budget& /*budget*/) -> Made<> {
        if (tokens.list.size() > static_cast<std::size_t>(most))
            tokens.list.resize(static_cast<std::size_t>(most));
        return {};
    });
}

Made<TokenFilterPtr> build_unique(const Options& options, const Surroundings& /*around*/) {
    const bool same_position = MADE(options.flag("only_on_same_position", false));
    return whole_stream([same_position](Tokens& tokens, Budget& /*budget*/) -> Made<> {
        std::set<Wide> seen;
        std::erase_if(tokens.list, [&](const Token& token) {
            if (same_position && token.increment > 0) seen.clear();
            return !seen.insert(token.term).second;
        });
        return {};
    });
}

Made<TokenFilterPtr> build_duplicates(const Options& /*options*/, const Surroundings& /*around*/) {
    return whole_stream([](Tokens& tokens, Budget& /*budget*/) -> Made<> {
        std::set<Wide> seen;
        std::erase_if(tokens.list, [&](const Token& token) {
            if (token.increment > 0) seen.clear();
            return !seen.insert(token.term).second && token.increment == 0;
        });
        return {};
    });
}

constexpr FilterKind kinds[] = {
    {.name = "stop", .build = build_stop},
    {.name = "keep", .build = build_keep, .prebuilt = false},
    {.name = "keep_types", .build = build_types, .prebuilt = false},
    {.name = "length", .build = build_length},
    {.name = "limit", .build = build_limit},
    {.name = "unique", .build = build_unique},
    {.name = "remove_duplicates", .build = build_duplicates},
};

}  // namespace

extern constinit const FilterKinds spec{kinds};

}  // namespace elkhorn::text::token_filters::choosing
