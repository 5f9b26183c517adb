#include "text/analysis/ascii_folding.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>

namespace elkhorn::text {
namespace {

struct Folded {
    UChar32 letter;
    std::string_view ascii;
};

// Letters that no decomposition takes apart.
constexpr std::array folds = {
    Folded{0xc6, "AE"},   Folded{0xd0, "D"},    Folded{0xd8, "O"},   Folded{0xde, "TH"},
    Folded{0xdf, "ss"},   Folded{0xe6, "ae"},   Folded{0xf0, "d"},   Folded{0xf8, "o"},
    Folded{0xfe, "th"},   Folded{0x110, "D"},   Folded{0x111, "d"},  Folded{0x126, "H"},
    Folded{0x127, "h"},   Folded{0x131, "i"},   Folded{0x138, "q"},  Folded{0x141, "L"},
    Folded{0x142, "l"},   Folded{0x14a, "N"},   Folded{0x14b, "n"},  Folded{0x152, "OE"},
    Folded{0x153, "oe"},  Folded{0x166, "T"},   Folded{0x167, "t"},  Folded{0x1e9e, "SS"},
    Folded{0x2010, "-"},  Folded{0x2011, "-"},  Folded{0x2012, "-"}, Folded{0x2013, "-"},
    Folded{0x2014, "-"},  Folded{0x2018, "'"},  Folded{0x2019, "'"}, Folded{0x201a, "'"},
    Folded{0x201c, "\""}, Folded{0x201d, "\""}, Folded{0xab, "\""},  Folded{0xbb, "\""},
};

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::string fold_to_ascii(std::string_view text) {
    if (is_ascii(text)) return std::string(text);
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* decompose = icu::Normalizer2::getNFKDInstance(status);
    if (U_FAILURE(status)) return std::string(text);
    const auto whole =
        icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
    icu::UnicodeString out;
    for (std::int32_t i = 0; i < whole.length(); i = whole.moveIndex32(i, 1)) {
        const UChar32 c = whole.char32At(i);
        const auto* fold = std::ranges::find(folds, c, &Folded::letter);
        if (fold != folds.end()) {
            out.append(icu::UnicodeString::fromUTF8(
                {fold->ascii.data(), static_cast<int32_t>(fold->ascii.size())}));
            continue;
        }
        icu::UnicodeString parts;
        if (!decompose->getDecomposition(c, parts) ||
            u_charType(parts.char32At(0)) == U_NON_SPACING_MARK || parts.char32At(0) >= 0x80) {
            out.append(c);  // a letter of another script keeps its marks
            continue;
        }
        for (std::int32_t p = 0; p < parts.length(); p = parts.moveIndex32(p, 1)) {
            if (u_charType(parts.char32At(p)) != U_NON_SPACING_MARK) out.append(parts.char32At(p));
        }
    }
    std::string bytes;
    return out.toUTF8String(bytes);
}

}  // namespace elkhorn::text
