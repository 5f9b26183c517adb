// text/analysis/filter/folding.cc -- letters for other letters: asciifolding, decimal_digit,
// cjk_width.

#include "text/analysis/ascii_folding.h"
#include "text/analysis/core/simple_filters.h"

#include <unicode/uchar.h>

#include <algorithm>

namespace elkhorn::text::token_filters::folding {
namespace {

Wide folded(WideView term) {
    return to_wide(fold_to_ascii(to_utf8(term)));
}

bool is_ascii(WideView term) {
    return std::ranges::all_of(term, [](char16_t c) { return c < 0x80; });
}

/// The folded term, and behind it what it was.
Made<> fold_and_keep(Tokens& tokens, Budget& budget) {
    std::vector<Token> out;
    for (Token& token : tokens.list) {
        Wide term = is_ascii(token.term) ? token.term : folded(token.term);
        if (term == token.term) {
            out.push_back(std::move(token));
            continue;
        }
        MADE(budget.spend(1, token.term.size()));
        Token original = token;
        original.increment = 0;
        token.term = std::move(term);
        out.push_back(std::move(token));
        out.push_back(std::move(original));
    }
    tokens.list = std::move(out);
    return {};
}

Made<TokenFilterPtr> build_ascii(const Options& options, const Surroundings& /*around*/) {
    if (MADE(options.flag("preserve_original", false))) return whole_stream(fold_and_keep);
    return each_token([](Token& token) {
        if (!is_ascii(token.term)) token.term = folded(token.term);
    });
}

Made<TokenFilterPtr> build_digits(const Options& /*options*/, const Surroundings& /*around*/) {
    return each_token([](Token& token) {
        if (is_ascii(token.term)) return;
        Wide out;
        for (std::size_t at = 0; at < token.term.size();) {
            const char32_t c = next_code_point(token.term, at);
            const auto code = static_cast<UChar32>(c);
            append_code_point(out, c >= 0x80 && u_isdigit(code)
                                       ? static_cast<char32_t>(U'0' + u_charDigitValue(code))
                                       : c);
        }
        token.term = std::move(out);
    });
}

// Half-width Katakana from U+FF65 on, as their full forms.
constexpr std::u16string_view full_width =
    u"\u30fb\u30f2\u30a1\u30a3\u30a5\u30a7\u30a9\u30e3\u30e5\u30e7\u30c3\u30fc\u30a2\u30a4\u30a6"
    u"\u30a8\u30aa\u30ab\u30ad\u30af\u30b1\u30b3\u30b5\u30b7\u30b9\u30bb\u30bd\u30bf\u30c1\u30c4"
    u"\u30c6\u30c8\u30ca\u30cb\u30cc\u30cd\u30ce\u30cf\u30d2\u30d5\u30d8\u30db\u30de\u30df\u30e0"
    u"\u30e1\u30e2\u30e4\u30e6\u30e8\u30e9\u30ea\u30eb\u30ec\u30ed\u30ef\u30f3\u3099\u309a";

/// Joins a voice mark to the letter before it.
bool join_mark(Wide& out, char16_t mark) {
    static constexpr std::u16string_view plain =
        u"\u30a6\u30ab\u30ad\u30af\u30b1\u30b3\u30b5\u30b7\u30b9\u30bb\u30bd\u30bf\u30c1\u30c4"
        u"\u30c6\u30c8\u30cf\u30d2\u30d5\u30d8\u30db\u30ef\u30f0\u30f1\u30f2\u30fd";
    static constexpr std::u16string_view voiced =
        u"\u30f4\u30ac\u30ae\u30b0\u30b2\u30b4\u30b6\u30b8\u30ba\u30bc\u30be\u30c0\u30c2\u30c5"
        u"\u30c7\u30c9\u30d0\u30d3\u30d6\u30d9\u30dc\u30f7\u30f8\u30f9\u30fa\u30fe";
    static constexpr std::u16string_view half = u"\u30cf\u30d2\u30d5\u30d8\u30db";
    if (out.empty()) return false;
    if (mark == u'\uff9e') {
        const std::size_t at = plain.find(out.back());
        if (at != WideView::npos) out.back() = voiced[at];
        return at != WideView::npos;
    }
    if (half.find(out.back()) == WideView::npos) return false;
    out.back() = static_cast<char16_t>(out.back() + 2);
    return true;
}

void fold_width(Token& token) {
    if (is_ascii(token.term)) return;
    Wide out;
    for (const char16_t c : token.term) {
        if (c >= 0xff01 && c <= 0xff5e) {
            out.push_back(static_cast<char16_t>(c - 0xfee0));
        } else if (c >= 0xff65 && c <= 0xff9f) {
            const bool joined = (c == u'\uff9e' || c == u'\uff9f') && join_mark(out, c);
            if (!joined) out.push_back(full_width[c - 0xff65U]);
        } else {
            out.push_back(c);
        }
    }
    token.term = std::move(out);
}

Made<TokenFilterPtr> build_width(const Options& /*options*/, const Surroundings& /*around*/) {
    return each_token(fold_width);
}

constexpr FilterKind kinds[] = {
    {.name = "asciifolding", .build = build_ascii, .in_normalizer = true},
    {.name = "decimal_digit", .build = build_digits, .in_normalizer = true},
    {.name = "cjk_width", .build = build_width, .in_normalizer = true},
};

}  // namespace

extern constinit const FilterKinds spec{kinds};

}  // namespace elkhorn::text::token_filters::folding
