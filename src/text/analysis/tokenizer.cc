#include "text/analysis/tokenizer.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace elkhorn::text {
namespace {

constexpr std::size_t max_token_characters = 255;

/// UAX #29 word-break classes, as far as they matter for words.
enum class Class : std::uint8_t {
    other,
    letter,
    digit,
    extend_num_let,
    mid_letter,
    mid_num,
    mid_num_let,
    extend,
    katakana,
    complex,  // Thai and its neighbours, which write words without blanks: a run is one token
    emoji,
    regional,  // half of a flag
    alone
};

constexpr auto ascii_classes = [] {
    std::array<Class, 128> table{};
    for (std::size_t c = 'a'; c <= 'z'; ++c)
        table[c] = Class::letter;
    for (std::size_t c = 'A'; c <= 'Z'; ++c)
        table[c] = Class::letter;
    for (std::size_t c = '0'; c <= '9'; ++c)
        table[c] = Class::digit;
    table['_'] = Class::extend_num_let;
    table[':'] = Class::mid_letter;
    table[','] = Class::mid_num;
    table[';'] = Class::mid_num;
    table['.'] = Class::mid_num_let;
    table['\''] = Class::mid_num_let;
    return table;
}();

/// What the fast path asks of a byte.
enum Flags : std::uint8_t { in_word = 1, upper = 2, not_ascii = 4 };

constexpr auto byte_flags = [] {
    std::array<std::uint8_t, 256> table{};
    for (std::size_t c = 0; c < 128; ++c) {
        const Class kind = ascii_classes[c];
        const bool word =
            kind == Class::letter || kind == Class::digit || kind == Class::extend_num_let;
        table[c] = word ? in_word : 0;
        if (c >= 'A' && c <= 'Z') table[c] |= upper;
    }
    for (std::size_t c = 128; c < 256; ++c)
        table[c] = not_ascii;
    return table;
}();

std::uint8_t flags_of(char c) {
    return byte_flags[static_cast<unsigned char>(c)];
}

Class class_of(UChar32 c) {
    if (c >= 0 && c < 128) return ascii_classes[static_cast<std::size_t>(c)];
    if (u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT) return Class::complex;
    switch (u_getIntPropertyValue(c, UCHAR_WORD_BREAK)) {
        case U_WB_ALETTER:
        case U_WB_HEBREW_LETTER: return Class::letter;
        case U_WB_NUMERIC: return Class::digit;
        case U_WB_EXTENDNUMLET: return Class::extend_num_let;
        case U_WB_MIDLETTER: return Class::mid_letter;
        case U_WB_MIDNUM: return Class::mid_num;
        case U_WB_MIDNUMLET: return Class::mid_num_let;
        case U_WB_EXTEND:
        case U_WB_FORMAT:
        case U_WB_ZWJ: return Class::extend;
        case U_WB_KATAKANA: return Class::katakana;
        case U_WB_REGIONAL_INDICATOR: return Class::regional;
        default: break;
    }
    if (u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC)) return Class::emoji;
    if (u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_IDEOGRAPHIC)
        return u_isalnum(c) ? Class::alone : Class::other;
    return u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC) || u_isalpha(c) ? Class::alone : Class::other;
}

struct Character {
    UChar32 code;
    std::size_t size_bytes;
    Class kind;
};

/// The character at `at`; a byte that is no UTF-8 is one character of class other.
Character character_at(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 128) return {lead, 1, ascii_classes[lead]};
    auto next = static_cast<std::int32_t>(at);
    UChar32 code = 0;
    U8_NEXT(reinterpret_cast<const std::uint8_t*>(text.data()), next,
            static_cast<std::int32_t>(text.size()), code);
    if (code < 0) return {code, 1, Class::other};
    return {code, static_cast<std::size_t>(next) - at, class_of(code)};
}

bool joins(Class before, Class after) {
    const auto word = [](Class c) {
        return c == Class::letter || c == Class::digit || c == Class::extend_num_let;
    };
    if (word(before) && word(after)) return true;
    if (before == Class::complex) return after == Class::complex;
    if (before == Class::katakana)
        return after == Class::katakana || after == Class::extend_num_let;
    return before == Class::extend_num_let && after == Class::katakana;
}

/// Whether `middle` holds `before` and `after` together: can't, a.b, 3.14, 1,000.
bool bridges(Class before, Class middle, Class after) {
    if (before == Class::letter && after == Class::letter) {
        return middle == Class::mid_letter || middle == Class::mid_num_let;
    }
    if (before == Class::digit && after == Class::digit) {
        return middle == Class::mid_num || middle == Class::mid_num_let;
    }
    return false;
}

bool starts_token(Class c) {
    return c == Class::letter || c == Class::digit || c == Class::extend_num_let ||
           c == Class::katakana || c == Class::complex || c == Class::emoji ||
           c == Class::regional || c == Class::alone;
}

void append_lower(std::string& out, UChar32 code) {
    std::uint8_t bytes[U8_MAX_LENGTH];
    std::int32_t size = 0;
    U8_APPEND_UNSAFE(bytes, size, u_tolower(code));
    out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

}  // namespace

bool Tokenizer::next() {
    while (at_ < text_.size()) {
        const std::uint8_t flags = flags_of(text_[at_]);
        if ((flags & (in_word | not_ascii)) == 0) {
            ++at_;
            continue;
        }
        if ((flags & not_ascii) != 0) {
            const Character c = character_at(text_, at_);
            if (!starts_token(c.kind)) {
                at_ += c.size_bytes;
                continue;
            }
            if (c.kind == Class::emoji || c.kind == Class::regional) {
                if (take_emoji()) return true;
                continue;
            }
        }
        begin_ = at_;
        if (!take_ascii()) take_unicode();
        // A run of underscores alone is no word.
        if (text_[begin_] != '_' ||
            text_.substr(begin_, end_ - begin_).find_first_not_of('_') != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

/// The common case: a token of ASCII that ends at an ASCII character. False leaves it to
/// take_unicode.
bool Tokenizer::take_ascii() {
    const auto kind = [&](std::size_t i) {
        return ascii_classes[static_cast<unsigned char>(text_[i])];
    };
    const std::size_t limit = std::min(text_.size(), begin_ + max_token_characters);
    std::size_t at = at_;
    std::uint8_t seen = 0;
    while (true) {
        while (at < limit && (flags_of(text_[at]) & in_word) != 0)
            seen |= flags_of(text_[at++]);
        if (at == text_.size() || at >= limit) break;
        if ((flags_of(text_[at]) & not_ascii) != 0) return false;
        if (at + 1 >= text_.size()) break;
        if ((flags_of(text_[at + 1]) & not_ascii) != 0) return false;
        if (!bridges(kind(at - 1), kind(at), kind(at + 1))) break;
        ++at;
    }
    end_ = at;
    at_ = at;
    token_ = text_.substr(begin_, end_ - begin_);
    if ((seen & upper) != 0) lower_ascii();
    return true;
}

void Tokenizer::lower_ascii() {
    lowered_.assign(token_);
    for (char& c : lowered_) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    token_ = lowered_;
}

void Tokenizer::take_unicode() {
    lowered_.clear();
    Class before = Class::other;
    std::size_t characters = 0;
    while (at_ < text_.size() && characters < max_token_characters) {
        const Character c = character_at(text_, at_);
        bool take = characters == 0 || c.kind == Class::extend || joins(before, c.kind);
        if (!take && at_ + c.size_bytes < text_.size()) {
            take = bridges(before, c.kind, character_at(text_, at_ + c.size_bytes).kind);
        }
        if (!take || (before == Class::alone && c.kind != Class::extend)) break;
        append_lower(lowered_, c.code);
        at_ += c.size_bytes;
        ++characters;
        // A bridge keeps the class on its far side; an extension changes nothing.
        if (c.kind != Class::extend) {
            const bool bridge = c.kind == Class::mid_letter || c.kind == Class::mid_num ||
                                c.kind == Class::mid_num_let;
            before = bridge ? before : c.kind;
        }
    }
    end_ = at_;
    token_ = lowered_;
}

/// A picture with what changes it and what is joined to it, or a flag. False: half a flag.
bool Tokenizer::take_emoji() {
    constexpr UChar32 joiner = 0x200d;
    begin_ = at_;
    Character c = character_at(text_, at_);
    at_ += c.size_bytes;
    if (c.kind == Class::regional) {
        if (at_ >= text_.size() || character_at(text_, at_).kind != Class::regional) return false;
        at_ += character_at(text_, at_).size_bytes;
    }
    for (std::size_t characters = 1; at_ < text_.size() && characters < max_token_characters;
         ++characters) {
        const UChar32 before = c.code;
        c = character_at(text_, at_);
        if (c.kind != Class::extend && !(c.kind == Class::emoji && before == joiner)) break;
        at_ += c.size_bytes;
    }
    end_ = at_;
    token_ = text_.substr(begin_, end_ - begin_);
    return true;
}

std::string to_lower_unicode(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const Character c = character_at(text, at);
        if (c.code < 0)
            out.push_back(text[at]);
        else
            append_lower(out, c.code);
        at += c.size_bytes;
    }
    return out;
}

}  // namespace elkhorn::text
