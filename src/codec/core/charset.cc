#include "codec/core/charset.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace elkhorn::codec {
namespace {

// Windows-1252 differs from Latin-1 in these thirty-two characters; 0 where it has none.
constexpr std::array<std::uint16_t, 32> windows_characters = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

void append_utf8(std::string& out, unsigned c) {
    if (c < 0x80) {
        out.push_back(static_cast<char>(c));
        return;
    }
    if (c >= 0x800) {
        out.push_back(static_cast<char>(0xE0 | c >> 12));
        out.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
    } else {
        out.push_back(static_cast<char>(0xC0 | c >> 6));
    }
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
}

}  // namespace

void Charset::read(config::Fields& fields) {
    std::string name = "UTF-8";
    fields.optional("charset", name);
    const std::string upper = to_upper(name);
    if (upper == "UTF-8" || upper == "US-ASCII" || upper == "ASCII" || upper == "BINARY" ||
        upper == "ASCII-8BIT") {
        kind_ = Kind::utf8;
    } else if (upper == "ISO-8859-1" || upper == "LATIN1") {
        kind_ = Kind::latin1;
    } else if (upper == "WINDOWS-1252" || upper == "CP1252" || upper == "ISO-8859-15") {
        kind_ = Kind::windows1252;
    } else {
        fields.mistake("charset",
                       fmt::format("\"{}\" is none of UTF-8, ISO-8859-1, Windows-1252", name));
    }
}

std::string_view Charset::to_utf8(std::string_view bytes, event::Arena& arena) const {
    const auto plain = [](char c) {
        return static_cast<unsigned char>(c) < 0x80;
    };
    if (kind_ == Kind::utf8 || std::ranges::all_of(bytes, plain)) return bytes;
    std::string out;
    for (const char c : bytes) {
        unsigned code = static_cast<unsigned char>(c);
        if (kind_ == Kind::windows1252 && code >= 0x80 && code < 0xA0) {
            code = windows_characters[code - 0x80];
            if (code == 0) code = 0xFFFD;
        }
        append_utf8(out, code);
    }
    return arena.copy(out);
}

}  // namespace elkhorn::codec
