// search/sort/sort_script.h -- a sort by what a script gives for each row: a number or a text.
#pragma once

#include "search/sort/sort.h"

#include <memory>

namespace elkhorn::search {

/// Of {"script": ..., "type": "number", "order": "desc"}.
Answer<std::shared_ptr<Sort>> parse_script_sort(const event::Value& body);

Answer<std::unique_ptr<SortColumn>> script_column(const std::shared_ptr<const Sort>& sort,
                                                  const RequestContext& request);

}  // namespace elkhorn::search
