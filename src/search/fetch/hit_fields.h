// search/fetch/hit_fields.h -- the "fields" of a hit: docvalue_fields from the columns, fields from
// the source's values as they were indexed. Always arrays, dates in their format.
#pragma once

#include "search/base/context.h"
#include "search/base/failure.h"

#include <cstdint>
#include <string>
#include <vector>

namespace elkhorn::search {

/// Members with braces; empty when the row has none of the fields. Each of `docvalues` and `fields`
/// is "name" or "name:format", names with * allowed.
Answer<std::string> hit_fields(const GroupContext& context, std::uint32_t row,
                               const std::vector<std::string>& docvalues,
                               const std::vector<std::string>& fields);

}  // namespace elkhorn::search
