// store/snapshot/snapshots.h -- the node's snapshot repositories by name, and what can be done with
// them.
//
//   Place      a repository is a folder below one of Options::snapshot_folders, and nowhere else.
//   Durable    everything, when it returns without an error.
//   Moment     each index is in a snapshot as of one moment of its own, while writes go on.
//   Threads    thread-safe; one snapshot is made, deleted or restored at a time, others wait.
#pragma once

#include "base/mutex.h"
#include "base/result.h"
#include "io/folder.h"
#include "store/index/pinned_index.h"
#include "store/snapshot/snapshot.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

class SnapshotRepository;
struct Options;

/// A repository as it was registered.
struct RepositoryEntry {
    std::string type;                                          // "fs"
    std::map<std::string, std::string, std::less<>> settings;  // as given, values as texts

    bool read_only() const;
};

using RepositoryEntries = std::map<std::string, RepositoryEntry, std::less<>>;

struct RestoreIndex {
    std::string from;  // its name in the snapshot
    std::string to;
    std::string settings_json;
};

/// Whether a repository may be called so: Elasticsearch's rules, and its words in the error; beside
/// them "." and "..", NUL, and more than 255 bytes.
Result<> check_repository_name(std::string_view name);

/// What is asked for when a snapshot is made; of `Snapshot`, what the caller decides.
struct SnapshotRequest {
    std::string name;
    std::vector<std::string> indices;
    bool global_state = true;
    std::string metadata_json;
};

/// What snapshots need of the engine.
class SnapshotEngine {
public:
    using Fill = std::function<Result<>(const std::string& folder)>;

    virtual ~SnapshotEngine() = default;
    virtual Result<PinnedIndex> pin(std::string_view index) = 0;
    /// Makes an index of that manifest's name, settings and segments, whose files `fill` brings.
    /// ErrorCode::conflict when there is one of that name.
    virtual Result<> adopt(Manifest manifest, const Fill& fill) = 0;
    virtual std::string make_uuid() = 0;
};

class Snapshots {
public:
    /// All outlive this.
    Snapshots(SnapshotEngine& engine, io::Folder& data, const Options& options)
        : engine_(engine), data_(data), options_(options) {}

    /// Reads the registered ones.
    Result<> load();

    RepositoryEntries repositories() const;
    /// ErrorCode::invalid for a location that may not be, in Elasticsearch's words. With `verify`,
    /// the folder is made and marked.
    Result<> put_repository(const std::string& name, RepositoryEntry entry, bool verify);
    /// Its snapshots stay where they are.
    Result<> forget_repository(const std::string& name);
    /// Whether it can be reached and, unless it is read only, written.
    Result<> verify_repository(const std::string& name);

    Result<std::vector<Snapshot>> list(const std::string& repository) const;
    Result<Snapshot> find(const std::string& repository, std::string_view snapshot) const;
    Result<Snapshot> create(const std::string& repository, const SnapshotRequest& request);
    Result<> remove(const std::string& repository, std::span<const std::string> snapshots);
    Result<SnapshotFiles> clean(const std::string& repository);
    /// One after the other; what was restored when one fails is there.
    Result<> restore(const std::string& repository, std::string_view snapshot,
                     std::span<const RestoreIndex> indices);

private:
    Result<std::string> place_of(const RepositoryEntry& entry) const;
    Result<RepositoryEntry> entry_of(const std::string& repository) const;
    Result<SnapshotRepository> open(const std::string& repository, bool to_change) const;
    Result<> save(const RepositoryEntries& entries);

    SnapshotEngine& engine_;
    io::Folder& data_;
    const Options& options_;
    mutable Mutex mutex_;
    RepositoryEntries entries_ GUARDED_BY(mutex_);
    std::mutex working_;
};

}  // namespace elkhorn::store
