// api/snapshot/parts/snapshot_rename.h -- the name an index is restored under: Java's
// String.replaceAll.
#pragma once

#include "search/base/failure.h"

#include <string>
#include <string_view>

namespace elkhorn::api {

/// Every match of `pattern` in the name becomes `replacement`, in which $1 is a group, ${name} one
/// by name, and a backslash takes the next character as it is.
search::Answer<std::string> rename_index(std::string_view name, std::string_view pattern,
                                         std::string_view replacement);

}  // namespace elkhorn::api
