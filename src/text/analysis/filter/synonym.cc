// text/analysis/filter/synonym.cc -- words for other words, in a row: the words of a synonym stand
// beside those that they are for, and behind the end where there are more of them.

#include "text/analysis/core/simple_filters.h"
#include "text/analysis/core/synonyms.h"

#include <algorithm>

namespace elkhorn::text::token_filters::synonym {
namespace {

struct Output {
    Wide term;
    std::int32_t end = -1;  // -1: that of the token beside it
    std::int32_t length = 1;
};

/// What stands at one position besides the input.
struct Place {
    std::vector<Output> outputs;
    bool matched = false;
    bool keep = false;
};

Made<std::vector<Place>> places_of(const Tokens& tokens, const Synonyms& synonyms, Budget& budget) {
    std::vector<Place> places(tokens.list.size());
    for (std::size_t at = 0; at < tokens.list.size();) {
        std::size_t taken = 1;
        const SynonymRule* rule = synonyms.find(tokens.list, at, taken);
        if (rule == nullptr) {
            ++at;
            continue;
        }
        for (const Words& words : rule->outputs) {
            if (places.size() < at + words.size()) places.resize(at + words.size());
            for (std::size_t i = 0; i < words.size(); ++i) {
                MADE(budget.spend(1, words[i].size()));
                Output output{words[i]};
                if (words.size() == 1) {
                    output.end = tokens.list[at + taken - 1].end;
                    output.length = rule->keep_original ? static_cast<std::int32_t>(taken) : 1;
                }
                auto& there = places[at + i].outputs;
                const bool known = std::ranges::any_of(
                    there, [&](const Output& other) { return other.term == output.term; });
                if (!known) there.push_back(std::move(output));
            }
        }
        for (std::size_t i = at; i < at + taken; ++i) {
            places[i].matched = true;
            places[i].keep = places[i].keep || rule->keep_original;
        }
        at += taken;
    }
    return places;
}

Made<> replace(Tokens& tokens, Budget& budget, const Synonyms& synonyms) {
    const auto places = MADE(places_of(tokens, synonyms, budget));
    std::vector<Token> out;
    for (std::size_t at = 0; at < places.size(); ++at) {
        const bool beyond = at >= tokens.list.size();
        const Token& input = beyond ? tokens.list.back() : tokens.list[at];
        std::int32_t increment = 1;
        if (!beyond && (places[at].keep || !places[at].matched)) {
            out.push_back(input);
            increment = 0;
        }
        for (const Output& output : places[at].outputs) {
            Token token;
            token.term = output.term;
            token.type = "SYNONYM";
            token.start = input.start;
            token.end = output.end == -1 ? input.end : output.end;
            token.increment = std::exchange(increment, 0);
            token.length = output.length;
            out.push_back(std::move(token));
        }
    }
    tokens.list = std::move(out);
    return {};
}

Made<TokenFilterPtr> build(const Options& options, const Surroundings& around) {
    return whole_stream(
        [synonyms = MADE(Synonyms::read(options, around))](Tokens& tokens, Budget& budget) {
            return replace(tokens, budget, synonyms);
        });
}

constexpr FilterKind kinds[] = {
    {.name = "synonym", .build = build, .prebuilt = false},
};

}  // namespace

extern constinit const FilterKinds spec{kinds};

}  // namespace elkhorn::text::token_filters::synonym
