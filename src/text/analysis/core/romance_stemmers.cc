// The light stemmers of French and Portuguese, whose endings are many.

#include "text/analysis/core/light_stemmers.h"

#include <unicode/uchar.h>

namespace elkhorn::text {
namespace {

/// An ending, how many units of it go, and what the last units of the rest become.
struct Ending {
    WideView text;
    std::size_t longer_than;
    std::size_t drop;
    WideView last;  // written over the end of what is left
};

bool apply(Wide& word, const Ending& ending) {
    if (word.size() <= ending.longer_than || !word.ends_with(ending.text)) return false;
    word.resize(word.size() - ending.drop);
    word.replace(word.size() - ending.last.size(), ending.last.size(), ending.last);
    return true;
}

void drop_last(Wide& word, char16_t letter) {
    if (!word.empty() && word.back() == letter) word.pop_back();
}

bool doubled(const Wide& word) {
    return word.size() > 1 && word.back() == word[word.size() - 2] && u_isalpha(word.back()) != 0;
}

void finish_french(Wide& word) {
    if (word.size() > 4) {
        map_letters(word, u"\u00e0\u00e1\u00e2\u00f4\u00e8\u00e9\u00ea\u00f9\u00fb\u00ee\u00e7",
                    u"aaaoeeeuuic");
        Wide once;
        for (const char16_t c : word) {
            if (once.empty() || once.back() != c || u_isalpha(c) == 0) once.push_back(c);
        }
        word = std::move(once);
    }
    if (word.size() > 4 && word.ends_with(u"ie")) word.resize(word.size() - 2);
    if (word.size() > 4) {
        drop_last(word, u'r');
        drop_last(word, u'e');
        drop_last(word, u'e');
        if (doubled(word)) word.pop_back();
    }
}

void drop_french_plural(Wide& word) {
    if (word.size() > 5 && word.back() == u'x') {
        if (word.ends_with(u"aux") && word[word.size() - 4] != u'e') word[word.size() - 2] = u'l';
        word.pop_back();
    }
    if (word.size() > 3) drop_last(word, u'x');
    if (word.size() > 3) drop_last(word, u's');
}

/// Endings behind which nothing else is looked for.
constexpr Ending french[] = {
    {u"ficatrice", 11, 5, u"er"}, {u"ficateur", 10, 4, u"er"}, {u"catrice", 9, 3, u"quer"},
    {u"cateur", 8, 2, u"quer"},   {u"atrice", 8, 4, u"er"},    {u"ateur", 7, 3, u"er"},
};

constexpr Ending french_then[] = {
    {u"i\u00e8me", 5, 4, u""}, {u"teuse", 7, 2, u"r"},     {u"teur", 6, 1, u"r"},
    {u"euse", 5, 2, u""},      {u"\u00e8re", 8, 1, u"er"}, {u"ive", 7, 1, u"f"},
    {u"folle", 4, 2, u"u"},    {u"molle", 4, 2, u"u"},     {u"nnelle", 9, 5, u""},
    {u"nnel", 9, 3, u""},
};

constexpr Ending french_last[] = {
    {u"esse", 8, 3, u""},  {u"inage", 7, 3, u""}, {u"isateur", 9, 7, u""},
    {u"ation", 8, 5, u""}, {u"ition", 8, 5, u""},
};

template <std::size_t N>
bool apply_first(Wide& word, const Ending (&endings)[N]) {
    for (const Ending& ending : endings)
        if (apply(word, ending)) return true;
    return false;
}

void drop_french_ending(Wide& word) {
    if (apply(word, {u"issement", 9, 6, u"r"}) || apply(word, {u"issant", 8, 4, u"r"})) return;
    if (apply(word, {u"ement", 6, 4, u""})) {
        apply(word, {u"ive", 3, 1, u"f"});
        return;
    }
    if (apply_first(word, french)) return;
    apply(word, {u"trice", 6, 1, u"eur"});
    if (apply_first(word, french_then)) return;
    apply(word, {u"\u00e8te", 4, 1, u"et"});
    apply(word, {u"ique", 8, 4, u""});
    if (word.size() > 8 && word.ends_with(u"esse")) {
        word.resize(word.size() - 3);
        return;
    }
    if (word.size() > 9 && word.ends_with(u"isation")) {
        word.resize(word.size() - 7);
        if (word.size() > 5 && word.ends_with(u"ual")) word[word.size() - 2] = u'e';
        return;
    }
    apply_first(word, french_last);
}

constexpr Ending portuguese[] = {
    {u"res", 4, 2, u""},
    {u"ses", 4, 2, u""},
    {u"les", 4, 2, u""},
    {u"zes", 4, 2, u""},
    {u"ns", 3, 1, u"m"},
    {u"eis", 4, 1, u"el"},
    {u"\u00e9is", 4, 1, u"el"},
    {u"ais", 4, 1, u"al"},
    {u"\u00f3is", 4, 1, u"ol"},
    {u"is", 4, 0, u"l"},
    {u"\u00f5es", 3, 1, u"\u00e3o"},
    {u"\u00e3es", 3, 1, u"\u00e3o"},
    {u"mente", 6, 5, u""},
    {u"s", 3, 1, u""},
};

constexpr Ending feminine[] = {
    {u"inha", 7, 0, u"o"},      {u"iaca", 7, 0, u"o"}, {u"eira", 7, 0, u"o"},
    {u"osa", 6, 0, u"o"},       {u"ica", 6, 0, u"o"},  {u"ida", 6, 0, u"o"},
    {u"ada", 6, 0, u"o"},       {u"iva", 6, 0, u"o"},  {u"ama", 6, 0, u"o"},
    {u"ona", 6, 1, u"\u00e3o"}, {u"ora", 6, 1, u""},   {u"esa", 6, 1, u"\u00eas"},
    {u"na", 6, 0, u"o"},
};

}  // namespace

void stem_light_french(Wide& word) {
    drop_french_plural(word);
    drop_french_ending(word);
    finish_french(word);
}

void stem_minimal_french(Wide& word) {
    if (word.size() < 6) return;
    if (word.back() == u'x') {
        if (word.ends_with(u"aux")) word[word.size() - 2] = u'l';
        word.pop_back();
        return;
    }
    drop_last(word, u's');
    drop_last(word, u'r');
    drop_last(word, u'e');
    drop_last(word, u'\u00e9');
    if (doubled(word)) word.pop_back();
}

void stem_light_portuguese(Wide& word) {
    if (word.size() < 4) return;
    apply_first(word, portuguese);
    if (word.size() > 3 && word.back() == u'a') apply_first(word, feminine);
    if (word.size() > 4 && WideView(u"eao").find(word.back()) != WideView::npos) word.pop_back();
    map_letters(word,
                u"\u00e0\u00e1\u00e2\u00e4\u00e3\u00f2\u00f3\u00f4\u00f6\u00f5\u00e8\u00e9\u00ea"
                u"\u00eb\u00f9\u00fa\u00fb\u00fc\u00ec\u00ed\u00ee\u00ef\u00e7",
                u"aaaaaoooooeeeeuuuuiiiic");
}

}  // namespace elkhorn::text
