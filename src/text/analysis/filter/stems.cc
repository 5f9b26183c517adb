// text/analysis/filter/stems.cc -- stemmer, snowball, porter_stem and the languages' own names for
// them: a word becomes its stem, unless it is a keyword.
//
// Stemmers that neither Snowball's library nor core/light_stemmers.h has are refused by name.

#include "base/strings.h"
#include "text/analysis/core/light_stemmers.h"
#include "text/analysis/core/simple_filters.h"
#include "text/analysis/core/snowball.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::text::token_filters::stems {
namespace {

struct Language {
    std::string_view name;  // of the filter `stemmer`
    std::string_view algorithm;
};

/// Names of Snowball's algorithms where they are not the name itself.
constexpr Language snowballs[] = {
    {"english", "porter"},      {"porter2", "english"},   {"armenian", "armenian"},
    {"basque", "basque"},       {"catalan", "catalan"},   {"danish", "danish"},
    {"dutch", "dutch"},         {"estonian", "estonian"}, {"finnish", "finnish"},
    {"french", "french"},       {"german", "german"},     {"hungarian", "hungarian"},
    {"irish", "irish"},         {"italian", "italian"},   {"lithuanian", "lithuanian"},
    {"norwegian", "norwegian"}, {"porter", "porter"},     {"portuguese", "portuguese"},
    {"romanian", "romanian"},   {"russian", "russian"},   {"spanish", "spanish"},
    {"swedish", "swedish"},     {"turkish", "turkish"},
};

constexpr std::string_view missing =
    " bengali brazilian dutch_kp dutchKp kp galician german2 greek hindi indonesian kstem latvian "
    "light_english lightEnglish light_finnish lightFinish lightFinnish light_hungarian "
    "lightHungarian light_norwegian lightNorwegian light_nynorsk lightNynorsk light_russian "
    "lightRussian light_swedish lightSwedish lovins minimal_galician minimalGalician "
    "minimal_norwegian minimalNorwegian minimal_nynorsk minimalNynorsk minimal_portuguese "
    "minimalPortuguese portuguese_rslp ";

bool is_snowball(std::string_view name) {
    return std::ranges::find(snowballs, name, &Language::name) != std::end(snowballs);
}

/// lightGerman is light_german.
std::string with_underscores(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c >= 'A' && c <= 'Z') {
            if (!out.empty()) out.push_back('_');
            out.push_back(static_cast<char>(c - 'A' + 'a'));
        } else {
            out.push_back(c);
        }
    }
    return out;
}

std::unexpected<Refusal> no_such_stemmer(std::string_view name) {
    std::string title(name);
    if (!title.empty() && title[0] >= 'a' && title[0] <= 'z')
        title[0] = static_cast<char>(title[0] - 'a' + 'A');
    Refusal refusal;
    refusal.reason = fmt::format("Invalid stemmer class specified: {}", title);
    refusal.caused_by_type = "class_not_found_exception";
    refusal.caused_by_reason = fmt::format("org.tartarus.snowball.ext.{}Stemmer", title);
    return std::unexpected(std::move(refusal));
}

TokenFilterPtr by_snowball(std::string_view algorithm) {
    return each_token([algorithm = std::string(algorithm)](Token& token) {
        if (!token.keyword) token.term = snowball_stem(algorithm, token.term);
    });
}

TokenFilterPtr by_rules(Stem stem) {
    return each_token([stem](Token& token) {
        if (!token.keyword) stem(token.term);
    });
}

std::unexpected<Refusal> not_yet(std::string_view name) {
    return refused(fmt::format("stemmer [{}] is not supported yet", name));
}

Made<TokenFilterPtr> named(std::string_view name) {
    if (const Stem stem = find_light_stemmer(name)) return by_rules(stem);
    const auto* it = std::ranges::find(snowballs, name, &Language::name);
    if (it == std::end(snowballs)) return no_such_stemmer(name);
    if (!has_snowball(it->algorithm)) return not_yet(name);
    return by_snowball(it->algorithm);
}

/// "English", as Snowball's classes are called.
Made<TokenFilterPtr> by_title(const std::string& given) {
    const std::string name = to_lower(given);
    if (name == "german2" || name == "kp" || name == "lovins" || name == "estonian")
        return not_yet(given);
    if (name == "english") return by_snowball("english");
    if (name != "arabic" && !is_snowball(name)) return no_such_stemmer(given);
    if (!has_snowball(name)) return not_yet(given);
    return by_snowball(name);
}

Made<TokenFilterPtr> build_stemmer(const Options& options, const Surroundings& /*around*/) {
    const std::string given = options.text("language", options.text("name", "porter"));
    const std::string lower = to_lower(given);
    const bool absent = missing.find(" " + given + " ") != std::string_view::npos ||
                        missing.find(" " + lower + " ") != std::string_view::npos;
    if (absent) return not_yet(given);
    if (is_snowball(lower) || find_light_stemmer(lower) != nullptr) return named(lower);
    const std::string apart = with_underscores(given);
    return find_light_stemmer(apart) != nullptr ? named(apart) : no_such_stemmer(given);
}

Made<TokenFilterPtr> build_snowball(const Options& options, const Surroundings& /*around*/) {
    return by_title(options.text("language", options.text("name", "English")));
}

template <const char* Name>
Made<TokenFilterPtr> build_named(const Options& /*options*/, const Surroundings& /*around*/) {
    return named(Name);
}

template <const char* Name>
Made<TokenFilterPtr> build_missing(const Options& /*options*/, const Surroundings& /*around*/) {
    return not_yet(Name);
}

constexpr char english[] = "english";
constexpr char arabic[] = "arabic";
constexpr char brazilian[] = "brazilian";
constexpr char czech[] = "czech";
constexpr char dutch[] = "dutch";
constexpr char french[] = "french";
constexpr char german[] = "german_stem";
constexpr char russian[] = "russian";

constexpr FilterKind kinds[] = {
    {.name = "stemmer", .build = build_stemmer, .adds = adds_keyword},
    {.name = "snowball", .build = build_snowball, .adds = adds_keyword},
    {.name = "porter_stem", .build = build_named<english>, .adds = adds_keyword},
    {.name = "porterStem", .build = build_named<english>, .adds = adds_keyword},
    {.name = "arabic_stem", .build = build_named<arabic>, .adds = adds_keyword},
    {.name = "brazilian_stem", .build = build_missing<brazilian>, .adds = adds_keyword},
    {.name = "czech_stem", .build = build_named<czech>, .adds = adds_keyword},
    {.name = "dutch_stem", .build = build_named<dutch>, .adds = adds_keyword},
    {.name = "french_stem", .build = build_named<french>, .adds = adds_keyword},
    {.name = "german_stem", .build = build_missing<german>, .adds = adds_keyword},
    {.name = "russian_stem", .build = build_named<russian>, .adds = adds_keyword},
};

}  // namespace

extern constinit const FilterKinds spec{kinds};

}  // namespace elkhorn::text::token_filters::stems
