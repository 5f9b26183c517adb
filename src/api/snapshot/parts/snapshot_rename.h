// api/snapshot/parts/snapshot_rename.h -- the name an index is restored under: Java's
// String.replaceAll.
//
//   $1        group 1; $12 is group 12 where there are that many, otherwise group 1 and then a 2
//   ${name}   the group of that name; a group with a name has a number as well
//   \x        x, whatever it is
//
// A group that is not there is an error in Java's words, and so is a replacement that breaks off.
#pragma once

#include "search/base/failure.h"

#include <string>
#include <string_view>

namespace elkhorn::api {

/// Every match of `pattern` in the name becomes `replacement`.
search::Answer<std::string> rename_index(std::string_view name, std::string_view pattern,
                                         std::string_view replacement);

}  // namespace elkhorn::api
