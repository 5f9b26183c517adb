// text/analysis/tokenizer/ngrams.cc -- ngram and edge_ngram: all pieces of min_gram to max_gram
// characters of the runs of `token_chars`, or those at their beginning.

#include "text/analysis/core/kinds.h"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <functional>

namespace elkhorn::text::tokenizers::ngrams {
namespace {

struct Class {
    std::string_view name;
    std::uint32_t mask;
};

constexpr Class classes[] = {
    {"symbol", U_GC_S_MASK},
    {"private_use", U_GC_CO_MASK},
    {"paragraph_separator", U_GC_ZP_MASK},
    {"start_punctuation", U_GC_PS_MASK},
    {"unassigned", U_GC_CN_MASK},
    {"enclosing_mark", U_GC_ME_MASK},
    {"connector_punctuation", U_GC_PC_MASK},
    {"letter_number", U_GC_NL_MASK},
    {"other_number", U_GC_NO_MASK},
    {"math_symbol", U_GC_SM_MASK},
    {"lowercase_letter", U_GC_LL_MASK},
    {"space_separator", U_GC_ZS_MASK},
    {"surrogate", U_GC_CS_MASK},
    {"initial_quote_punctuation", U_GC_PI_MASK},
    {"decimal_digit_number", U_GC_ND_MASK},
    {"digit", U_GC_ND_MASK},
    {"other_punctuation", U_GC_PO_MASK},
    {"dash_punctuation", U_GC_PD_MASK},
    {"currency_symbol", U_GC_SC_MASK},
    {"non_spacing_mark", U_GC_MN_MASK},
    {"custom", 0},
    {"format", U_GC_CF_MASK},
    {"modifier_letter", U_GC_LM_MASK},
    {"control", U_GC_CC_MASK},
    {"uppercase_letter", U_GC_LU_MASK},
    {"other_symbol", U_GC_SO_MASK},
    {"end_punctuation", U_GC_PE_MASK},
    {"modifier_symbol", U_GC_SK_MASK},
    {"other_letter", U_GC_LO_MASK},
    {"line_separator", U_GC_ZL_MASK},
    {"titlecase_letter", U_GC_LT_MASK},
    {"letter", U_GC_L_MASK},
    {"punctuation", U_GC_P_MASK},
    {"combining_spacing_mark", U_GC_MC_MASK},
    {"final_quote_punctuation", U_GC_PF_MASK},
    {"whitespace", 0},
};

struct Characters {
    std::uint32_t mask = 0;
    bool spaces = false;
    Wide custom;
    bool any = true;

    bool have(char32_t c) const {
        if (any) return true;
        const auto code = static_cast<UChar32>(c);
        return (U_GET_GC_MASK(code) & mask) != 0 || (spaces && u_isWhitespace(code) != 0) ||
               (c < 0x10000 && custom.find(static_cast<char16_t>(c)) != Wide::npos);
    }
};

Made<Characters> characters_of(const Options& options) {
    Characters characters;
    for (const std::string& given : options.list("token_chars")) {
        std::string name = given;
        for (char& c : name)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        const auto* it = std::ranges::find(classes, name, &Class::name);
        if (it == std::end(classes)) {
            std::string names;
            for (const Class& known : classes)
                names += (names.empty() ? "" : ", ") + std::string(known.name);
            return refused(
                fmt::format("Unknown token type: '{}', must be one of [{}]", name, names));
        }
        characters.any = false;
        characters.mask |= it->mask;
        if (name == "whitespace") characters.spaces = true;
        if (name != "custom") continue;
        characters.custom = to_wide(options.text("custom_token_chars"));
        if (characters.custom.empty()) {
            return refused("Token type: 'custom' requires setting `custom_token_chars`");
        }
    }
    return characters;
}

class Grams final : public Cutter {
public:
    Grams(std::size_t least, std::size_t most, bool edges, Characters characters)
        : least_(least), most_(most), edges_(edges), characters_(std::move(characters)) {}

    Made<Tokens> cut(WideView text, Budget& budget) const override {
        Tokens tokens;
        tokens.end = static_cast<std::int32_t>(text.size());
        std::vector<std::size_t> starts;  // of the characters of a run, and its end
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t here = at;
            if (characters_.have(next_code_point(text, at))) {
                starts.push_back(here);
                continue;
            }
            MADE(add(text, starts, here, tokens, budget));
        }
        MADE(add(text, starts, text.size(), tokens, budget));
        return tokens;
    }

private:
    Made<> add(WideView text, std::vector<std::size_t>& starts, std::size_t end, Tokens& tokens,
               Budget& budget) const {
        if (starts.empty()) return {};
        const std::size_t count = starts.size();
        starts.push_back(end);
        for (std::size_t first = 0; first < (edges_ ? 1 : count); ++first) {
            for (std::size_t size = least_; size <= most_ && first + size <= count; ++size) {
                const std::size_t begin = starts[first];
                const std::size_t behind = starts[first + size];
                MADE(budget.spend(1, behind - begin));
                Token token;
                token.term = text.substr(begin, behind - begin);
                token.start = static_cast<std::int32_t>(begin);
                token.end = static_cast<std::int32_t>(behind);
                tokens.list.push_back(std::move(token));
            }
        }
        starts.clear();
        return {};
    }

    std::size_t least_;
    std::size_t most_;
    bool edges_;
    Characters characters_;
};

Made<CutterPtr> build(const Options& options, bool edges) {
    const std::int32_t least = MADE(options.integer("min_gram", 1));
    const std::int32_t most = MADE(options.integer("max_gram", 2));
    if (!edges && most - least > options.limits().ngram_diff) {
        return refused(fmt::format(
            "The difference between max_gram and min_gram in NGram Tokenizer must be less than or "
            "equal to: [{}] but was [{}]. This limit can be set by changing the "
            "[index.max_ngram_diff] index level setting.",
            options.limits().ngram_diff, most - least));
    }
    if (least < 1) return refused("minGram must be greater than zero");
    if (least > most) return refused("minGram must not be greater than maxGram");
    return std::make_shared<Grams>(static_cast<std::size_t>(least), static_cast<std::size_t>(most),
                                   edges, MADE(characters_of(options)));
}

Made<CutterPtr> build_all(const Options& options) {
    return build(options, false);
}

Made<CutterPtr> build_edges(const Options& options) {
    return build(options, true);
}

constexpr TokenizerKind kinds[] = {
    {"ngram", build_all},
    {"nGram", build_all},
    {"edge_ngram", build_edges},
    {"edgeNGram", build_edges},
};

}  // namespace

extern constinit const TokenizerKinds spec{kinds};

}  // namespace elkhorn::text::tokenizers::ngrams
