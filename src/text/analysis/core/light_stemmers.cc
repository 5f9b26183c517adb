#include "text/analysis/core/light_stemmers.h"

#include <algorithm>
#include <array>

namespace elkhorn::text {

bool ends_with_any(WideView word, std::initializer_list<WideView> endings) {
    return std::ranges::any_of(endings, [&](WideView ending) { return word.ends_with(ending); });
}

void map_letters(Wide& word, WideView from, WideView to) {
    for (char16_t& c : word) {
        const std::size_t at = from.find(c);
        if (at != WideView::npos) c = to[at];
    }
}

bool drop(Wide& word, WideView ending, std::size_t longer_than, std::size_t units) {
    if (word.size() <= longer_than || !word.ends_with(ending)) return false;
    word.resize(word.size() - units);
    return true;
}

namespace {

bool is_in(char16_t c, WideView set) {
    return set.find(c) != WideView::npos;
}

/// The letter `i` places before the end, 1 being the last.
char16_t& last(Wide& word, std::size_t i) {
    return word[word.size() - i];
}

void shorten(Wide& word, std::size_t units) {
    word.resize(word.size() - units);
}

void possessive_english(Wide& word) {
    if (word.size() < 2 || !is_in(last(word, 1), u"sS")) return;
    if (is_in(last(word, 2), u"'\u2019\uff07")) shorten(word, 2);
}

void minimal_english(Wide& word) {
    if (word.size() < 3 || last(word, 1) != u's') return;
    const char16_t before = last(word, 2);
    if (before == u'u' || before == u's') return;
    if (before == u'e') {
        if (word.size() > 3 && last(word, 3) == u'i' && !is_in(last(word, 4), u"ae")) {
            last(word, 3) = u'y';
            shorten(word, 2);
            return;
        }
        if (is_in(last(word, 3), u"iaoe")) return;
    }
    shorten(word, 1);
}

constexpr std::u16string_view german_vowels =
    u"\u00e4\u00e0\u00e1\u00e2\u00f6\u00f2\u00f3\u00f4\u00ef\u00ec\u00ed\u00ee\u00fc\u00f9\u00fa"
    u"\u00fb";
constexpr std::u16string_view before_st = u"bdfghklmnt";

void light_german(Wide& word) {
    map_letters(word, german_vowels, u"aaaaooooiiiiuuuu");
    const std::size_t size = word.size();
    if (drop(word, u"ern", 5, 3)) {
    } else if (size > 4 && last(word, 2) == u'e' && is_in(last(word, 1), u"mnrs")) {
        shorten(word, 2);
    } else if (drop(word, u"e", 3, 1)) {
    } else if (size > 3 && last(word, 1) == u's' && is_in(last(word, 2), before_st)) {
        shorten(word, 1);
    }
    if (drop(word, u"est", 5, 3)) return;
    if (word.size() > 4 && last(word, 2) == u'e' && is_in(last(word, 1), u"rn")) {
        shorten(word, 2);
    } else if (word.size() > 4 && word.ends_with(u"st") && is_in(last(word, 3), before_st)) {
        shorten(word, 2);
    }
}

void minimal_german(Wide& word) {
    if (word.size() < 5) return;
    map_letters(word, u"\u00e4\u00f6\u00fc", u"aou");
    if (drop(word, u"nen", 6, 3)) return;
    if (word.size() > 5 && ends_with_any(word, {u"en", u"se", u"es", u"er"})) {
        shorten(word, 2);
        return;
    }
    if (is_in(last(word, 1), u"nesr")) shorten(word, 1);
}

void light_spanish(Wide& word) {
    if (word.size() < 5) return;
    map_letters(word,
                u"\u00f2\u00f3\u00f4\u00f6\u00f9\u00fa\u00fb\u00fc\u00e0\u00e1\u00e2\u00e4\u00e8"
                u"\u00e9\u00ea\u00eb\u00ec\u00ed\u00ee\u00ef",
                u"oooouuuuaaaaeeeeiiii");
    if (is_in(last(word, 1), u"oae")) {
        shorten(word, 1);
    } else if (last(word, 1) == u's') {
        if (word.ends_with(u"eses")) {
            shorten(word, 2);
        } else if (word.ends_with(u"ces")) {
            last(word, 3) = u'z';
            shorten(word, 2);
        } else if (is_in(last(word, 2), u"oae")) {
            shorten(word, 2);
        }
    }
}

void light_italian(Wide& word) {
    if (word.size() < 6) return;
    map_letters(word,
                u"\u00e0\u00e1\u00e2\u00e4\u00f2\u00f3\u00f4\u00f6\u00e8\u00e9\u00ea\u00eb\u00f9"
                u"\u00fa\u00fb\u00fc\u00ec\u00ed\u00ee\u00ef",
                u"aaaaooooeeeeuuuuiiii");
    const char16_t end = last(word, 1);
    if (!is_in(end, u"eiao")) return;
    const bool two = is_in(last(word, 2), end == u'e' || end == u'i' ? u"ih" : u"i");
    shorten(word, two ? 2 : 1);
}

void arabic(Wide& word) {
    static constexpr std::array<WideView, 7> prefixes = {u"\u0627\u0644",
                                                         u"\u0648\u0627\u0644",
                                                         u"\u0628\u0627\u0644",
                                                         u"\u0643\u0627\u0644",
                                                         u"\u0641\u0627\u0644",
                                                         u"\u0644\u0644",
                                                         u"\u0648"};
    static constexpr std::array<WideView, 10> suffixes = {
        u"\u0647\u0627", u"\u0627\u0646", u"\u0627\u062a", u"\u0648\u0646", u"\u064a\u0646",
        u"\u064a\u0647", u"\u064a\u0629", u"\u0647",       u"\u0629",       u"\u064a"};
    for (const WideView prefix : prefixes) {
        const std::size_t least = prefix.size() == 1 ? 4 : prefix.size() + 2;
        if (word.size() < least || !word.starts_with(prefix)) continue;
        word.erase(0, prefix.size());
        break;
    }
    for (const WideView suffix : suffixes) {
        if (word.size() >= suffix.size() + 2 && word.ends_with(suffix))
            shorten(word, suffix.size());
    }
}

std::size_t czech_case(WideView word) {
    if (word.size() > 7 && word.ends_with(u"atech")) return 5;
    if (word.size() > 6 && ends_with_any(word, {u"\u011btem", u"etem", u"at\u016fm"})) return 4;
    if (word.size() > 5 &&
        ends_with_any(word, {u"ech", u"ich",      u"\u00edch", u"\u00e9ho", u"\u011bmi",
                             u"emi", u"\u00e9mu", u"\u011bte", u"ete",      u"\u011bti",
                             u"eti", u"\u00edho", u"iho",      u"\u00edmi", u"\u00edmu",
                             u"imu", u"\u00e1ch", u"ata",      u"aty",      u"\u00fdch",
                             u"ama", u"ami",      u"ov\u00e9", u"ovi",      u"\u00fdmi"}))
        return 3;
    if (word.size() > 4 &&
        ends_with_any(word, {u"em", u"es", u"\u00e9m", u"\u00edm", u"\u016fm", u"at", u"\u00e1m",
                             u"os", u"us", u"\u00fdm", u"mi", u"ou"}))
        return 2;
    return word.size() > 3 && is_in(word.back(), u"aeiou\u016fy\u00e1\u00e9\u00ed\u00fd\u011b") ? 1
                                                                                                : 0;
}

void czech(Wide& word) {
    shorten(word, czech_case(word));
    if (word.size() > 5 && ends_with_any(word, {u"ov", u"in", u"\u016fv"})) shorten(word, 2);
    if (word.empty()) return;
    if (ends_with_any(word, {u"\u010dt", u"\u0161t"})) {
        last(word, 2) = last(word, 2) == u'\u010d' ? u'c' : u's';
        last(word, 1) = u'k';
    } else if (is_in(word.back(), u"c\u010d")) {
        word.back() = u'k';
    } else if (is_in(word.back(), u"z\u017e")) {
        word.back() = u'h';
    } else if (word.size() > 1 && last(word, 2) == u'e') {
        last(word, 2) = word.back();
        shorten(word, 1);
    } else if (word.size() > 2 && last(word, 2) == u'\u016f') {
        last(word, 2) = u'o';
    }
}

void bulgarian_plural(Wide& word) {
    const std::size_t size = word.size();
    if (drop(word, u"\u043e\u0432\u0446\u0438", 6, 3) || drop(word, u"\u043e\u0432\u0435", 6, 3))
        return;
    if (size > 6 && word.ends_with(u"\u0435\u0432\u0435")) {
        last(word, 3) = u'\u0439';
        shorten(word, 2);
        return;
    }
    if (drop(word, u"\u0438\u0449\u0430", 5, 3) || drop(word, u"\u0442\u0430", 5, 2)) return;
    if (size > 5 && ends_with_any(word, {u"\u0446\u0438", u"\u0437\u0438"})) {
        last(word, 2) = last(word, 2) == u'\u0446' ? u'\u043a' : u'\u0433';
        shorten(word, 1);
    } else if (size > 5 && last(word, 3) == u'\u0435' && last(word, 1) == u'\u0438') {
        last(word, 3) = u'\u044f';
        shorten(word, 1);
    } else if (size > 4 && word.ends_with(u"\u0441\u0438")) {
        last(word, 2) = u'\u0445';
        shorten(word, 1);
    } else {
        drop(word, u"\u0438", 4, 1);
    }
}

void bulgarian(Wide& word) {
    if (word.size() < 4 || drop(word, u"\u0438\u0449\u0430", 5, 3)) return;
    if (!drop(word, u"\u0438\u044f\u0442", 6, 3)) {
        if (word.size() > 5 &&
            ends_with_any(word, {u"\u044a\u0442", u"\u0442\u043e", u"\u0442\u0435", u"\u0442\u0430",
                                 u"\u0438\u044f"}))
            shorten(word, 2);
        else
            drop(word, u"\u044f\u0442", 4, 2);
    }
    bulgarian_plural(word);
    if (word.size() > 3) {
        drop(word, u"\u044f", 0, 1);
        if (is_in(word.back(), u"\u0430\u043e\u0435")) shorten(word, 1);
    }
    if (word.size() > 4 && word.ends_with(u"\u0435\u043d")) {
        last(word, 2) = u'\u043d';
        shorten(word, 1);
    }
    if (word.size() > 5 && last(word, 2) == u'\u044a') {
        last(word, 2) = word.back();
        shorten(word, 1);
    }
}

struct SoraniEnding {
    WideView text;
    std::size_t longer_than;
    std::size_t drop;
};

void sorani(Wide& word) {
    static constexpr SoraniEnding endings[] = {
        {u"\u06ce\u06a9\u06cc", 6, 3},
        {u"\u06cc\u06d5\u06a9\u06cc", 7, 4},
        {u"\u06ce\u06a9", 5, 2},
        {u"\u06cc\u06d5\u06a9", 6, 3},
        {u"\u06d5\u06a9\u06d5", 6, 3},
        {u"\u06a9\u06d5", 5, 2},
        {u"\u06d5\u06a9\u0627\u0646", 7, 4},
        {u"\u06a9\u0627\u0646", 6, 3},
        {u"\u06cc\u0627\u0646\u06cc", 7, 4},
        {u"\u0627\u0646\u06cc", 6, 3},
        {u"\u06cc\u0627\u0646", 6, 3},
        {u"\u0627\u0646", 5, 2},
        {u"\u06cc\u0627\u0646\u06d5", 7, 4},
        {u"\u0627\u0646\u06d5", 6, 3},
        {u"\u0627\u06cc\u06d5", 5, 2},
        {u"\u06d5\u06cc\u06d5", 5, 2},
        {u"\u06d5", 4, 1},
        {u"\u06cc", 4, 1},
    };
    if (!drop(word, u"\u062f\u0627", 5, 2) && !drop(word, u"\u0646\u0627", 4, 1))
        drop(word, u"\u06d5\u0648\u06d5", 6, 3);
    if (word.size() > 6 &&
        ends_with_any(word, {u"\u0645\u0627\u0646", u"\u06cc\u0627\u0646", u"\u062a\u0627\u0646"}))
        shorten(word, 3);
    for (const SoraniEnding& ending : endings)
        if (drop(word, ending.text, ending.longer_than, ending.drop)) return;
}

struct Named {
    std::string_view name;
    Stem stem;
};

constexpr Named stemmers[] = {
    {"possessive_english", possessive_english},
    {"minimal_english", minimal_english},
    {"light_german", light_german},
    {"minimal_german", minimal_german},
    {"light_spanish", light_spanish},
    {"light_italian", light_italian},
    {"light_french", stem_light_french},
    {"minimal_french", stem_minimal_french},
    {"light_portuguese", stem_light_portuguese},
    {"arabic", arabic},
    {"czech", czech},
    {"bulgarian", bulgarian},
    {"sorani", sorani},
};

}  // namespace

Stem find_light_stemmer(std::string_view name) {
    const auto* it = std::ranges::find(stemmers, name, &Named::name);
    return it == std::end(stemmers) ? nullptr : it->stem;
}

}  // namespace elkhorn::text
