// store/snapshot/snapshot.h -- a snapshot: some indices, each as of one moment, in a repository.
// Its bytes are one sealed file, written after all that it names; layout in
// docs/formats/snapshot.md.
#pragma once

#include "base/result.h"
#include "store/file/manifest.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

struct SnapshotFiles {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
};

struct SnapshotIndex {
    Manifest manifest;         // as it was: name, uuid, mapping, segments
    std::string deletes_file;  // beside the segments; empty: no row of them was deleted
    std::int64_t started_ms = 0;
    std::int64_t took_ms = 0;
    SnapshotFiles all;
    SnapshotFiles added;  // of them, those that no snapshot before it had brought
};

struct Snapshot {
    std::string name;
    std::string uuid;
    std::int64_t started_ms = 0;
    std::int64_t ended_ms = 0;
    bool global_state = true;   // kept to be shown
    std::string metadata_json;  // the same; empty: none
    std::vector<SnapshotIndex> indices;
};

std::string snapshot_bytes(const Snapshot& snapshot);
/// `name` is the file it is from, for the error.
Result<Snapshot> parse_snapshot(const std::string& name, std::string_view bytes);

/// Whether a snapshot may be called so: Elasticsearch's rules, and its words in the error; beside
/// them "." and "..", NUL and what is too long for the name of a file.
Result<> check_snapshot_name(std::string_view name);

/// Whether a file of a repository can have this name: one step below its folder and no other place,
/// whoever the name is from. What cannot is never asked of the disk.
bool is_file_name(std::string_view name);

}  // namespace elkhorn::store
