// store/schema/index_name.h -- which names an index may have.
#pragma once

#include "base/result.h"

#include <string_view>

namespace elkhorn::store {

/// Whether the name may be an index's, by Elasticsearch's rules: lower case, none of \ / * ? " < >
/// | , # : or blanks, no leading _ - +, at most 255 bytes. The error is in Elasticsearch's words.
Result<> check_index_name(std::string_view name);

}  // namespace elkhorn::store
