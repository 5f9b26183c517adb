// text/analysis/filter/keywords.cc -- what stemmers leave alone: keyword_marker, keyword_repeat;
// and what becomes of a word in their place: stemmer_override.

#include "base/strings.h"
#include "text/analysis/core/java_regex.h"
#include "text/analysis/core/simple_filters.h"

#include <fmt/format.h>

#include <map>

namespace elkhorn::text::token_filters::keywords {
namespace {

Made<TokenFilterPtr> build_marker(const Options& options, const Surroundings& /*around*/) {
    const bool ignore_case = MADE(options.flag("ignore_case", false));
    const std::string pattern = options.text("keywords_pattern");
    if (!pattern.empty()) {
        if (options.has("keywords") || options.has("keywords_path"))
            return refused(
                "cannot specify both `keywords_pattern` and `keywords` or `keywords_path`");
        auto regex = MADE(JavaRegex::compile(pattern, ""));
        return whole_stream(
            [regex = std::move(regex)](Tokens& tokens, Budget& /*budget*/) -> Made<> {
                for (Token& token : tokens.list)
                    token.keyword = token.keyword || MADE(regex.matches(token.term));
                return {};
            });
    }
    const auto given = MADE(options.words("keywords"));
    if (given.empty() && !options.has("keywords")) {
        return refused(
            "keyword filter requires either `keywords`, `keywords_path`, or `keywords_pattern` to "
            "be configured");
    }
    return each_token([words = WordSet(given, ignore_case)](Token& token) {
        token.keyword = token.keyword || words.has(token.term);
    });
}

Made<TokenFilterPtr> build_repeat(const Options& /*options*/, const Surroundings& /*around*/) {
    return whole_stream([](Tokens& tokens, Budget& budget) -> Made<> {
        std::vector<Token> out;
        MADE(budget.spend(tokens.list.size(), 0));
        for (Token& token : tokens.list) {
            Token second = token;
            token.keyword = true;
            second.keyword = false;
            second.increment = 0;
            out.push_back(std::move(token));
            out.push_back(std::move(second));
        }
        tokens.list = std::move(out);
        return {};
    });
}

Made<TokenFilterPtr> build_override(const Options& options, const Surroundings& /*around*/) {
    const auto given = MADE(options.words("rules"));
    if (given.empty() && !options.has("rules")) {
        return refused(
            "stemmer override filter requires either `rules` or `rules_path` to be configured");
    }
    std::map<Wide, Wide, std::less<>> rules;
    for (const std::string& rule : given) {
        const std::size_t arrow = rule.find("=>");
        const auto invalid = [&] {
            return refused(500, "runtime_exception",
                           fmt::format("Invalid Keyword override Rule:{}", rule));
        };
        if (arrow == std::string::npos || rule.find("=>", arrow + 2) != std::string::npos)
            return invalid();
        const std::string_view to = trim(std::string_view(rule).substr(arrow + 2));
        if (to.empty()) return invalid();
        for (const std::string_view from : split(std::string_view(rule).substr(0, arrow), ',')) {
            if (trim(from).empty()) return invalid();
            rules.emplace(to_wide(trim(from)), to_wide(to));
        }
    }
    return each_token([rules = std::move(rules)](Token& token) {
        if (token.keyword) return;
        const auto it = rules.find(token.term);
        if (it == rules.end()) return;
        token.term = it->second;
        token.keyword = true;
    });
}

constexpr FilterKind kinds[] = {
    {.name = "keyword_marker", .build = build_marker, .prebuilt = false, .adds = adds_keyword},
    {.name = "keyword_repeat", .build = build_repeat, .adds = adds_keyword},
    {.name = "stemmer_override", .build = build_override, .prebuilt = false, .adds = adds_keyword},
};

}  // namespace

extern constinit const FilterKinds spec{kinds};

}  // namespace elkhorn::text::token_filters::keywords
