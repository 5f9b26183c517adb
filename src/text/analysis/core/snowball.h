// text/analysis/core/snowball.h -- the stemmers of the Snowball project, through its library, which
// stays behind this door.
//
//   Threads   share freely: each call has a stemmer of its thread.
#pragma once

#include "text/analysis/core/token.h"

#include <string_view>

namespace elkhorn::text {

bool has_snowball(std::string_view algorithm);

/// The stem of a word by an algorithm of the library ("english", "porter", "german").
Wide snowball_stem(std::string_view algorithm, WideView word);

}  // namespace elkhorn::text
