// store/snapshot/snapshot_repository.h -- a folder of snapshots (drawn in
// docs/formats/snapshot.md):
//
//   repository                        the mark: this folder is ours
//   snapshots/NAME.snap               a sealed file each, written last
//   indices/UUID/NUMBER.seg           segments, by the uuid of the index they were made in: the
//                                     same name is the same bytes, so that it is copied once
//   indices/UUID/HASH.del             rows deleted at a moment, by the hash of what it says
//
//   Crashes   what is in no .snap is not listed, and goes with the next snapshot or deletion.
//   Threads   none: one at a time. Between processes, whoever changes it holds the folder's lock.
//   Damage    a .snap that cannot be read is an error for who asks for it; while there is one,
//             nothing is cleaned away, for it may name any file.
#pragma once

#include "io/folder.h"
#include "store/index/pinned_index.h"
#include "store/snapshot/snapshot.h"

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

class SnapshotRepository {
public:
    explicit SnapshotRepository(std::unique_ptr<io::Folder> folder) : folder_(std::move(folder)) {}

    /// Marks an empty folder; ErrorCode::invalid for one with other things in it.
    Result<> claim();

    /// In the order they were begun.
    Result<std::vector<Snapshot>> list() const;
    /// ErrorCode::not_found when there is none of that name.
    Result<Snapshot> find(std::string_view name) const;

    /// Brings the files of an index, linked where they can be; durable when it returns.
    Result<SnapshotIndex> add_files(io::Folder& data, const PinnedIndex& pinned);
    /// From now on it is listed; ErrorCode::conflict when the name is taken.
    Result<> add(const Snapshot& snapshot);
    Result<> remove(std::span<const std::string> names);
    /// Removes what no snapshot names.
    Result<SnapshotFiles> clean();
    /// The same, where a failure is no reason to fail: the log has it.
    void clean_or_tell();

    /// The files of an index into a data folder's `folder`; durable but for the manifest, which is
    /// the caller's.
    Result<> copy_out(const SnapshotIndex& index, io::Folder& data,
                      const std::string& folder) const;

private:
    Result<bool> take(io::Folder& data, const PinnedSegment& segment, const std::string& to);
    Result<Snapshot> read(const std::string& file) const;
    Result<std::set<std::string>> named_files() const;

    std::unique_ptr<io::Folder> folder_;
};

}  // namespace elkhorn::store
