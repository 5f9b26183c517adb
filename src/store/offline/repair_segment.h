// store/offline/repair_segment.h -- what can be saved of one segment: its sound row groups as they
// are, a damaged one as a new one of those documents whose source can be read.
#pragma once

#include "io/folder.h"
#include "store/group/cache.h"
#include "store/group/row_group.h"
#include "store/offline/repair.h"
#include "store/schema/mapping.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

struct SavedGroup {
    std::shared_ptr<const RowGroup> group;
    std::shared_ptr<const void> owner;  // of `bytes`
    std::string_view bytes;
    std::int64_t old_first_seq_no = 0;
    std::uint32_t old_rows = 0;
    bool made_anew = false;
    std::vector<std::uint32_t> old_row;  // of a group made anew: where each row was
};

struct SavedSegment {
    bool sound = true;  // as a whole: the file may stay
    std::vector<SavedGroup> groups;
    std::uint32_t groups_lost = 0;  // of which no document could be saved,
    std::uint64_t rows_lost = 0;    // with so many
    std::vector<std::string> notes;
};

/// What is known of the index whose segment it is.
struct SegmentOwner {
    std::uint64_t salt = 0;
    Mapping* mapping = nullptr;  // may grow
    std::shared_ptr<Cache> cache;
};

/// An error when the segment is of a newer program, or cannot be read at all.
Result<SavedSegment> save_segment(const io::Folder& folder, const std::string& name,
                                  const SegmentOwner& owner, const RepairOptions& options);

}  // namespace elkhorn::store
