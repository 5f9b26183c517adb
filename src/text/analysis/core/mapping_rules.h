// text/analysis/core/mapping_rules.h -- rules of the shape "a => b" with escapes, as character
// filters, word delimiters and stem overrides have them.
#pragma once

#include "text/analysis/core/token.h"

#include <string_view>
#include <utility>

namespace elkhorn::text {

/// Both sides of "a => b", each trimmed, with \n, \t, \u0041 and so on for what they stand for.
Made<std::pair<Wide, Wide>> mapping_rule(std::string_view rule);

}  // namespace elkhorn::text
