// search/match/source_nodes.h -- nodes over values that lie in documents alone: ranges, names in a
// family, whether there is anything at all.
//
//   {"open": {"gte": "2024-03-01", "lt": "2024-04-01"}}   {"net": "10.0.0.0/8"}   several in a list
//
// Fields of ranges are integer_range, long_range, float_range, double_range, date_range, ip_range.
// A bound is bytes that compare as its values do, and both bounds belong to a range: one that was
// left out is moved to the next value.
//
//   Cost      the first question: parsing every document of the row group; later ones: a look at
//             every row.
#pragma once

#include "search/base/failure.h"
#include "search/base/field.h"
#include "search/match/field_terms.h"
#include "search/match/plan.h"

#include <string>

namespace elkhorn::search {

bool is_range_field(const Field& field);

/// Ranges that stand to the bounds as their relation says; open bounds are the type's.
Answer<NodePtr> range_field_node(const Scope& scope, const Field& field, const Bounds& bounds);

/// Rows that have any range.
NodePtr existing_ranges(Field field);

/// Rows whose documents have any value at the field's path.
NodePtr existing_in_source(Field field);

/// Rows called so in the family of a join field; scored as a keyword is.
NodePtr called(std::string path, std::string name);

}  // namespace elkhorn::search
