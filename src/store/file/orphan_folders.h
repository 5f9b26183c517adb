// store/file/orphan_folders.h -- folders of indices without a manifest, found at the start. Most
// are rubbish: of a first flush that was cut off (the log has it all), of a deletion, of a restore.
// But one with the note of an index (index_identity.h), which a deletion removes first, that nobody
// can account for is an index whose manifest was lost, and must never be removed.
#pragma once

#include "base/result.h"
#include "io/folder.h"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

/// In the folder of an index while a restore fills it.
constexpr std::string_view restoring_mark = "restoring";

class OrphanFolders {
public:
    /// Whether "indices/NAME" has no manifest: then it is kept in mind.
    Result<bool> take(io::Folder& folder, const std::string& name);

    /// The log creates or removes that index.
    void account_for(std::uint64_t incarnation) { accounted_.insert(incarnation); }

    /// After all of the log: removes the rubbish. ErrorCode::corruption, with nothing removed,
    /// where there is one that has segments and that nobody can account for.
    Result<> settle(io::Folder& folder) const;

private:
    std::vector<std::string> names_;
    std::set<std::uint64_t> accounted_;
};

}  // namespace elkhorn::store
