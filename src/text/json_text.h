// text/json_text.h -- the three ways a scalar becomes JSON text. Everything that writes JSON uses
// these, so that text is escaped and numbers are printed alike everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace elkhorn::text {

/// With quotes and escapes (RFC 8259); each byte that is no valid UTF-8 becomes U+FFFD. True where
/// it needed neither: between the quotes stands `text` as it is.
bool append_json_string(std::string& out, std::string_view text);

/// Whether JSON has the text as it is, and no byte of it is other than ASCII.
bool is_plain_json(std::string_view text);

/// As Java's Double.toString prints it, which is what Elasticsearch and Logstash answer: shortest
/// digits that round-trip, "1.0" for whole numbers, "1.0E10" from 10^7 on and below 10^-3.
/// Infinities and NaN, which JSON lacks, become null.
void append_json_real(std::string& out, double value);
/// With the digits that a float needs: 0.1, where the same number as a double has 17 of them.
void append_json_real(std::string& out, float value);

void append_integer(std::string& out, std::int64_t value);

/// Whether the bytes are valid UTF-8 (RFC 3629: no surrogates, no overlong forms, at most
/// U+10FFFF).
bool is_utf8(std::string_view text);

}  // namespace elkhorn::text
