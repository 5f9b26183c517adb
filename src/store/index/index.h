// store/index/index.h -- one index: its tail, its sealed row groups, its deletes, and the view of
// them that readers hold. The node's log, memory and background thread are the engine's (store.cc).
//
//   slots (oldest first)   growing builder | frozen builder -> encoded in memory -> in a segment
//
// One mutex guards the writer's state; nothing is read from or written to disk under it but for a
// write's look-up of its _id and an update's read. Encoding and flushing work on frozen slots,
// readers on sealed ones, outside it.
#pragma once

#include "base/mutex.h"
#include "store/file/deletes_file.h"
#include "store/file/manifest.h"
#include "store/group/cache.h"
#include "store/group/field_router.h"
#include "store/group/group_builder.h"
#include "store/index/index_view.h"
#include "store/index/merge_rules.h"
#include "store/index/node.h"
#include "store/index/pinned_index.h"
#include "store/index/sealed_group.h"
#include "store/index/slot.h"
#include "store/index/tombstones.h"
#include "store/log/log_entry.h"
#include "store/log/uncovered.h"
#include "store/log/write.h"
#include "store/log/write_log.h"

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

class LogEntries;
class SegmentWriter;

class Index {
public:
    Index(Node& node, Manifest manifest);
    ~Index();

    const std::string& name() const { return name_; }

    const std::string& uuid() const { return uuid_; }

    const std::string& settings() const { return settings_; }

    std::uint64_t incarnation() const { return incarnation_; }

    std::int64_t created_ms() const { return created_ms_; }

    /// Opens the segments its manifest names.
    Result<> open_segments();

    /// Applies the writes in order and gives them to the log; results in order. The lsn to commit;
    /// nothing once it is retired.
    std::optional<Lsn> write(std::span<const Write* const> writes,
                             std::span<Written* const> results);
    Result<> replay(Lsn lsn, const LoggedDocument& document, const event::Document& flat);
    Result<> replay(Lsn lsn, const LoggedDelete& logged);

    /// Logs and applies an addition to the mapping.
    Result<Lsn> put_mapping(const Mapping& update);
    void replay_mapping(Lsn lsn, const Mapping& update);
    /// Its creation is in the log at this lsn, but in no manifest yet.
    void set_created_at(Lsn lsn);

    Result<std::shared_ptr<const IndexView>> view();
    Result<> refresh();
    Result<std::optional<Found>> get(std::string_view id);

    /// Encodes builders that are full. True when there was one.
    Result<bool> encode_frozen();
    /// Whether enough encoded row groups wait to make a segment.
    bool wants_flush() const;
    /// Row groups up to now into segments; the manifest then names them.
    Result<> flush(FlushScope scope);
    /// A moment of it, all in segments, for a snapshot.
    Result<PinnedIndex> pin();
    /// The oldest log entry it still needs; nothing when all is in segments.
    std::optional<Lsn> first_needed() const;
    /// Values of `@timestamp` past `latest_ms` are left out where there are others.
    RetainedTail unsealed(std::int64_t latest_ms = std::numeric_limits<std::int64_t>::max()) const;
    /// Ends writing to it, unless something was written since that sequence number was the next.
    bool retire(std::optional<std::int64_t> next_seq_no);
    void revive();
    /// Does the most urgent merge of segments (store/index/merge_rules.h); false when there is
    /// none.
    Result<bool> merge();
    Result<> force_merge(const ForceMerge& request);
    /// Oldest first; `latest_ms` as of `unsealed`.
    std::vector<SealedGroup> sealed_groups(
        std::int64_t latest_ms = std::numeric_limits<std::int64_t>::max()) const;
    /// What somebody should look at, as a sentence.
    std::optional<std::string> warning() const;
    /// Takes whole row groups out for good, by their first sequence numbers; those that are not
    /// there any more (merged meanwhile) are passed over. Durable when it returns.
    Result<> drop_groups(std::span<const std::int64_t> first_seq_nos);
    /// Waits for the flush and the merge that run, and lets none begin: its folder will be removed.
    void close();
    /// Gives back the memory of tombstones past their age.
    void forget_tombstones();

    std::int64_t tail_bytes() const { return counted_bytes_; }

private:
    static constexpr std::int64_t refresh_interval_ns = 1'000'000'000;

    struct Place {
        std::shared_ptr<Slot> slot;
        std::uint32_t row = 0;
        std::int64_t seq_no = 0;
        std::int64_t version = 1;
    };

    /// What is known of an _id.
    struct Known {
        std::optional<Place> place;           // of the live document
        std::optional<std::int64_t> version;  // of that, or at which it was deleted
    };

    using Groups = std::vector<std::shared_ptr<const RowGroup>>;
    using Slots = std::vector<std::shared_ptr<Slot>>;

    /// What one flush takes to disk.
    struct Flush {
        Moment* moment = nullptr;                    // filled when it begins, where it is asked for
        std::vector<std::shared_ptr<Slot>> waiting;  // oldest first
        Manifest manifest;                           // as it will be
        std::int64_t flushed_seq_no = 0;
        std::optional<Deletes> deletes;  // nothing: the deletes file stays as it is
        Lsn covered = 0;                 // the log up to here made those deletes
        std::uint64_t old_deletes = 0;
        std::uint64_t first_segment = 0;  // of those that it writes
        bool naming = false;              // the manifest is being written
        std::vector<Groups> opened;       // by new segment
    };

    /// A segment and its row groups.
    struct SealedSegment {
        SegmentEntry entry;
        std::vector<std::shared_ptr<Slot>> slots;
        MergeSize size;
    };

    struct Shown;
    struct Merged;
    struct Merge;

    Result<std::optional<Place>> locate(std::string_view id) REQUIRES(mutex_);
    Result<Place> place_in(const std::shared_ptr<Slot>& slot, std::uint32_t row) const;
    Slot& growing(std::int64_t seq_no) REQUIRES(mutex_);
    Result<Known> look_up(std::string_view id) REQUIRES(mutex_);
    static Result<Found> read(const Place& place);
    void mark_deleted(Place& place) REQUIRES(mutex_);
    Result<> write_one(const Write& write, Written& result, LogEntries& entries) REQUIRES(mutex_);
    void remove_one(const Write& write, Known& known, Written& result, LogEntries& entries)
        REQUIRES(mutex_);
    Result<> update_one(const Write& write, Known& known, Written& result, LogEntries& entries)
        REQUIRES(mutex_);
    Result<MemoryAccount::Charge> room_for(std::uint64_t source_bytes) const;
    Result<> add_one(const Write& write, const Changed& next, Known& known, Written& result,
                     LogEntries& entries) REQUIRES(mutex_);
    /// Texts of the document that are views into `source` become views of the row's.
    void add_row(const NewRow& row, const event::Document& document, std::string_view source)
        REQUIRES(mutex_);
    void freeze_if_full() REQUIRES(mutex_);
    void count_bytes() REQUIRES(mutex_);
    Result<> encode(const std::shared_ptr<Slot>& slot);
    Result<> encode_all(const Slots& slots);
    Result<std::shared_ptr<IndexView>> begin_view(std::vector<Shown>& shown) REQUIRES(mutex_);
    void publish(std::shared_ptr<IndexView> view, const std::vector<Shown>& shown) REQUIRES(mutex_);
    std::optional<Found> get_built(std::string_view id, Groups& groups, Slots& slots) const
        REQUIRES(mutex_);
    bool is_live(const std::shared_ptr<Slot>& slot, std::uint32_t row) const;
    void changed() REQUIRES(mutex_);
    void show_mapping() REQUIRES(mutex_);
    std::shared_ptr<const Bitmap> deletes_of(Slot& slot) REQUIRES(mutex_);
    Result<> run_flush(Flush& flush, FlushScope scope);
    bool begin_flush(Flush& flush, FlushScope scope);
    void note_moment(Moment& moment) REQUIRES(mutex_);
    bool manifest_of(const Moment& moment, PinnedIndex& pinned) const;
    void take_deletes(Flush& flush);
    Result<> write_files(Flush& flush);
    Result<> read_deletes();
    Result<> write_segments(Flush& flush);
    void give_back(const Flush& flush);
    bool may_be_named(const Manifest& next) const;
    void give_up(std::vector<std::string> files, bool may_be_named);
    void remove_files(std::vector<std::string>& files) const;
    void install(Flush& flush);
    std::vector<SealedSegment> sealed_segments() const REQUIRES(mutex_);
    void begin_merge(std::span<const SealedSegment> segments, Merge& merge) REQUIRES(mutex_);
    Result<> run_merge(Merge& merge);
    Result<> write_merged(Merge& merge);
    Result<> add_piece(const Merge& merge, const MergePiece& piece, SegmentWriter& writer);
    static Bitmap deleted_in(const Merge& merge, const Merged& merged);
    static void take_over_deletes(Merge& merge);
    Result<> name_merged(Merge& merge, std::span<const std::uint64_t> old);
    Deletes deletes_after(const Merge& merge) REQUIRES(mutex_);
    static void replace_segments(std::vector<SegmentEntry>& segments, const SegmentEntry& by,
                                 std::span<const std::uint64_t> old);
    Result<> write_manifest_with(Manifest& next, const Deletes& deletes, Lsn covered);
    void install_merged(Merge& merge, const Manifest& next) REQUIRES(mutex_);

    Node& node_;
    const std::string name_;
    const std::string uuid_;
    const std::string settings_;
    const std::uint64_t incarnation_;
    const std::int64_t created_ms_;
    const std::uint64_t salt_;
    std::atomic<std::int64_t> counted_bytes_{0};
    std::atomic<std::int64_t> counted_frozen_{0};

    mutable Mutex mutex_;
    // as last written, but for the mapping, which is the newest
    Manifest manifest_ GUARDED_BY(mutex_);
    std::vector<std::shared_ptr<Slot>> slots_ GUARDED_BY(mutex_);
    FieldRouter router_ GUARDED_BY(mutex_);
    std::int64_t next_seq_no_ GUARDED_BY(mutex_) = 0;
    Uncovered meta_ GUARDED_BY(mutex_);  // its creation, changes of the mapping
    Uncovered logged_deletes_ GUARDED_BY(mutex_);
    bool deletes_changed_ GUARDED_BY(mutex_) = false;  // since the deletes file was written
    Tombstones tombstones_ GUARDED_BY(mutex_);
    bool dirty_ GUARDED_BY(mutex_) = false;  // since the last view
    std::uint64_t changes_ GUARDED_BY(mutex_) = 0;
    bool retired_ GUARDED_BY(mutex_) = false;  // it is going: nobody writes to it any more
    std::int64_t refreshed_ns_ GUARDED_BY(mutex_) = 0;
    std::shared_ptr<const Mapping> shown_mapping_ GUARDED_BY(mutex_);
    std::shared_ptr<const IndexView> view_ GUARDED_BY(mutex_);
    std::mutex merging_;   // one merge at a time; taken before the others
    std::mutex flushing_;  // one flush at a time, and one new manifest
    std::atomic<bool> closed_{false};
    std::atomic<bool> may_merge_{true};  // something happened since `merge` found none to do
    // of the newest deletes file tried; changed by the one who flushes
    std::uint64_t deletes_number_ = 0;
    std::vector<std::string> strays_;  // files of what failed; of the one who flushes
    std::mutex refreshing_;            // one refresh at a time
};

}  // namespace elkhorn::store
