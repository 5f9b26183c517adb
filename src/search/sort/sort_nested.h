// search/sort/sort_nested.h -- documents in the order of values that their nested objects have.
// Only search/sort/sort.cc includes it.
#pragma once

#include "search/match/plan.h"
#include "search/sort/sort.h"

#include <memory>

namespace elkhorn::search {

/// `inner` gives the value of each object. Where the key says of no objects, its field is one that
/// the rows cannot see, and all are without a value.
Answer<std::unique_ptr<SortColumn>> sort_by_objects(const std::shared_ptr<const Sort>& sort,
                                                    std::unique_ptr<SortColumn> inner, Field field,
                                                    const Scope& scope);

}  // namespace elkhorn::search
