#include "text/analysis/analyzer/analyzers.h"

#include <algorithm>

namespace elkhorn::text {
namespace {

constexpr AnalyzerKind kinds[] = {
    {"standard", "standard $max_token_length | lowercase | $stop"},
    {"simple", "lowercase"},
    {"stop", "lowercase | $stop", "_english_"},
    {"whitespace", "whitespace"},
    {"keyword", "keyword"},
    {"pattern", "$pattern | $lowercase | $stop"},
    {"fingerprint",
     "standard | lowercase | asciifolding | $stop | fingerprint $separator $max_output_size"},
    {"snowball",
     "standard | stemmer:possessive_english $english | lowercase | $stop | snowball $language",
     "_english_"},
    {"arabic",
     "standard | lowercase | decimal_digit | $stop | arabic_normalization | $keywords | "
     "arabic_stem",
     "_arabic_"},
    {"armenian", "standard | lowercase | $stop | $keywords | stemmer:armenian", "_armenian_"},
    {"basque", "standard | lowercase | $stop | $keywords | stemmer:basque", "_basque_"},
    {"bengali",
     "standard | lowercase | decimal_digit | $keywords | indic_normalization | "
     "bengali_normalization | $stop | stemmer:bengali",
     "_bengali_"},
    {"brazilian", "standard | lowercase | $stop | $keywords | brazilian_stem", "_brazilian_"},
    {"bulgarian", "standard | lowercase | $stop | $keywords | stemmer:bulgarian", "_bulgarian_"},
    {"catalan", "standard | elision:catalan | lowercase | $stop | $keywords | stemmer:catalan",
     "_catalan_"},
    {"chinese", "standard | lowercase | $stop", "_english_"},
    {"cjk", "standard | cjk_width | lowercase | cjk_bigram | $stop", "_cjk_"},
    {"czech", "standard | lowercase | $stop | $keywords | czech_stem", "_czech_"},
    {"danish", "standard | lowercase | $stop | $keywords | stemmer:danish", "_danish_"},
    {"dutch", "standard | lowercase | $stop | $keywords | $dutch | stemmer:dutch", "_dutch_"},
    {"english",
     "standard | stemmer:possessive_english | lowercase | $stop | $keywords | porter_stem",
     "_english_"},
    {"estonian", "standard | lowercase | $stop | $keywords | stemmer:estonian", "_estonian_"},
    {"finnish", "standard | lowercase | $stop | $keywords | stemmer:finnish", "_finnish_"},
    {"french", "standard | elision:french | lowercase | $stop | $keywords | stemmer:light_french",
     "_french_"},
    {"galician", "standard | lowercase | $stop | $keywords | stemmer:galician", "_galician_"},
    {"german",
     "standard | lowercase | $stop | $keywords | german_normalization | stemmer:light_german",
     "_german_"},
    {"greek", "standard | lowercase:greek | $stop | stemmer:greek", "_greek_"},
    {"hindi",
     "standard | lowercase | decimal_digit | $keywords | indic_normalization | "
     "hindi_normalization | $stop | stemmer:hindi",
     "_hindi_"},
    {"hungarian", "standard | lowercase | $stop | $keywords | stemmer:hungarian", "_hungarian_"},
    {"indonesian", "standard | lowercase | $stop | $keywords | stemmer:indonesian", "_indonesian_"},
    {"irish",
     "standard | $hyphens | elision:irish | lowercase:irish | $stop | $keywords | stemmer:irish",
     "_irish_"},
    {"italian",
     "standard | elision:italian | lowercase | $stop | $keywords | stemmer:light_italian",
     "_italian_"},
    {"latvian", "standard | lowercase | $stop | $keywords | stemmer:latvian", "_latvian_"},
    {"lithuanian", "standard | lowercase | $stop | $keywords | stemmer:lithuanian", "_lithuanian_"},
    {"norwegian", "standard | lowercase | $stop | $keywords | stemmer:norwegian", "_norwegian_"},
    {"persian",
     "$zero_width standard | lowercase | decimal_digit | arabic_normalization | "
     "persian_normalization | $stop",
     "_persian_"},
    {"portuguese", "standard | lowercase | $stop | $keywords | stemmer:light_portuguese",
     "_portuguese_"},
    {"romanian", "standard | lowercase | $stop | $keywords | stemmer:romanian", "_romanian_"},
    {"russian", "standard | lowercase | $stop | $keywords | stemmer:russian", "_russian_"},
    {"sorani",
     "standard | sorani_normalization | lowercase | decimal_digit | $stop | $keywords | "
     "stemmer:sorani",
     "_sorani_"},
    {"spanish", "standard | lowercase | $stop | $keywords | stemmer:light_spanish", "_spanish_"},
    {"swedish", "standard | lowercase | $stop | $keywords | stemmer:swedish", "_swedish_"},
    {"thai", "thai | lowercase | decimal_digit | $stop", "_thai_"},
    {"turkish", "standard | apostrophe | lowercase:turkish | $stop | $keywords | stemmer:turkish",
     "_turkish_"},
};

}  // namespace

std::span<const AnalyzerKind> analyzer_kinds() {
    return kinds;
}

const AnalyzerKind* find_analyzer(std::string_view name) {
    const auto* it = std::ranges::find(kinds, name, &AnalyzerKind::name);
    return it == std::end(kinds) ? nullptr : it;
}

}  // namespace elkhorn::text
