// store/offline/repair.h -- makes a damaged data folder one that a server starts on, and keeps all
// that is sound of it: row groups are copied as they are, a damaged one is put together again from
// its sound documents, a damaged manifest from its segments and from what the index noted beside
// it, a damaged log from its sound frames.
//
//   Never destroys   a file that is replaced is first moved to damaged-TIME/ in the data folder.
//   Never guesses    whether a file is damaged or of a newer program: the latter is refused whole.
//   Crashes          it can be run again; the server does not start on a half of it.
//   Threads          none; the folder must be the caller's alone.
#pragma once

#include "base/result.h"
#include "event/document.h"
#include "io/folder.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

struct RepairOptions {
    /// As in store::Options.
    std::function<Result<>(std::string_view source, event::Document& document)> flatten;
    event::FieldNames* field_names = nullptr;
    std::string moved_to = "damaged";  // the folder for what is replaced, in the data folder
    bool dry_run = false;              // only says what it would do
};

struct RepairedIndex {
    std::string name;
    std::string folder;      // "indices/7"
    std::uint64_t kept = 0;  // documents that can be found
    std::uint64_t lost = 0;  // documents that were there and are not any more
    // Of segments that are gone altogether: sequence numbers, so at most as many documents.
    std::uint64_t lost_at_most = 0;
    std::vector<std::string> notes;  // a sentence each: what was wrong, and what became of it
};

struct Repaired {
    std::vector<RepairedIndex> indices;  // all, the sound ones without notes
    std::uint64_t log_entries_kept = 0;
    std::uint64_t log_entries_lost = 0;  // by the numbers of those around them
    std::vector<std::string> log_notes;
    std::vector<std::string> moved;  // files, as they are called in `moved_to`

    bool changed() const;
};

Result<Repaired> repair(io::Folder& folder, const RepairOptions& options);

}  // namespace elkhorn::store
