// script/syntax/lexer.h -- the source of a script as tokens. A slash begins a regular expression
// where no operand stands before it, as in Painless.
#pragma once

#include "script/core/script.h"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::script {

struct Token {
    enum class Kind : std::uint8_t { end, name, keyword, whole, real, text, regex, symbol };

    Kind kind = Kind::end;
    std::uint32_t at = 0;
    std::uint32_t end = 0;
    std::string text;   // of a text: what it says; of a regex: its pattern
    std::string flags;  // of a regex
};

std::expected<std::vector<Token>, Trouble> lex(std::string_view source);

Trouble trouble_at(std::string_view source, std::size_t offset, std::string type,
                   std::string reason);

}  // namespace elkhorn::script
