// text/pattern/regex_class.h -- a character class in Ruby's syntax, with nesting and intersection,
// into PCRE2's spelling. Only text/ includes this.
#pragma once

#include "base/result.h"
#include "text/pattern/regex_syntax.h"

#include <string_view>

namespace elkhorn::text {

/// `pattern` begins with '['; on success it begins behind the class's ']'.
Result<RegexNode> parse_class(std::string_view& pattern);

/// The set behind \d \D \w \W \s \S \h \H, or false.
bool escape_set(char letter, RegexNode& node);

/// Where an escape such as \n, \t, \x41, \u00e9, \012 stands at the front: its character. The
/// escape is taken off the front. Anything else escaped is itself.
Result<std::uint32_t> read_escape(std::string_view& pattern);

/// A code point in PCRE2's spelling, safe inside and outside a class.
void append_code_point(std::string& out, std::uint32_t code_point);

/// A whole UTF-8 sequence, or one byte where there is none.
std::uint32_t take_code_point(std::string_view& text);

}  // namespace elkhorn::text
