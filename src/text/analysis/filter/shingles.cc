// text/analysis/filter/shingles.cc -- shingle joins neighbouring tokens; common_grams joins a
// frequent word with what stands beside it; fingerprint joins all, sorted, each once.

#include "text/analysis/core/simple_filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace elkhorn::text::token_filters::shingles {
namespace {

struct Shingle {
    std::size_t least = 2;
    std::size_t most = 2;
    bool unigrams = true;
    bool unigrams_if_none = false;
    Wide separator = u" ";
    Wide filler = u"_";
};

/// A position without a token is a filler.
struct Place {
    const Token* token = nullptr;
    std::int32_t start = 0;
    std::int32_t end = 0;
};

std::vector<Place> places_of(const Tokens& tokens, std::size_t most) {
    std::vector<Place> places;
    for (const Token& token : tokens.list) {
        // More fillers than a shingle has places are as good as so many.
        const auto holes =
            std::min<std::int64_t>(token.increment - 1, static_cast<std::int64_t>(most) - 1);
        for (std::int64_t i = 0; i < holes; ++i)
            places.push_back({nullptr, token.start, token.start});
        places.push_back({&token, token.start, token.end});
    }
    const auto trailing =
        std::min<std::int64_t>(tokens.trailing, static_cast<std::int64_t>(most) - 1);
    for (std::int64_t i = 0; i < trailing && !tokens.list.empty(); ++i)
        places.push_back({nullptr, tokens.end, tokens.end});
    return places;
}

Made<> join(Tokens& tokens, Budget& budget, const Shingle& shingle) {
    const std::vector<Place> places = places_of(tokens, shingle.most);
    const bool unigrams =
        shingle.unigrams || (shingle.unigrams_if_none && places.size() < shingle.least);
    std::vector<Token> out;
    std::int32_t pending = 0;
    for (std::size_t first = 0; first < places.size(); ++first) {
        pending += 1;
        if (unigrams && places[first].token != nullptr) {
            Token token = *places[first].token;
            token.increment = std::exchange(pending, 0);
            out.push_back(std::move(token));
        }
        Token made;
        std::size_t real = places[first].token != nullptr ? 1 : 0;
        made.start = places[first].start;
        made.type = "shingle";
        made.term = places[first].token != nullptr ? places[first].token->term : shingle.filler;
        for (std::size_t size = 2; size <= shingle.most && first + size <= places.size(); ++size) {
            const Place& next = places[first + size - 1];
            made.term += shingle.separator;
            made.term += next.token != nullptr ? next.token->term : shingle.filler;
            if (next.token != nullptr) ++real;
            made.end = next.end;
            if (size < shingle.least || real == 0) continue;
            MADE(budget.spend(1, made.term.size()));
            made.increment = std::exchange(pending, 0);
            made.length = unigrams ? static_cast<std::int32_t>(size)
                                   : static_cast<std::int32_t>(size - shingle.least + 1);
            out.push_back(made);
        }
    }
    tokens.list = std::move(out);
    return {};
}

Made<TokenFilterPtr> build_shingle(const Options& options, const Surroundings& /*around*/) {
    const std::int32_t most = MADE(options.integer("max_shingle_size", 2));
    const std::int32_t least = MADE(options.integer("min_shingle_size", 2));
    Shingle shingle;
    shingle.unigrams = MADE(options.flag("output_unigrams", true));
    const std::int32_t difference = most - least + (shingle.unigrams ? 1 : 0);
    if (difference > options.limits().shingle_diff) {
        return refused(fmt::format(
            "In Shingle TokenFilter the difference between max_shingle_size and min_shingle_size "
            "(and +1 if outputting unigrams) must be less than or equal to: [{}] but was [{}]. "
            "This limit can be set by changing the [index.max_shingle_diff] index level setting.",
            options.limits().shingle_diff, difference));
    }
    if (most < 2) return refused("Max shingle size must be >= 2");
    if (least < 2) return refused("Min shingle size must be >= 2");
    if (least > most) return refused("Min shingle size must be <= max shingle size");
    shingle.least = static_cast<std::size_t>(least);
    shingle.most = static_cast<std::size_t>(most);
    shingle.unigrams_if_none = MADE(options.flag("output_unigrams_if_no_shingles", false));
    shingle.separator = to_wide(options.text("token_separator", " "));
    shingle.filler = to_wide(options.text("filler_token", "_"));
    return whole_stream(
        [shingle](Tokens& tokens, Budget& budget) { return join(tokens, budget, shingle); });
}

/// A frequent word and its neighbour as one token; `query` leaves out words that are in one.
Made<> join_common(Tokens& tokens, Budget& budget, const WordSet& common, bool query) {
    std::vector<Token> out;
    bool in_gram = false;
    for (std::size_t i = 0; i < tokens.list.size(); ++i) {
        const Token& token = tokens.list[i];
        const Token* next = i + 1 < tokens.list.size() ? &tokens.list[i + 1] : nullptr;
        const bool gram = next != nullptr && (common.has(token.term) || common.has(next->term));
        const bool word = !query || !(gram || (in_gram && next == nullptr));
        if (word) out.push_back(token);
        if (gram) {
            Token both = token;
            both.term += u"_" + next->term;
            MADE(budget.spend(1, both.term.size()));
            both.end = next->end;
            both.type = "gram";
            both.increment = query ? token.increment : 0;
            both.length = query ? 1 : 2;
            out.push_back(std::move(both));
        }
        in_gram = gram;
    }
    tokens.list = std::move(out);
    return {};
}

Made<TokenFilterPtr> build_common(const Options& options, const Surroundings& /*around*/) {
    const auto given = MADE(options.words("common_words"));
    if (given.empty()) {
        return refused(
            "missing or empty [common_words] or [common_words_path] configuration for "
            "common_grams token filter");
    }
    const WordSet common(given, MADE(options.flag("ignore_case", false)));
    const bool query = MADE(options.flag("query_mode", false));
    return whole_stream([common, query](Tokens& tokens, Budget& budget) {
        return join_common(tokens, budget, common, query);
    });
}

Made<TokenFilterPtr> build_fingerprint(const Options& options, const Surroundings& /*around*/) {
    const std::int32_t most = MADE(options.integer("max_output_size", 255));
    const Wide separator = to_wide(options.text("separator", " ")).substr(0, 1);
    return whole_stream([most, separator](Tokens& tokens, Budget& budget) -> Made<> {
        std::set<Wide> terms;
        for (const Token& token : tokens.list)
            terms.insert(token.term);
        Token made;
        made.type = "fingerprint";
        made.end = tokens.end;
        for (const Wide& term : terms) {
            if (&term != &*terms.begin()) made.term += separator;
            made.term += term;
        }
        MADE(budget.spend(1, made.term.size()));
        const bool fits = made.term.size() <= static_cast<std::size_t>(std::max(most, 0));
        const bool any = !tokens.list.empty();
        tokens.list.clear();
        if (any && fits) tokens.list.push_back(std::move(made));
        return {};
    });
}

constexpr FilterKind kinds[] = {
    {.name = "shingle", .build = build_shingle, .before_synonyms = false},
    {.name = "common_grams", .build = build_common, .prebuilt = false, .before_synonyms = false},
    {.name = "fingerprint", .build = build_fingerprint, .before_synonyms = false},
};

}  // namespace

extern constinit const FilterKinds spec{kinds};

}  // namespace elkhorn::text::token_filters::shingles
