#include "text/json_text.h"

#include "base/bytes.h"

#include <emmintrin.h>

#include <array>
#include <charconv>
#include <cmath>

namespace elkhorn::text {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// The length of the valid UTF-8 sequence at the front, or 0. `text` is not empty.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return static_cast<unsigned char>(text[i]);
    };
    const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
        return i < text.size() && byte(i) >= low && byte(i) <= high;
    };
    const unsigned lead = byte(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
        const unsigned high = lead == 0xED ? 0x9F : 0xBF;
        return follows(1, low, high) && follows(2) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
        const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
        return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

constexpr auto plain_table = [] {
    std::array<bool, 256> plain{};
    for (std::size_t c = 0x20; c < 0x80; ++c)
        plain[c] = c != '"' && c != '\\';
    return plain;
}();

/// Whether one of the bytes is below 0x20, a quote, a backslash or no ASCII.
template <typename Word>
bool has_odd(Word word) {
    constexpr auto ones = static_cast<Word>(0x0101010101010101);
    constexpr auto high = static_cast<Word>(0x8080808080808080);
    const Word quote = word ^ (ones * '"');
    const Word backslash = word ^ (ones * '\\');
    return (((word - ones * 0x20) | (quote - ones) | (backslash - ones) | word) & high) != 0;
}

bool sixteen_have_odd(const char* from) {
    const __m128i bytes = load<__m128i>(from);
    const __m128i below = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));  // signed: no ASCII is below
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    return _mm_movemask_epi8(_mm_or_si128(below, _mm_or_si128(quote, backslash))) != 0;
}

/// How many bytes at the front stand for themselves: blocks, the last one where it ends with the
/// text; where one has another byte, that is looked for.
std::size_t plain_prefix(std::string_view text) {
    const char* from = text.data();
    const std::size_t n = text.size();
    std::size_t at = 0;
    if (n >= 16) {
        while (at + 16 <= n && !sixteen_have_odd(from + at))
            at += 16;
        if (at + 16 > n && !sixteen_have_odd(from + n - 16)) return n;
    } else if (n >= 8) {
        if (!has_odd(load<std::uint64_t>(from)) && !has_odd(load<std::uint64_t>(from + n - 8)))
            return n;
    } else if (n >= 4) {
        if (!has_odd(load<std::uint32_t>(from)) && !has_odd(load<std::uint32_t>(from + n - 4)))
            return n;
    }
    while (at < n && plain_table[static_cast<unsigned char>(from[at])])
        ++at;
    return at;
}

void append_escape(std::string& out, char c) {
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        case '\b': out += "\\b"; return;
        case '\f': out += "\\f"; return;
        default: break;
    }
    constexpr std::string_view hex = "0123456789abcdef";
    out += "\\u00";
    out += hex[static_cast<unsigned char>(c) >> 4];
    out += hex[static_cast<unsigned char>(c) & 15];
}

}  // namespace

bool is_plain_json(std::string_view text) {
    return plain_prefix(text) == text.size();
}

bool append_json_string(std::string& out, std::string_view text) {
    std::size_t at = plain_prefix(text);
    if (at == text.size()) {
        const std::size_t before = out.size();
        const std::size_t after = before + at + 2;  // the size the lambda is told may be larger
        out.resize_and_overwrite(after, [&](char* to, std::size_t) {
            to[before] = '"';
            copy_bytes(to + before + 1, text.data(), at);
            to[after - 1] = '"';
            return after;
        });
        return true;
    }
    out.push_back('"');
    bool as_it_is = true;
    std::size_t from = 0;
    while (at < text.size()) {
        const auto c = static_cast<unsigned char>(text[at]);
        if (plain_table[c]) {
            ++at;
            continue;
        }
        const std::size_t length = c >= 0x80 ? sequence_length(text.substr(at)) : 0;
        if (length > 0) {
            at += length;
            continue;
        }
        as_it_is = false;
        out.append(text, from, at - from);
        if (c >= 0x80)
            out += replacement;
        else
            append_escape(out, text[at]);
        from = ++at;
    }
    out.append(text, from, at - from);
    out.push_back('"');
    return as_it_is;
}

void append_json_real(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    const double size = std::fabs(value);
    std::array<char, 400> digits;
    char* const first = digits.data();
    if (size != 0 && (size < 1e-3 || size >= 1e7)) {
        // 1e+10 becomes 1.0E10; 1.5e-05 becomes 1.5E-5.
        const auto end =
            std::to_chars(first, first + digits.size(), value, std::chars_format::scientific).ptr;
        const std::string_view text(first, static_cast<std::size_t>(end - first));
        const std::size_t e = text.find('e');
        out += text.substr(0, e);
        if (text.substr(0, e).find('.') == std::string_view::npos) out += ".0";
        out += 'E';
        std::string_view exponent = text.substr(e + 1);
        if (exponent.front() == '-') out += '-';
        exponent.remove_prefix(1);
        while (exponent.size() > 1 && exponent.front() == '0')
            exponent.remove_prefix(1);
        out += exponent;
        return;
    }
    const auto end =
        std::to_chars(first, first + digits.size(), value, std::chars_format::fixed).ptr;
    const std::string_view text(first, static_cast<std::size_t>(end - first));
    out += text;
    if (text.find('.') == std::string_view::npos) out += ".0";
}

void append_json_real(std::string& out, float value) {
    if (!std::isfinite(value)) return append_json_real(out, static_cast<double>(value));
    std::array<char, 64> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    double same = 0;
    std::from_chars(digits.data(), end, same);
    append_json_real(out, same);
}

void append_integer(std::string& out, std::int64_t value) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace elkhorn::text
