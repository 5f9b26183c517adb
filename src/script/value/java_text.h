// script/value/java_text.h -- texts as Java has them: UTF-16 units that are counted, hashes,
// numbers and collections as toString() shows them.
//
// Texts are UTF-8 here. Plain ASCII, which most are, is counted by bytes; any other is turned into
// UTF-16 for as long as an operation takes. A surrogate that stands alone becomes a question mark.
#pragma once

#include "script/value/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace elkhorn::script {

bool is_plain(std::string_view text);
std::u16string to_utf16(std::string_view text);
std::string to_utf8(std::u16string_view text);
std::size_t utf16_length(std::string_view text);

std::int32_t java_hash(std::string_view text);

std::string java_text(double value);
std::string java_text(float value);

/// What toString() gives; stops growing once it is `most` bytes long.
std::string java_text(const Value& value, std::size_t most = 16 << 20);

/// compareTo() of numbers, texts, booleans, dates; objects that have none are equal.
int compare_natural(const Value& a, const Value& b);

/// As Integer.parseInt and Double.parseDouble read a text.
std::optional<std::int64_t> parse_java_integer(std::string_view text, int radix);
std::optional<double> parse_java_double(std::string_view text);

/// "2024-01-01T00:00Z", as java.time prints it.
std::string java_date_text(const Value& date);

}  // namespace elkhorn::script
