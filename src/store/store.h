// store/store.h -- the embedded engine's front door: documents in, durable and searchable; views
// out.
//
//   Threads    Everything is thread-safe. Writers to one index take turns; readers never wait.
//   Durable    When `write`, `create_index`, `delete_index` or `put_mapping` return without an
//              error, their effect survives kill -9 and power loss. After the disk refused an
//              fsync, every write fails until the process is restarted: what the disk has then is
//              unknown. On a full disk writes fail until there is room. What failed may yet be
//              found later.
//   Visible    A view is a moment's picture. Documents written appear in views made after a
//   refresh:
//              `refresh`, or by itself within a second of the first view asked for after the write.
//   Bounded    Writes fail with ErrorCode::overloaded before tails pass their share of memory, and
//              while the disk is at flood stage.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "event/document.h"
#include "io/folder.h"
#include "store/disk_watch.h"
#include "store/mapping.h"
#include "store/memory_account.h"
#include "store/retention.h"
#include "store/row_group.h"
#include "store/snapshots.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

enum class Action : std::uint8_t {
    index,   // adds, or replaces the document of that _id
    create,  // ErrorCode::conflict where the _id is there
    remove,  // takes the document of that _id away; ErrorCode::not_found without the index
    update,  // replaces the document by what `Write::change` makes of it
};

/// A document as it is now, whether a refresh has shown it or not.
struct Found {
    std::string source;
    std::int64_t seq_no = 0;
    std::int64_t version = 1;
};

/// What an update makes of a document; the views must live until the next change is asked for, or
/// `write` returns.
struct Changed {
    std::string_view source;
    const event::Document* document = nullptr;
};

/// Called within `write`, under the index's lock, with the document as it is (null: there is none):
/// nobody writes between its look and its answer, so an update never conflicts with another. It
/// must be quick and must not call the store. Nothing: the document stays as it is, and nothing is
/// written; where there is none it must fail.
using Change = std::function<Result<std::optional<Changed>>(const Found* current)>;

/// A version that somebody else counts: the write is taken only if it is greater than the one that
/// is there, or at which the document was deleted.
struct ExternalVersion {
    std::int64_t number = 0;
    bool or_equal = false;
};

/// One document to write. Views must live until `write` returns.
struct Write {
    std::string_view index;
    Action action = Action::index;
    std::string_view id;                        // empty: one is generated
    std::string_view source;                    // the JSON as it came, kept to the byte
    const event::Document* document = nullptr;  // the same, flattened with Store::field_names()
    std::optional<std::int64_t> if_seq_no;      // ErrorCode::conflict unless the document is at it
    std::int64_t if_primary_term = 1;           // looked at with if_seq_no; ours is always 1
    std::optional<ExternalVersion> external = {};
    const Change* change = nullptr;  // of an update
};

enum class Effect : std::uint8_t {
    created,
    updated,
    unchanged,  // an update that found nothing to do
    deleted,
    missing,  // a delete of what is not there; it takes a sequence number all the same
};

struct Written {
    std::optional<Error> error;  // set: this document alone was not taken
    std::string id;
    std::int64_t seq_no = 0;
    std::int64_t version = 1;
    Effect effect = Effect::created;
};

struct IndexSettings {
    Mapping mapping;
    std::string settings_json;  // kept to be shown: "\"number_of_replicas\":\"0\""
};

/// A row group as of a view's moment.
struct GroupView {
    std::shared_ptr<const RowGroup> group;
    std::shared_ptr<const Bitmap> deleted;  // null: none

    std::uint32_t live_rows() const {
        return group->rows() - (deleted == nullptr ? 0 : deleted->count());
    }
};

/// An index as of a moment. Immutable.
struct IndexView {
    std::string name;
    std::string uuid;
    std::int64_t created_ms = 0;
    std::string settings_json;
    std::shared_ptr<const Mapping> mapping;
    std::vector<GroupView> groups;  // ascending sequence numbers
    std::uint64_t documents = 0;    // live ones
    std::uint64_t deleted = 0;
    std::uint64_t size_bytes = 0;
    std::uint32_t segments = 0;
};

/// Merges beyond those that keep the number of segments bounded.
struct ForceMerge {
    std::size_t most_segments = ~std::size_t{0};  // neighbours become one until there are no more
    bool only_expunge = false;  // leave segments without deleted documents as they are
};

struct Options {
    /// Fills a document from its JSON, for replay of the log; json::Flattener in the product.
    using Flatten = std::function<Result<>(std::string_view source, event::Document& document)>;
    Flatten flatten;
    event::FieldNames* field_names = nullptr;  // the one that `flatten` uses
    const Clock* clock = &system_clock();
    std::uint64_t random_seed = 0;  // 0: from the clock; uuids come from it
    MemoryShares memory = MemoryShares::of(2ULL << 30);
    std::uint64_t log_limit_bytes = 128ULL << 20;  // tails are flushed to keep the log below it
    std::uint64_t log_file_bytes = 64ULL << 20;
    std::uint64_t log_frame_bytes = 1ULL << 20;
    std::uint32_t group_rows = max_group_rows;
    std::uint64_t group_source_bytes = 64ULL << 20;
    std::uint32_t groups_per_segment = 4;
    std::size_t merge_segments = 8;  // neighbours of one size that become one (merge_rules.h)
    std::uint64_t largest_segment_bytes = 1ULL << 30;
    // How long versions of deleted documents are kept, and how many bytes of them on the node.
    std::int64_t tombstone_age_ms = 60'000;
    std::uint64_t tombstone_limit_bytes = 16ULL << 20;
    RetentionOptions retention;
    DiskWatermarks watermarks;  // none: the disk is never too full
    // Below these folders, and nowhere else, may snapshot repositories be; none: nowhere.
    std::vector<std::string> snapshot_folders;
    std::function<Result<std::unique_ptr<io::Folder>>(const std::string& path, bool exclusive)>
        open_folder = io::open_folder;
    // false: no threads; commits, flushes happen within the calls (simulation)
    bool background = true;
};

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

    /// False with the reason while writes are refused: for good after a failed fsync, or as long
    /// as the disk is full.
    virtual bool healthy(std::string* reason) const = 0;
    /// What somebody should look at though the node works: sentences.
    virtual std::vector<std::string> warnings() const = 0;
    /// Somebody has looked at the clock and says that it is right (store/retention_clock.h).
    virtual void believe_clock() = 0;
};

/// Whether the name may be an index's: Elasticsearch's rules (lower case, none of \ / * ? " < > |
/// , # :
/// or blanks, no leading _ - +, at most 255 bytes). The error is in Elasticsearch's words.
Result<> check_index_name(std::string_view name);

}  // namespace elkhorn::store
