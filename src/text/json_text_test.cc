#include "text/json_text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace elkhorn::text {
namespace {

std::string json_of(std::string_view text) {
    std::string out = "x";
    append_json_string(out, text);
    return out.substr(1);
}

TEST(JsonText, WhatNeedsNoEscapeStandsForItself) {
    EXPECT_EQ(json_of(""), R"("")");
    EXPECT_EQ(json_of("plain"), R"("plain")");
    EXPECT_EQ(json_of("longer than eight bytes ~\x7f"), "\"longer than eight bytes ~\x7f\"");
    EXPECT_EQ(json_of("gr\xC3\xBC\xC3\x9F"), "\"gr\xC3\xBC\xC3\x9F\"");
}

/// One odd byte at every place of texts of every length up to 40, for every byte.
TEST(JsonText, AnOddByteIsSeenWhereverItStands) {
    for (std::size_t length = 1; length <= 40; ++length) {
        for (std::size_t at = 0; at < length; ++at) {
            for (int byte = 0; byte < 256; ++byte) {
                std::string text(length, 'a');
                text[at] = static_cast<char>(byte);
                const bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
                const std::string whole = "\"" + text + "\"";
                EXPECT_EQ(json_of(text) == whole, plain) << byte << " at " << at;
            }
        }
    }
}

TEST(JsonText, Escapes) {
    EXPECT_EQ(json_of("a\"b\\c\n\r\t\b\f\x01"), R"("a\"b\\c\n\r\t\b\f\u0001")");
    EXPECT_EQ(json_of("bad \xFF byte"), "\"bad \xEF\xBF\xBD byte\"");
}

}  // namespace
}  // namespace elkhorn::text
