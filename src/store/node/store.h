// store/node/store.h -- the embedded engine's front door: documents in, durable and searchable;
// views out.
//
//   Threads    Everything is thread-safe. Writers to one index take turns; readers never wait.
//   Durable    When `write`, `create_index`, `delete_index` or `put_mapping` return without an
//              error, their effect survives kill -9 and power loss. After the disk refused an
//              fsync, every write fails until the process is restarted: what the disk has then is
//              unknown. On a full disk writes fail until there is room. What failed may yet be
//              found later.
//   Visible    A view is a moment's picture. Documents written appear in views made after
//              `refresh`, or by itself within a second of the first view asked for after the write.
//   Bounded    Writes fail with ErrorCode::overloaded before tails pass their share of memory, and
//              while the disk is at flood stage. A call with more than there is room for is written
//              in slices; those that find none are refused, each write by itself.
#pragma once

#include "base/result.h"
#include "event/document.h"
#include "store/index/index_view.h"
#include "store/index/options.h"
#include "store/limits/memory_account.h"
#include "store/log/write.h"
#include "store/meta/metadata.h"
#include "store/snapshot/snapshots.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

class Store {
public:
    /// Recovers: reads manifests, replays the log. Errors name the file and what to do.
    static Result<std::unique_ptr<Store>> open(std::unique_ptr<io::Folder> folder, Options options);
    virtual ~Store() = default;

    virtual event::FieldNames& field_names() = 0;

    /// Durable when it returns; `results` has one entry per write, in order. An error of the whole
    /// call means that nothing of it may be acknowledged. Missing indices are made, but by deletes
    /// only where they carry an external version.
    virtual Result<std::vector<Written>> write(std::span<const Write> writes) = 0;

    virtual Result<> create_index(std::string_view name, IndexSettings settings) = 0;
    virtual Result<> delete_index(std::string_view name) = 0;
    /// Adds fields to an index; ErrorCode::invalid where one has another type already.
    virtual Result<> put_mapping(std::string_view index, const Mapping& update) = 0;

    /// Sorted.
    virtual std::vector<std::string> index_names() const = 0;
    virtual bool exists(std::string_view index) const = 0;
    /// What it was made with; nothing when there is no such index. Cheap: no view is made.
    virtual std::optional<std::string> settings(std::string_view index) const = 0;
    virtual std::optional<std::string> uuid(std::string_view index) const = 0;

    /// ErrorCode::not_found when there is no such index.
    virtual Result<std::shared_ptr<const IndexView>> view(std::string_view index) = 0;
    virtual Result<> refresh(std::string_view index) = 0;
    virtual Result<std::optional<Found>> get(std::string_view index, std::string_view id) = 0;

    /// Turns every tail into segments and trims the log.
    virtual Result<> flush() = 0;
    /// The merges of segments that are due anyway, and those asked for; returns when they are done.
    virtual Result<> merge(std::string_view index, const ForceMerge& request) = 0;

    /// What everybody who needs memory takes it from.
    virtual MemoryAccount& memory() = 0;
    /// Looks at the disk, and drops what retention says must go; by itself it does so in time.
    virtual Result<> keep_limits() = 0;
    /// Repositories, and what is in them.
    virtual Snapshots& snapshots() = 0;
    /// What is kept beside the indices: stored scripts.
    virtual Metadata& metadata() = 0;

    /// False with the reason while writes are refused: for good after a failed fsync, or as long
    /// as the disk is full.
    virtual bool healthy(std::string* reason) const = 0;
    /// What somebody should look at though the node works: sentences.
    virtual std::vector<std::string> warnings() const = 0;
    /// Somebody has looked at the clock and says that it is right (store/limits/retention_clock.h).
    virtual void believe_clock() = 0;
};

}  // namespace elkhorn::store
