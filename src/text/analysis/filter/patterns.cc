// text/analysis/filter/patterns.cc -- filters of regular expressions: pattern_replace changes what
// matches in a term, pattern_capture makes tokens of what its groups match.

#include "text/analysis/core/java_regex.h"
#include "text/analysis/core/simple_filters.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::text::token_filters::patterns {
namespace {

Made<TokenFilterPtr> build_replace(const Options& options, const Surroundings& /*around*/) {
    if (!options.has("pattern")) {
        return refused(fmt::format(
            "pattern is missing for [{}] token filter of type 'pattern_replace'", options.name()));
    }
    auto regex = MADE(JavaRegex::compile(options.text("pattern"), options.text("flags")));
    const bool all = MADE(options.flag("all", true));
    return whole_stream(
        [regex = std::move(regex), all, with = to_wide(options.text("replacement"))](
            Tokens& tokens, Budget& budget) -> Made<> {
            for (Token& token : tokens.list) {
                Wide out;
                std::size_t last = 0;
                for (const auto& part : MADE(regex.replaced(token.term, with, all))) {
                    MADE(budget.spend(0, part.text.size()));
                    out += WideView(token.term).substr(last, part.begin - last);
                    out += part.text;
                    last = part.end;
                }
                if (last == 0 && out.empty()) {
                    const bool none = MADE(regex.replaced(token.term, with, false)).empty();
                    if (none) continue;
                }
                out += WideView(token.term).substr(last);
                token.term = std::move(out);
            }
            return {};
        });
}

struct Span {
    std::size_t begin;
    std::size_t end;
};

/// What the groups of all patterns match in a term, in the order of their begins.
Made<std::vector<Span>> captured(const std::vector<JavaRegex>& patterns,
                                 const RegexSubject& subject, std::size_t size, Budget& budget) {
    std::vector<Span> spans;
    RegexMatches matches;
    for (const JavaRegex& pattern : patterns) {
        for (std::size_t from = 0; from <= subject.bytes().size();) {
            const auto match = MADE(pattern.find(subject, from, matches));
            if (!match) break;
            for (std::size_t i = pattern.groups() == 0 ? 0 : 1; i < match->groups.size(); ++i) {
                const auto& group = match->groups[i];
                if (!group || group->first == group->second) continue;
                const bool whole = group->first == 0 && group->second == size;
                if (whole) continue;
                MADE(budget.spend(1, group->second - group->first));
                spans.push_back({group->first, group->second});
            }
            const bool none = match->groups[0]->first == match->groups[0]->second;
            from = match->end_byte + (none ? 1 : 0);
        }
    }
    std::ranges::stable_sort(spans, {}, &Span::begin);
    return spans;
}

Made<TokenFilterPtr> build_capture(const Options& options, const Surroundings& /*around*/) {
    const auto given = options.list("patterns");
    if (given.empty()) {
        return refused(fmt::format("required setting 'patterns' is missing for token filter [{}]",
                                   options.name()));
    }
    std::vector<JavaRegex> patterns;
    for (const std::string& pattern : given)
        patterns.push_back(MADE(JavaRegex::compile(pattern, "")));
    const bool keep = MADE(options.flag("preserve_original", true));
    return whole_stream(
        [patterns = std::move(patterns), keep](Tokens& tokens, Budget& budget) -> Made<> {
            std::vector<Token> out;
            for (const Token& token : tokens.list) {
                const RegexSubject subject(token.term);
                const auto spans = MADE(captured(patterns, subject, token.term.size(), budget));
                std::int32_t increment = token.increment;
                if (keep || spans.empty()) {
                    out.push_back(token);
                    increment = 0;
                }
                for (const Span& span : spans) {
                    Token part = token;
                    part.term = token.term.substr(span.begin, span.end - span.begin);
                    part.increment = increment;
                    increment = 0;
                    out.push_back(std::move(part));
                }
            }
            tokens.list = std::move(out);
            return {};
        });
}

constexpr FilterKind kinds[] = {
    {.name = "pattern_replace", .build = build_replace, .prebuilt = false},
    {.name = "pattern_capture", .build = build_capture, .prebuilt = false},
};

}  // namespace

extern constinit const FilterKinds spec{kinds};

}  // namespace elkhorn::text::token_filters::patterns
