// store/group/column_reader.h -- a column over its chunk's bytes; see store/group/column.h for what
// it promises.
#pragma once

#include "store/group/cache.h"
#include "store/group/column.h"
#include "store/group/column_entry.h"
#include "store/group/row_group.h"

#include <cstdint>
#include <memory>

namespace elkhorn::store {

/// What `make_column` takes.
std::uint64_t column_memory_bytes(const ColumnEntry& entry);

/// `group` has the columns that this one may be a function of; it owns the column.
std::unique_ptr<Column> make_column(const ColumnEntry& entry, const RowGroup& group,
                                    std::shared_ptr<Cache> cache);

}  // namespace elkhorn::store
