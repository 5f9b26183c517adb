#include "text/analysis/breaks.h"

#include <unicode/uchar.h>
#include <unicode/utf16.h>

#include <algorithm>

namespace elkhorn::text {
namespace {

constexpr UChar32 nothing = -1;
constexpr char16_t paragraph_end = 0x2029;

bool is_one_of(UChar32 c, std::u16string_view set) {
    return c >= 0 && c <= 0xffff && set.contains(static_cast<char16_t>(c));
}

bool is_of(UChar32 c, std::uint32_t categories) {
    return c >= 0 && (U_GET_GC_MASK(c) & categories) != 0;
}

/// Walks over characters; what changes the one before it belongs to it.
class Walk {
public:
    explicit Walk(std::u16string_view text) : text_(text) {}

    std::uint32_t at() const { return at_; }

    void go_to(std::uint32_t at) { at_ = at; }

    bool over() const { return at_ >= text_.size(); }

    UChar32 peek() const { return over() ? nothing : read(at_).first; }

    void step() {
        if (over()) return;
        at_ = read(at_).second;
        while (!over()) {
            const auto [c, next] = read(at_);
            if (!is_of(c, U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CF_MASK)) return;
            at_ = next;
        }
    }

    template <typename Test>
    bool skip(Test&& test) {
        const std::uint32_t from = at_;
        while (!over() && test(peek()))
            step();
        return at_ != from;
    }

private:
    std::pair<UChar32, std::uint32_t> read(std::uint32_t at) const {
        UChar32 c = 0;
        std::size_t next = at;
        U16_NEXT(text_.data(), next, text_.size(), c);
        return {c, static_cast<std::uint32_t>(next)};
    }

    std::u16string_view text_;  // the caller's
    std::uint32_t at_ = 0;
};

// -- sentences ------------------------------------------------------------------------------------

bool ends_surely(UChar32 c) {
    return is_one_of(c, u"!?\u3002\uff01\uff1f");
}

bool is_full_stop(UChar32 c) {
    return is_one_of(c, u".\uff0e");
}

bool is_blank(UChar32 c) {
    return is_one_of(c, u"\t\r\f\n\u2028") || is_of(c, U_GC_ZS_MASK);
}

bool closes(UChar32 c) {
    return is_one_of(c, u"\"'") || is_of(c, U_GC_PE_MASK | U_GC_PF_MASK);
}

/// What may stand before the first letter of a sentence.
bool opens(UChar32 c) {
    if (is_one_of(c, u"\"'")) return true;
    return c != nothing && c != ',' && c != paragraph_end && !ends_surely(c) && !is_full_stop(c) &&
           !is_blank(c) && !is_of(c, U_GC_L_MASK | U_GC_N_MASK | U_GC_PE_MASK | U_GC_PF_MASK);
}

/// Behind what may end a sentence: whether it does, and where the next one begins.
bool ends_sentence(Walk& walk) {
    bool surely = false;
    bool opened = false;  // by a quotation mark, which may as well close
    walk.skip([&](UChar32 c) {
        if (!ends_surely(c) && !is_full_stop(c) && !closes(c)) return false;
        surely = surely || ends_surely(c);
        opened = opens(c);
        return true;
    });
    std::size_t blanks = 0;
    walk.skip([&](UChar32 c) {
        if (is_blank(c)) ++blanks;
        return is_blank(c);
    });
    if (walk.peek() == paragraph_end) {
        walk.step();
        return true;
    }
    if (surely || walk.over()) return true;
    Walk ahead = walk;
    opened = ahead.skip(opens) || (opened && blanks == 0);
    if (!is_of(ahead.peek(), U_GC_L_MASK)) return false;
    return opened || blanks > 1 || (blanks == 1 && !is_of(ahead.peek(), U_GC_LL_MASK));
}

std::uint32_t sentence_end(Walk& walk) {
    while (!walk.over()) {
        const UChar32 c = walk.peek();
        if (ends_surely(c) || is_full_stop(c)) {
            if (ends_sentence(walk)) return walk.at();
            continue;
        }
        walk.step();
        if (c == paragraph_end) return walk.at();
    }
    return walk.at();
}

// -- words ----------------------------------------------------------------------------------------

bool is_kanji(UChar32 c) {
    return (c >= 0x4e00 && c <= 0x9fa5) || (c >= 0xf900 && c <= 0xfa2d) || c == 0x3005;
}

bool is_katakana(UChar32 c) {
    return (c >= 0x30a1 && c <= 0x30fe) || (c >= 0x3099 && c <= 0x309c);
}

bool is_hiragana(UChar32 c) {
    return (c >= 0x3041 && c <= 0x3094) || (c >= 0x3099 && c <= 0x309c);
}

bool is_letter(UChar32 c) {
    return is_of(c, U_GC_L_MASK | U_GC_MC_MASK) && !is_kanji(c) && !is_katakana(c) &&
           !is_hiragana(c);
}

bool is_digit(UChar32 c) {
    return is_of(c, U_GC_N_MASK);
}

bool joins_letters(UChar32 c) {
    return is_one_of(c, u"\"'.\u00ad\u2027") || is_of(c, U_GC_PD_MASK | U_GC_PC_MASK);
}

bool joins_digits(UChar32 c) {
    return is_one_of(c, u"\"',.\u066b");
}

bool leads_number(UChar32 c) {
    return is_one_of(c, u"#.") || (is_of(c, U_GC_SC_MASK) && c != 0xa2);
}

bool trails_number(UChar32 c) {
    return is_one_of(c, u"\u00a2%&\u2030\u2031");
}

/// A run of `part`, and more of them where one `joint` stands between.
template <typename Part, typename Joint>
bool skip_joined(Walk& walk, Part&& part, Joint&& joint) {
    if (!walk.skip(part)) return false;
    for (;;) {
        Walk ahead = walk;
        if (!joint(ahead.peek())) return true;
        ahead.step();
        if (!ahead.skip(part)) return true;
        walk = ahead;
    }
}

/// Words and numbers that follow each other directly.
bool skip_word(Walk& walk) {
    Walk ahead = walk;
    if (leads_number(ahead.peek())) {
        ahead.step();
        if (is_digit(ahead.peek())) walk = ahead;
    }
    bool any = false;
    bool number = false;
    for (;;) {
        if (skip_joined(walk, is_letter, joins_letters)) {
            number = false;
            walk.skip([](UChar32 c) { return is_one_of(c, u"\u0964\u0965"); });
        } else if (skip_joined(walk, is_digit, joins_digits)) {
            number = true;
        } else {
            break;
        }
        any = true;
    }
    if (number && trails_number(walk.peek())) walk.step();
    return any;
}

bool skip_blanks(Walk& walk) {
    const std::uint32_t from = walk.at();
    walk.skip([](UChar32 c) { return c == '\t' || is_of(c, U_GC_ZS_MASK); });
    if (walk.peek() == '\r') walk.step();
    if (is_one_of(walk.peek(), u"\n\f\u2028\u2029")) walk.step();
    return walk.at() != from;
}

void to_word_end(Walk& walk) {
    if (skip_word(walk) || skip_blanks(walk) || walk.skip(is_katakana) || walk.skip(is_hiragana) ||
        walk.skip(is_kanji))
        return;
    walk.step();
}

}  // namespace

std::vector<std::uint32_t> sentence_breaks(std::u16string_view text) {
    std::vector<std::uint32_t> breaks = {0};
    for (Walk walk(text); !walk.over();)
        breaks.push_back(sentence_end(walk));
    return breaks;
}

std::vector<std::uint32_t> word_breaks(std::u16string_view text) {
    std::vector<std::uint32_t> breaks = {0};
    for (Walk walk(text); !walk.over();) {
        to_word_end(walk);
        breaks.push_back(walk.at());
    }
    return breaks;
}

}  // namespace elkhorn::text
