// text/pattern/glob.h -- paths with wildcards: `*` and `?` within a name, `**` any number of
// folders, `[a-z]` `[!a]`, `{a,b}`. A `*` does not match a leading dot.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::text {

/// Whether the whole path fits. Cost: at most the product of the two lengths.
bool glob_match(std::string_view pattern, std::string_view path);

/// Whether the pattern has any wildcard at all.
bool has_wildcard(std::string_view pattern);

/// The files (not folders) there are, sorted. Walks only folders that can hold matches.
std::vector<std::string> glob_files(std::string_view pattern);

}  // namespace elkhorn::text
