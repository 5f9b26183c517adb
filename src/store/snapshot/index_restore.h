// store/snapshot/index_restore.h -- an index made of the segments of another one's snapshot.
#pragma once

#include "store/index/index.h"
#include "store/snapshot/snapshots.h"

#include <memory>

namespace elkhorn::store {

/// Makes the index's folder, has `fill` bring its files, checks every byte of them, and writes the
/// manifest last: durable when it returns, and where it fails, nothing is left.
Result<std::shared_ptr<Index>> restore_index(Node& node, const Manifest& manifest,
                                             const SnapshotEngine::Fill& fill);

}  // namespace elkhorn::store
