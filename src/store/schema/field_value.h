// store/schema/field_value.h -- what a value of a document is worth to a field of some type, and in
// Elasticsearch's words why it is worth nothing.
//
//   12, "12", 12.7   are 12 to a long; the last two not where `coerce` is false
//   300              is nothing to a byte: "Value [300] is out of range for a byte"
#pragma once

#include "event/document.h"
#include "store/schema/mapping.h"
#include "text/date/date_parse.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace elkhorn::store {

constexpr std::string_view default_date_format = "strict_date_optional_time||epoch_millis";

/// Parsers of date formats, made once each.
class DateParsers {
public:
    /// An empty format is the default one, as is one that cannot be parsed (the API refuses it).
    const text::DateParser& of(const std::string& format);

private:
    std::map<std::string, text::DateParser, std::less<>> parsers_;
};

/// The value as Elasticsearch would index it into a keyword.
std::string text_of(const event::Leaf& leaf);

std::optional<std::int64_t> to_whole(const event::Leaf& leaf, const FieldMapping& field);
std::optional<double> to_real(const event::Leaf& leaf, const FieldMapping& field);
std::optional<bool> to_boolean(const event::Leaf& leaf);
/// Milliseconds since 1970 (numbers count as text to the parser).
std::optional<std::int64_t> to_date_ms(const event::Leaf& leaf, const text::DateParser& parser);
/// Nanoseconds since 1970, up to the year 2262.
std::optional<std::int64_t> to_date_ns(const event::Leaf& leaf, const text::DateParser& parser);
/// unsigned_long above 2^63 - 1, as near as a double comes.
std::optional<double> to_large(const event::Leaf& leaf);

/// An empty text to a number: as good as null.
bool says_nothing(const event::Leaf& leaf, const FieldMapping& field);

/// Why the document must be refused for this value.
struct Misfit {
    std::string type;  // "illegal_argument_exception"
    std::string reason;
};

/// Nothing where it fits.
std::optional<Misfit> misfit(const event::Leaf& leaf, const FieldMapping& field,
                             DateParsers& dates);

}  // namespace elkhorn::store
