// store/index/slot.h -- a row group of an index on its way to disk: rows being added, then a frozen
// builder, then its encoded bytes, then a stretch of a segment file. Which of its rows are deleted
// goes with it all the way. Guarded by the index's mutex but for `encoding`.
#pragma once

#include "store/code/bitmap.h"
#include "store/group/group_builder.h"
#include "store/group/row_group.h"
#include "store/log/write_log.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace elkhorn::store {

struct Slot {
    std::shared_ptr<GroupBuilder> builder;  // null once encoded
    bool frozen = false;
    std::shared_ptr<const RowGroup> group;     // null until encoded
    std::shared_ptr<const std::string> bytes;  // of the encoded group, until it is in a segment
    std::mutex encoding;                       // held by whoever encodes it
    std::uint64_t segment = 0;
    Lsn first_lsn = 0;
    Bitmap deleted;  // made at the first delete
    std::uint32_t deleted_rows = 0;
    std::shared_ptr<const Bitmap> shown_deleted;  // copy of `deleted` in the last view

    std::int64_t first_seq_no() const;
    std::int64_t last_seq_no() const;
    std::uint32_t rows() const;

    bool is_deleted(std::uint32_t row) const { return deleted_rows > 0 && deleted.test(row); }
};

/// Rows, and those of them that were deleted then (null: none).
using Moment = std::vector<std::pair<std::shared_ptr<Slot>, std::shared_ptr<const Bitmap>>>;

}  // namespace elkhorn::store
