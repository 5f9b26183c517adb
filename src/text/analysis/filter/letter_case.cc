// text/analysis/filter/letter_case.cc -- lowercase, with the letters of Greek, Irish and Turkish
// where `language` asks for them, and uppercase.

#include "text/analysis/core/simple_filters.h"

#include <fmt/format.h>
#include <unicode/uchar.h>

namespace elkhorn::text::token_filters::letter_case {
namespace {

char32_t lower_greek(char32_t c) {
    switch (c) {
        case U'\u03c2': return U'\u03c3';  // final sigma
        case U'\u0386':
        case U'\u03ac': return U'\u03b1';
        case U'\u0388':
        case U'\u03ad': return U'\u03b5';
        case U'\u0389':
        case U'\u03ae': return U'\u03b7';
        case U'\u038a':
        case U'\u03aa':
        case U'\u03af':
        case U'\u03ca':
        case U'\u0390': return U'\u03b9';
        case U'\u038e':
        case U'\u03ab':
        case U'\u03cd':
        case U'\u03cb':
        case U'\u03b0': return U'\u03c5';
        case U'\u038c':
        case U'\u03cc': return U'\u03bf';
        case U'\u038f':
        case U'\u03ce': return U'\u03c9';
        case U'\u03a2': return U'\u03c2';
        default: return static_cast<char32_t>(u_tolower(static_cast<UChar32>(c)));
    }
}

void lower_each(Token& token, char32_t (*lower)(char32_t)) {
    Wide out;
    for (std::size_t at = 0; at < token.term.size();)
        append_code_point(out, lower(next_code_point(token.term, at)));
    token.term = std::move(out);
}

bool is_irish_vowel(char16_t c) {
    return WideView(u"AEIOU\u00c1\u00c9\u00cd\u00d3\u00da").find(c) != WideView::npos;
}

/// nAthair is n-athair: the first letter was put before the word.
void lower_irish(Token& token) {
    Wide& term = token.term;
    if (term.size() > 1 && (term[0] == u'n' || term[0] == u't') && is_irish_vowel(term[1]))
        term.insert(1, u"-");
    term = lowered(term);
}

/// I is dotless, and a dot above that follows it makes it an i.
void lower_turkish(Token& token) {
    constexpr char16_t dot_above = u'\u0307';
    Wide out;
    const Wide& term = token.term;
    for (std::size_t at = 0; at < term.size();) {
        const char32_t c = next_code_point(term, at);
        if (c != U'I') {
            append_code_point(out, static_cast<char32_t>(
                                       c == U'\u0130' ? 'i' : u_tolower(static_cast<UChar32>(c))));
            continue;
        }
        std::size_t mark = at;
        while (mark < term.size() && term[mark] != dot_above &&
               u_charType(term[mark]) == U_NON_SPACING_MARK)
            ++mark;
        const bool dotted = mark < term.size() && term[mark] == dot_above;
        out.push_back(dotted ? u'i' : u'\u0131');
        if (!dotted) continue;
        out += term.substr(at, mark - at);
        at = mark + 1;
    }
    token.term = std::move(out);
}

Made<TokenFilterPtr> build_lower(const Options& options, const Surroundings& /*around*/) {
    const std::string language = options.text("language");
    if (language.empty()) {
        return each_token([](Token& token) { token.term = lowered(token.term); });
    }
    if (language == "greek")
        return each_token([](Token& token) { lower_each(token, lower_greek); });
    if (language == "irish") return each_token(lower_irish);
    if (language == "turkish") return each_token(lower_turkish);
    return refused(fmt::format("language [{}] not support for lower case", language));
}

Made<TokenFilterPtr> build_upper(const Options& /*options*/, const Surroundings& /*around*/) {
    return each_token([](Token& token) {
        lower_each(token, [](char32_t c) {
            return static_cast<char32_t>(u_toupper(static_cast<UChar32>(c)));
        });
    });
}

constexpr FilterKind kinds[] = {
    {.name = "lowercase", .build = build_lower, .in_normalizer = true},
    {.name = "uppercase", .build = build_upper, .in_normalizer = true},
};

}  // namespace

extern constinit const FilterKinds spec{kinds};

}  // namespace elkhorn::text::token_filters::letter_case
