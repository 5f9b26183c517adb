// store/index/pinned_index.h -- an index as of one moment, held for a snapshot: what its manifest
// would say, the rows deleted by then, and its segments, readable for as long as this lives,
// whatever merges or a deletion of the index take away meanwhile.
#pragma once

#include "io/folder.h"
#include "store/file/deletes_file.h"
#include "store/file/manifest.h"

#include <memory>
#include <string>
#include <vector>

namespace elkhorn::store {

struct PinnedSegment {
    std::string name;  // "indices/7/3.seg", while it is there
    std::uint64_t number = 0;
    std::shared_ptr<const io::Mapped> mapped;
};

struct PinnedIndex {
    Manifest manifest;  // its deletes file is 1 where `deletes` has any, as a restore writes it
    Deletes deletes;    // of exactly the documents below its flushed_seq_no
    std::vector<PinnedSegment> segments;
};

}  // namespace elkhorn::store
