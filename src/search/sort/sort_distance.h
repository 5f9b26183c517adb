// search/sort/sort_distance.h -- documents by how far their points are from others. A document
// without a point is infinitely far. Only search/sort/*.cc include it.
#pragma once

#include "event/value.h"
#include "search/base/field.h"
#include "search/sort/sort.h"

#include <memory>

namespace elkhorn::search {

/// The body of "_geo_distance", nested objects and the order left to the caller's reader.
Answer<> read_distance_option(const event::Member& member, Sort& sort);
/// Once all members were read.
Answer<> check_distance(const Sort& sort);

/// `field` is a geo_point, or unknown and every document is infinitely far.
std::unique_ptr<SortColumn> distance_column(const std::shared_ptr<const Sort>& sort, Field field);

}  // namespace elkhorn::search
