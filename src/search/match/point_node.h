// search/match/point_node.h -- points of geo_point fields: the rows where one passes a test, and
// points as requests give them.
//
//   Cost      every point of a row group is looked at, 65,536 in about a millisecond.
#pragma once

#include "event/value.h"
#include "search/base/failure.h"
#include "search/match/plan.h"
#include "store/schema/geo_point.h"

#include <functional>
#include <string>

namespace elkhorn::search {

using PointTest = std::function<bool(const store::GeoPoint&)>;

/// The field of a geo query: a node where it has points, a refusal or nothing where not.
Answer<NodePtr> point_node(const Scope& scope, const std::string& name, bool ignore_unmapped,
                           PointTest test);

/// A point in any shape; refused where it is none.
Answer<store::GeoPoint> given_point(const event::Value& value);

}  // namespace elkhorn::search
