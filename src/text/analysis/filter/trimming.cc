// text/analysis/filter/trimming.cc -- filters that take characters off a term: trim, truncate,
// reverse, apostrophe, elision, classic.

#include "text/analysis/core/simple_filters.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <ranges>
#include <vector>

namespace elkhorn::text::token_filters::trimming {
namespace {

struct Articles {
    std::string_view language;
    std::string_view words;
};

constexpr std::array articles = {
    Articles{"french", "l,m,t,qu,n,s,j,d,c,jusqu,quoiqu,lorsqu,puisqu"},
    Articles{"italian",
             "c,l,all,dall,dell,nell,sull,coll,pell,gl,agl,dagl,degl,negl,sugl,un,m,t,s,v,d"},
    Articles{"catalan", "d,l,m,n,s,t"},
    Articles{"irish", "d,m,b"},
};

void trim_term(Token& token) {
    const auto space = [](char16_t c) {
        return u_isWhitespace(c) != 0;
    };
    std::size_t begin = 0;
    std::size_t end = token.term.size();
    while (begin < end && space(token.term[begin]))
        ++begin;
    while (end > begin && space(token.term[end - 1]))
        --end;
    token.term = token.term.substr(begin, end - begin);
}

void reverse_term(Token& token) {
    Wide out;
    out.reserve(token.term.size());
    std::vector<char32_t> characters;
    for (std::size_t at = 0; at < token.term.size();)
        characters.push_back(next_code_point(token.term, at));
    for (const char32_t c : std::views::reverse(characters))
        append_code_point(out, c);
    token.term = std::move(out);
}

bool is_apostrophe(char16_t c) {
    return c == u'\'' || c == u'\u2019';
}

Made<TokenFilterPtr> build_trim(const Options& /*options*/, const Surroundings& /*around*/) {
    return each_token(trim_term);
}

Made<TokenFilterPtr> build_truncate(const Options& options, const Surroundings& /*around*/) {
    const std::int32_t length = MADE(options.integer("length", options.prebuilt() ? 10 : -1));
    if (length <= 0) return refused("length parameter must be provided");
    return each_token([length](Token& token) {
        if (token.term.size() > static_cast<std::size_t>(length))
            token.term.resize(static_cast<std::size_t>(length));
    });
}

Made<TokenFilterPtr> build_reverse(const Options& /*options*/, const Surroundings& /*around*/) {
    return each_token(reverse_term);
}

Made<TokenFilterPtr> build_apostrophe(const Options& /*options*/, const Surroundings& /*around*/) {
    return each_token([](Token& token) {
        const auto it = std::ranges::find_if(token.term, is_apostrophe);
        token.term.erase(it, token.term.end());
    });
}

Made<TokenFilterPtr> build_elision(const Options& options, const Surroundings& /*around*/) {
    auto words = MADE(options.words("articles"));
    const std::string language = options.text("articles_of", options.prebuilt() ? "french" : "");
    const auto* known = std::ranges::find(articles, language, &Articles::language);
    if (known != articles.end()) words = list_elements(known->words);
    if (words.empty())
        return refused("elision filter requires [articles] or [articles_path] setting");
    const bool ignore_case = known != articles.end() || MADE(options.flag("articles_case", false));
    return each_token([set = WordSet(words, ignore_case)](Token& token) {
        const auto it = std::ranges::find_if(token.term, is_apostrophe);
        if (it == token.term.end()) return;
        const auto at = static_cast<std::size_t>(it - token.term.begin());
        if (set.has(WideView(token.term).substr(0, at))) token.term.erase(0, at + 1);
    });
}

/// 's goes off a word, and the points out of an acronym.
void classic_term(Token& token) {
    if (token.type == "<APOSTROPHE>" && token.term.size() >= 2 &&
        token.term[token.term.size() - 2] == u'\'' && (token.term.back() | 0x20) == u's') {
        token.term.resize(token.term.size() - 2);
    } else if (token.type == "<ACRONYM>") {
        std::erase(token.term, u'.');
    }
}

Made<TokenFilterPtr> build_classic(const Options& /*options*/, const Surroundings& /*around*/) {
    return each_token(classic_term);
}

constexpr FilterKind kinds[] = {
    {.name = "trim", .build = build_trim, .in_normalizer = true},
    {.name = "truncate", .build = build_truncate},
    {.name = "reverse", .build = build_reverse},
    {.name = "apostrophe", .build = build_apostrophe},
    {.name = "elision", .build = build_elision, .in_normalizer = true},
    {.name = "classic", .build = build_classic},
};

}  // namespace

extern constinit const FilterKinds spec{kinds};

}  // namespace elkhorn::text::token_filters::trimming
