// text/analysis/tokenizer/pattern.cc -- cuts at the matches of a regular expression, or with
// `group` takes what a group of it matches.

#include "text/analysis/core/java_regex.h"

#include <fmt/format.h>

namespace elkhorn::text::tokenizers::pattern {
namespace {

class Pattern final : public Cutter {
public:
    Pattern(JavaRegex regex, std::int32_t group) : regex_(std::move(regex)), group_(group) {}

    Made<Tokens> cut(WideView text, Budget& budget) const override {
        Tokens tokens;
        tokens.end = static_cast<std::int32_t>(text.size());
        const RegexSubject subject(text);
        RegexMatches matches;
        std::size_t from = 0;
        std::size_t last = 0;
        while (from <= subject.bytes().size()) {
            const auto match = MADE(regex_.find(subject, from, matches));
            if (!match) break;
            const auto [begin, end] = *match->groups[0];
            if (group_ >= 0) {
                if (const auto& span = match->groups[static_cast<std::size_t>(group_)])
                    MADE(add(tokens, text, span->first, span->second, budget));
            } else {
                MADE(add(tokens, text, last, begin, budget));
                last = end;
            }
            from = match->end_byte + (begin == end ? 1 : 0);
            while (from < subject.bytes().size() &&
                   (static_cast<unsigned char>(subject.bytes()[from]) & 0xc0U) == 0x80U)
                ++from;
        }
        if (group_ < 0) MADE(add(tokens, text, last, text.size(), budget));
        return tokens;
    }

private:
    static Made<> add(Tokens& tokens, WideView text, std::size_t begin, std::size_t end,
                      Budget& budget) {
        if (begin >= end) return {};
        MADE(budget.spend(1, end - begin));
        Token token;
        token.term = text.substr(begin, end - begin);
        token.start = static_cast<std::int32_t>(begin);
        token.end = static_cast<std::int32_t>(end);
        tokens.list.push_back(std::move(token));
        return {};
    }

    JavaRegex regex_;
    std::int32_t group_;
};

Made<CutterPtr> build(const Options& options) {
    auto regex = MADE(JavaRegex::compile(options.text("pattern", "\\W+"), options.text("flags")));
    const std::int32_t group = MADE(options.integer("group", -1));
    if (group >= 0 && static_cast<std::size_t>(group) > regex.groups()) {
        return refused(fmt::format("invalid group specified: pattern only has: {} capturing groups",
                                   regex.groups()));
    }
    return std::make_shared<Pattern>(std::move(regex), group);
}

constexpr TokenizerKind kinds[] = {{"pattern", build}};

}  // namespace

extern constinit const TokenizerKinds spec{kinds};

}  // namespace elkhorn::text::tokenizers::pattern
