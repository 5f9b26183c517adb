// search/agg/core/aggregation_kind.h -- what the build knows of an aggregation. Files of agg/metric
// and agg/bucket define a `spec` each, of one kind or of a family that shares its code; the table
// of all is written by the build, and a new aggregation edits no list.
#pragma once

#include "base/parameter.h"
#include "event/value.h"
#include "search/agg/core/aggregator.h"

#include <array>
#include <memory>
#include <span>
#include <string_view>

namespace elkhorn::search::agg {

using Made = Answer<std::unique_ptr<Aggregator>>;

struct AggregationKind {
    std::string_view name;
    /// From its object in the request. What is inside (sub-aggregations) is read by aggregations.cc
    /// and put there afterwards.
    Made (*make)(Common common, const event::Value& body);
    std::array<ParameterTable, 3> members = {};
};

struct AggregationKinds {
    std::span<const AggregationKind> kinds;
};

std::span<const AggregationKinds* const> all_aggregation_kinds();

/// Null when there is none of that name.
const AggregationKind* find_aggregation_kind(std::string_view name);

}  // namespace elkhorn::search::agg
