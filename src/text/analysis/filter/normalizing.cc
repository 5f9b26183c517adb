// text/analysis/filter/normalizing.cc -- spellings of one language made one: arabic, persian,
// sorani, german, scandinavian, serbian, hindi, indic and bengali normalization.

#include "text/analysis/core/simple_filters.h"

#include <unicode/uchar.h>

#include <string_view>

namespace elkhorn::text::token_filters::normalizing {
namespace {

template <typename Change>
Made<TokenFilterPtr> changing(Change change) {
    return each_token([change](Token& token) { change(token.term); });
}

/// `from[i]` becomes `to[i]`; all of `gone` goes.
void map_units(Wide& term, WideView from, WideView to, WideView gone) {
    Wide out;
    for (const char16_t c : term) {
        if (gone.find(c) != WideView::npos) continue;
        const std::size_t at = from.find(c);
        out.push_back(at == WideView::npos ? c : to[at]);
    }
    term = std::move(out);
}

Made<TokenFilterPtr> build_arabic(const Options& /*options*/, const Surroundings& /*around*/) {
    return changing([](Wide& term) {
        map_units(term, u"\u0622\u0623\u0625\u0649\u0629", u"\u0627\u0627\u0627\u064a\u0647",
                  u"\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652");
    });
}

Made<TokenFilterPtr> build_persian(const Options& /*options*/, const Surroundings& /*around*/) {
    return changing([](Wide& term) {
        map_units(term, u"\u06cc\u06d2\u06a9\u06c0\u06c1", u"\u064a\u064a\u0643\u0647\u0647",
                  u"\u0654");
    });
}

void sorani(Wide& term) {
    Wide out;
    for (std::size_t i = 0; i < term.size(); ++i) {
        const char16_t c = term[i];
        const bool last = i + 1 == term.size();
        switch (c) {
            case u'\u064a':
            case u'\u0649': out.push_back(u'\u06cc'); break;
            case u'\u0643': out.push_back(u'\u06a9'); break;
            case u'\u200c':
                if (!out.empty() && out.back() == u'\u0647') out.back() = u'\u06d5';
                break;
            case u'\u0647': out.push_back(last ? u'\u06d5' : c); break;
            case u'\u0629': out.push_back(u'\u06d5'); break;
            case u'\u06be': out.push_back(u'\u0647'); break;
            case u'\u0692': out.push_back(u'\u0695'); break;
            case u'\u0631': out.push_back(i == 0 ? u'\u0695' : c); break;
            case u'\u0640':
            case u'\u064b':
            case u'\u064c':
            case u'\u064d':
            case u'\u064e':
            case u'\u064f':
            case u'\u0650':
            case u'\u0651':
            case u'\u0652': break;
            default:
                if (u_charType(c) != U_FORMAT_CHAR) out.push_back(c);
        }
    }
    term = std::move(out);
}

Made<TokenFilterPtr> build_sorani(const Options& /*options*/, const Surroundings& /*around*/) {
    return changing(sorani);
}

/// ae, oe and ue as the letters they stand for, without marks; ue stays behind a vowel or q.
void german(Wide& term) {
    enum { other, vowel, umlaut_may_follow } state = other;

    Wide out;
    for (const char16_t c : term) {
        switch (c) {
            case u'a':
            case u'o':
                out.push_back(c);
                state = umlaut_may_follow;
                break;
            case u'u':
                out.push_back(c);
                state = state == other ? umlaut_may_follow : vowel;
                break;
            case u'e':
                if (state != umlaut_may_follow) out.push_back(c);
                state = vowel;
                break;
            case u'i':
            case u'q':
            case u'y':
                out.push_back(c);
                state = vowel;
                break;
            case u'\u00e4':
                out.push_back(u'a');
                state = vowel;
                break;
            case u'\u00f6':
                out.push_back(u'o');
                state = vowel;
                break;
            case u'\u00fc':
                out.push_back(u'u');
                state = vowel;
                break;
            case u'\u00df':
                out += u"ss";
                state = other;
                break;
            default: out.push_back(c); state = other;
        }
    }
    term = std::move(out);
}

Made<TokenFilterPtr> build_german(const Options& /*options*/, const Surroundings& /*around*/) {
    return changing(german);
}

bool is_one_of(char16_t c, WideView set) {
    return set.find(c) != WideView::npos;
}

/// Danish, Norwegian and Swedish spellings of the same letters: aa, ao, ae, oe, oo.
void scandinavian(Wide& term, bool fold) {
    Wide out;
    for (std::size_t i = 0; i < term.size(); ++i) {
        char16_t c = term[i];
        const char16_t next = i + 1 < term.size() ? term[i + 1] : u'\0';
        if (fold) {
            if (is_one_of(c, u"\u00e5\u00e4\u00e6")) c = u'a';
            if (is_one_of(c, u"\u00c5\u00c4\u00c6")) c = u'A';
            if (is_one_of(c, u"\u00f8\u00f6")) c = u'o';
            if (is_one_of(c, u"\u00d8\u00d6")) c = u'O';
            const bool pair =
                ((term[i] == u'a' || term[i] == u'A') && is_one_of(next, u"aAeEoO")) ||
                ((term[i] == u'o' || term[i] == u'O') && is_one_of(next, u"eEoO"));
            out.push_back(c);
            if (pair) ++i;
            continue;
        }
        if (c == u'\u00e4') c = u'\u00e6';
        if (c == u'\u00c4') c = u'\u00c6';
        if (c == u'\u00f6') c = u'\u00f8';
        if (c == u'\u00d6') c = u'\u00d8';
        const bool small = term[i] == u'a' || term[i] == u'o';
        bool pair = true;
        if ((c == u'a' || c == u'A') && is_one_of(next, u"aAoO"))
            c = small ? u'\u00e5' : u'\u00c5';
        else if ((c == u'a' || c == u'A') && is_one_of(next, u"eE"))
            c = small ? u'\u00e6' : u'\u00c6';
        else if ((c == u'o' || c == u'O') && is_one_of(next, u"eEoO"))
            c = small ? u'\u00f8' : u'\u00d8';
        else
            pair = false;
        out.push_back(c);
        if (pair) ++i;
    }
    term = std::move(out);
}

Made<TokenFilterPtr> build_scandinavian(const Options& /*options*/,
                                        const Surroundings& /*around*/) {
    return changing([](Wide& term) { scandinavian(term, false); });
}

Made<TokenFilterPtr> build_folding(const Options& /*options*/, const Surroundings& /*around*/) {
    return changing([](Wide& term) { scandinavian(term, true); });
}

/// Cyrillic and Latin Serbian as bald Latin.
void serbian(Wide& term) {
    static constexpr std::u16string_view from =
        u"\u0430\u0431\u0432\u0433\u0434\u0452\u0435\u0436\u0437\u0438\u0458\u043a\u043b\u0459"
        u"\u043c\u043d\u045a\u043e\u043f\u0440\u0441\u0442\u045b\u0443\u0444\u0445\u0446\u0447"
        u"\u045f\u0448\u0107\u010d\u0111\u0161\u017e";
    static constexpr std::u16string_view to[] = {
        u"a", u"b",  u"v", u"g", u"d",  u"dj", u"e", u"z", u"z",  u"i", u"j", u"k",
        u"l", u"lj", u"m", u"n", u"nj", u"o",  u"p", u"r", u"s",  u"t", u"c", u"u",
        u"f", u"h",  u"c", u"c", u"dz", u"s",  u"c", u"c", u"dj", u"s", u"z"};
    Wide out;
    for (const char16_t c : term) {
        const std::size_t at = from.find(c);
        if (at == WideView::npos)
            out.push_back(c);
        else
            out += to[at];
    }
    term = std::move(out);
}

Made<TokenFilterPtr> build_serbian(const Options& /*options*/, const Surroundings& /*around*/) {
    return changing(serbian);
}

void hindi(Wide& term) {
    Wide out;
    for (std::size_t i = 0; i < term.size(); ++i) {
        const char16_t c = term[i];
        if (c == u'\u0928' && i + 1 < term.size() && term[i + 1] == u'\u094d') {
            out.push_back(u'\u0902');  // dead n is a bindu
            ++i;
        } else if (c == u'\u0901') {
            out.push_back(u'\u0902');
        } else if (c == u'\u093c' || c == u'\u200d' || c == u'\u200c' || c == u'\u094d') {
            continue;
        } else {
            static constexpr std::u16string_view from =
                u"\u0929\u0931\u0934\u0958\u0959\u095a\u095b\u095c\u095d\u095e\u095f\u0945\u0946"
                u"\u0949\u094a\u090d\u090e\u0911\u0912\u0972\u0906\u0908\u090a\u0960\u0961\u0910"
                u"\u0914\u0940\u0942\u0944\u0963\u0948\u094c";
            static constexpr std::u16string_view to =
                u"\u0928\u0930\u0933\u0915\u0916\u0917\u091c\u0921\u0922\u092b\u092f\u0947\u0947"
                u"\u094b\u094b\u090f\u090f\u0913\u0913\u0905\u0905\u0907\u0909\u090b\u090c\u090f"
                u"\u0913\u093f\u0941\u0943\u0962\u0947\u094b";
            const std::size_t at = from.find(c);
            out.push_back(at == WideView::npos ? c : to[at]);
        }
    }
    term = std::move(out);
}

Made<TokenFilterPtr> build_hindi(const Options& /*options*/, const Surroundings& /*around*/) {
    return changing(hindi);
}

constexpr FilterKind kinds[] = {
    {.name = "arabic_normalization", .build = build_arabic, .in_normalizer = true},
    {.name = "persian_normalization", .build = build_persian, .in_normalizer = true},
    {.name = "sorani_normalization", .build = build_sorani, .in_normalizer = true},
    {.name = "german_normalization", .build = build_german, .in_normalizer = true},
    {.name = "scandinavian_normalization", .build = build_scandinavian, .in_normalizer = true},
    {.name = "scandinavian_folding", .build = build_folding, .in_normalizer = true},
    {.name = "serbian_normalization", .build = build_serbian, .in_normalizer = true},
    {.name = "hindi_normalization", .build = build_hindi, .in_normalizer = true},
};

}  // namespace

extern constinit const FilterKinds spec{kinds};

}  // namespace elkhorn::text::token_filters::normalizing
