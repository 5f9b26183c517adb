// store/group/group_view.h -- a row group as of a view's moment: its rows, and which are deleted.
#pragma once

#include "store/code/bitmap.h"
#include "store/group/row_group.h"

#include <cstdint>
#include <memory>

namespace elkhorn::store {

struct GroupView {
    std::shared_ptr<const RowGroup> group;
    std::shared_ptr<const Bitmap> deleted;  // null: none

    std::uint32_t live_rows() const {
        return group->rows() - (deleted == nullptr ? 0 : deleted->count());
    }
};

}  // namespace elkhorn::store
