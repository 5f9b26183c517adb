// text/analysis/filter/cjk_bigram.cc -- pairs of neighbouring characters of Chinese, Japanese and
// Korean, as the standard tokenizer gives them; one that has no neighbour stays alone.

#include "base/strings.h"
#include "text/analysis/core/simple_filters.h"

#include <algorithm>

namespace elkhorn::text::token_filters::cjk_bigram {
namespace {

struct Script {
    std::string_view type;
    std::string_view option;
};

constexpr Script scripts[] = {
    {"<IDEOGRAPHIC>", "han"},
    {"<HIRAGANA>", "hiragana"},
    {"<KATAKANA>", "katakana"},
    {"<HANGUL>", "hangul"},
};

/// One character of a token.
struct Character {
    Wide text;
    std::int32_t start = 0;
    std::int32_t end = 0;
    std::string_view type;
};

class Pairs {
public:
    Pairs(bool unigrams, Budget& budget) : unigrams_(unigrams), budget_(budget) {}

    /// A token that is no such character.
    Made<> other(Token token) {
        MADE(flush());
        out_.push_back(std::move(token));
        return {};
    }

    Made<> add(const Token& token) {
        const bool follows =
            !run_.empty() && run_.back().end == token.start && token.increment == 1;
        if (!follows) {
            MADE(flush());
            increment_ = token.increment;
        }
        std::size_t at = 0;
        const bool exact = static_cast<std::size_t>(token.end - token.start) == token.term.size();
        while (at < token.term.size()) {
            const std::size_t begin = at;
            next_code_point(token.term, at);
            Character character{token.term.substr(begin, at - begin), token.start, token.end,
                                token.type};
            if (exact) {
                character.start = token.start + static_cast<std::int32_t>(begin);
                character.end = token.start + static_cast<std::int32_t>(at);
            }
            run_.push_back(std::move(character));
        }
        return {};
    }

    Made<> flush() {
        MADE(budget_.spend(2 * run_.size(), 3 * run_.size()));
        for (std::size_t i = 0; i < run_.size(); ++i) {
            const bool pair = i + 1 < run_.size();
            if (unigrams_ || run_.size() == 1) put(i, 1, increment_);
            if (pair) put(i, 2, unigrams_ ? 0 : increment_);
            increment_ = 1;
        }
        run_.clear();
        return {};
    }

    std::vector<Token> take() { return std::move(out_); }

private:
    void put(std::size_t at, std::size_t count, std::int32_t increment) {
        Token token;
        token.term = run_[at].text;
        token.start = run_[at].start;
        token.end = run_[at + count - 1].end;
        token.type = count == 2 ? "<DOUBLE>" : "<SINGLE>";
        token.increment = increment;
        if (count == 2) token.term += run_[at + 1].text;
        if (count == 2 && unigrams_) token.length = 2;
        out_.push_back(std::move(token));
    }

    bool unigrams_;
    Budget& budget_;
    std::vector<Character> run_;
    std::int32_t increment_ = 1;
    std::vector<Token> out_;
};

Made<TokenFilterPtr> build(const Options& options, const Surroundings& /*around*/) {
    const bool unigrams = MADE(options.flag("output_unigrams", false));
    std::vector<std::string_view> types;
    const auto ignored = options.list("ignored_scripts");
    for (const Script& script : scripts) {
        const bool left_out = std::ranges::any_of(
            ignored, [&](const std::string& name) { return to_lower(name) == script.option; });
        if (!left_out) types.push_back(script.type);
    }
    return whole_stream([unigrams, types](Tokens& tokens, Budget& budget) -> Made<> {
        Pairs pairs(unigrams, budget);
        for (Token& token : tokens.list) {
            if (has_element(types, token.type))
                MADE(pairs.add(token));
            else
                MADE(pairs.other(std::move(token)));
        }
        MADE(pairs.flush());
        tokens.list = pairs.take();
        return {};
    });
}

constexpr FilterKind kinds[] = {
    {.name = "cjk_bigram", .build = build, .before_synonyms = false},
};

}  // namespace

extern constinit const FilterKinds spec{kinds};

}  // namespace elkhorn::text::token_filters::cjk_bigram
