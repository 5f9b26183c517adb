// search/suggest/characters.h -- texts of UTF-8 by characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace elkhorn::search {

inline bool begins_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U;
}

/// The first characters of a text.
inline std::string_view beginning(std::string_view text, std::size_t characters) {
    std::size_t bytes = 0;
    for (; bytes < text.size(); ++bytes) {
        if (begins_character(text[bytes]) && characters-- == 0) break;
    }
    return text.substr(0, bytes);
}

/// One number for each character, of its bytes: good for comparing them, whatever they are.
inline std::u32string characters_of(std::string_view text) {
    std::u32string all;
    for (const char byte : text) {
        if (begins_character(byte)) all.push_back(0);
        if (all.empty()) continue;
        all.back() = (all.back() << 8U) | static_cast<unsigned char>(byte);
    }
    return all;
}

/// As Java counts: two for a character of four bytes.
inline std::size_t utf16_length(std::string_view text) {
    std::size_t units = 0;
    for (const char byte : text)
        units += (begins_character(byte) ? 1U : 0U) +
                 (static_cast<unsigned char>(byte) >= 0xf0U ? 1U : 0U);
    return units;
}

}  // namespace elkhorn::search
