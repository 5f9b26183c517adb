// store/offline/repair_log.h -- what can be saved of the write-ahead log: every frame that is
// whole, in order, and what the entries in them say of indices.
#pragma once

#include "io/folder.h"
#include "store/file/manifest.h"
#include "store/log/write_log.h"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

struct SavedLog {
    std::vector<std::string> files;  // names in "log/"
    std::vector<std::string> notes;  // none: it is sound
    std::uint64_t entries_kept = 0;
    std::uint64_t entries_lost = 0;

    struct Frame {
        Lsn first = 0;
        std::string_view bytes;
    };

    std::vector<Frame> frames;
    std::vector<std::shared_ptr<const io::Mapped>> mapped;  // holds the frames' bytes

    std::map<std::uint64_t, Manifest> created;  // by incarnation; with later mappings
    std::set<std::uint64_t> removed;
    std::set<std::uint64_t> written;  // have documents
};

/// An error when a file is of a newer program, or cannot be read at all.
Result<SavedLog> save_log(const io::Folder& folder);

/// One file of the sound frames, after creations of `made_up`; durable. Gives its name in "log/";
/// empty when there was nothing to write.
Result<std::string> write_saved_log(io::Folder& folder, const SavedLog& log,
                                    const std::vector<Manifest>& made_up);

}  // namespace elkhorn::store
