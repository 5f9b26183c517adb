// text/analysis/filter/grams.cc -- ngram and edge_ngram: the pieces of each term, all where the
// term stands.

#include "text/analysis/core/simple_filters.h"

#include <fmt/format.h>

namespace elkhorn::text::token_filters::grams {
namespace {

struct Sizes {
    std::size_t least = 1;
    std::size_t most = 2;
    bool keep_original = false;
    bool edges = false;
};

Made<> add(std::vector<Token>& out, const Token& token, std::size_t begin, std::size_t end,
           Budget& budget, std::int32_t& increment) {
    MADE(budget.spend(1, end - begin));
    Token gram = token;
    gram.term = token.term.substr(begin, end - begin);
    gram.increment = increment;
    increment = 0;
    out.push_back(std::move(gram));
    return {};
}

/// A term without pieces leaves its position empty.
Made<> cut_terms(Tokens& tokens, Budget& budget, const Sizes& sizes) {
    std::vector<Token> out;
    std::int32_t pending = 0;
    for (const Token& token : tokens.list) {
        std::vector<std::size_t> starts;
        for (std::size_t at = 0; at < token.term.size();) {
            starts.push_back(at);
            next_code_point(token.term, at);
        }
        const std::size_t count = starts.size();
        starts.push_back(token.term.size());
        pending += token.increment;
        const std::size_t before = out.size();
        for (std::size_t first = 0; first < (sizes.edges ? std::size_t{1} : count); ++first) {
            for (std::size_t size = sizes.least; size <= sizes.most && first + size <= count;
                 ++size)
                MADE(add(out, token, starts[first], starts[first + size], budget, pending));
        }
        const bool other = count < sizes.least || count > sizes.most;
        if (sizes.keep_original && other)
            MADE(add(out, token, 0, token.term.size(), budget, pending));
        if (out.size() == before && !sizes.keep_original && count == 0) continue;
    }
    tokens.list = std::move(out);
    tokens.trailing += pending;
    return {};
}

Made<> reverse_terms(Tokens& tokens) {
    for (Token& token : tokens.list) {
        Wide out;
        for (std::size_t at = token.term.size(); at > 0;) {
            const bool pair = at > 1 && (token.term[at - 1] & 0xfc00) == 0xdc00;
            const std::size_t begin = at - (pair ? 2 : 1);
            out += token.term.substr(begin, at - begin);
            at = begin;
        }
        token.term = std::move(out);
    }
    return {};
}

Made<TokenFilterPtr> build(const Options& options, bool edges) {
    if (options.prebuilt() && (options.name() == "nGram" || options.name() == "edgeNGram")) {
        return refused(fmt::format(
            "The [{}] token filter name was deprecated in 6.4 and cannot be used in new indices. "
            "Please change the filter name to [{}] instead.",
            options.name(), edges ? "edge_ngram" : "ngram"));
    }
    const std::int32_t least = MADE(options.integer("min_gram", 1));
    const std::int32_t most =
        MADE(options.integer("max_gram", edges && options.prebuilt() ? 1 : 2));
    if (!edges && most - least > options.limits().ngram_diff) {
        return refused(fmt::format(
            "The difference between max_gram and min_gram in NGram Tokenizer must be less than or "
            "equal to: [{}] but was [{}]. This limit can be set by changing the "
            "[index.max_ngram_diff] index level setting.",
            options.limits().ngram_diff, most - least));
    }
    if (least < 1) return refused("minGram must be greater than zero");
    if (least > most) return refused("minGram must not be greater than maxGram");
    const Sizes sizes{static_cast<std::size_t>(least), static_cast<std::size_t>(most),
                      MADE(options.flag("preserve_original", false)), edges};
    const std::string side = options.text("side", "front");
    if (edges && side != "front" && side != "back")
        return refused(fmt::format("invalid side: {}", side));
    return whole_stream([sizes, back = side == "back"](Tokens& tokens, Budget& budget) -> Made<> {
        if (back) MADE(reverse_terms(tokens));
        MADE(cut_terms(tokens, budget, sizes));
        if (back) MADE(reverse_terms(tokens));
        return {};
    });
}

Made<TokenFilterPtr> build_all(const Options& options, const Surroundings& /*around*/) {
    return build(options, false);
}

Made<TokenFilterPtr> build_edges(const Options& options, const Surroundings& /*around*/) {
    return build(options, true);
}

constexpr FilterKind kinds[] = {
    {.name = "ngram", .build = build_all, .before_synonyms = false},
    {.name = "nGram", .build = build_all, .before_synonyms = false},
    {.name = "edge_ngram", .build = build_edges, .before_synonyms = false},
    {.name = "edgeNGram", .build = build_edges, .before_synonyms = false},
};

}  // namespace

extern constinit const FilterKinds spec{kinds};

}  // namespace elkhorn::text::token_filters::grams
