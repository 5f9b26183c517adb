// store/file/removed_indices.h -- which indices are deleted, though their folder or entries of the
// log may still be there: an empty file "removed/7" for each. That is durable without a byte
// written: an index can be deleted on a full disk, and a delete that fails leaves nothing behind.
//
// The mark goes once the log says it too and the folder is gone (docs/adr/0013).
#pragma once

#include "base/result.h"
#include "io/folder.h"

#include <cstdint>
#include <set>

namespace elkhorn::store {

/// Durable when it returns without an error. With one, `left_over` says whether the mark may be
/// there all the same.
Result<> mark_removed(io::Folder& folder, std::uint64_t incarnation, bool& left_over);
Result<> unmark_removed(io::Folder& folder, std::uint64_t incarnation);
Result<std::set<std::uint64_t>> removed_indices(const io::Folder& folder);

}  // namespace elkhorn::store
