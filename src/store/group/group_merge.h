// store/group/group_merge.h -- neighbouring row groups into one: those that are small, or of which
// much is deleted. Values go from column to column as they are, whatever the mapping says by now,
// so that a search answers the same before and after; deleted rows stay behind.
//
// Row groups that are full are never merged: a merge of segments copies their bytes.
//
//   Cost     as of building the group anew from columns, 10 ns a byte of JSON; memory for its rows
#pragma once

#include "base/result.h"
#include "store/group/group_view.h"

#include <span>
#include <string>

namespace elkhorn::store {

/// The bytes of the row group that has the live rows of these, in order; empty when there are none.
/// It begins with the first sequence number of the first group, whether that row is alive or not.
/// Damage in what is read is an error.
Result<std::string> merge_groups(std::span<const GroupView> groups);

}  // namespace elkhorn::store
