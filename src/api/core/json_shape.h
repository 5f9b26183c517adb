// api/core/json_shape.h -- finished JSON reshaped as text: `pretty` and `filter_path`. They work on
// the text itself, so numbers and strings stay to the byte as they are. The JSON must be sound: it
// is our own.
#pragma once

#include <string>
#include <string_view>

namespace elkhorn::api {

/// As Elasticsearch prints it: two blanks a level, " : " after keys, "{ }" for empty objects.
std::string pretty(std::string_view json);

/// Whether filter_path may keep anything of a member of the answer itself: what it drops need not
/// be written.
bool may_keep(std::string_view filters, std::string_view member);

/// Keeps what `filter_path` names: comma-separated dot paths through objects and arrays, * for a
/// part of a name, ** for any depth, a leading - to leave out. "{}" when nothing is left.
std::string filter_path(std::string_view json, std::string_view filters);

/// Whether brackets are still open, or a text is, where the JSON ends. It need not be sound.
bool ends_early(std::string_view json);

/// At most what a JSON text is parsed into, told from its commas and brackets without parsing it.
std::uint64_t parsed_bytes(std::string_view json);

}  // namespace elkhorn::api
