// store/node/engine.h -- the engine behind store.h: indices by name, the log they share, and the
// threads that encode, flush, merge and trim. In three files:
//
//   engine.cc         indices are made and deleted, documents written and read
//   recovery.cc       what the disk has, and then the log, become indices again
//   housekeeping.cc   tails to segments, segments to fewer, the log's end, retention
#pragma once

#include "base/mutex.h"
#include "base/random.h"
#include "store/file/orphan_folders.h"
#include "store/index/index.h"
#include "store/node/index_troubles.h"
#include "store/node/merge_thread.h"
#include "store/node/node_limits.h"
#include "store/node/store.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <ranges>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

class Engine final : public Store, private SnapshotEngine {
public:
    Engine(std::unique_ptr<io::Folder> folder, Options options);
    ~Engine() override;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    Result<> open();

    event::FieldNames& field_names() override { return *options_.field_names; }

    Result<std::vector<Written>> write(std::span<const Write> writes) override;
    Result<> create_index(std::string_view name, IndexSettings settings) override;
    Result<> delete_index(std::string_view name) override;
    Result<> put_mapping(std::string_view index, const Mapping& update) override;
    std::vector<std::string> index_names() const override;

    bool exists(std::string_view index) const override { return find(index) != nullptr; }

    std::optional<std::string> settings(std::string_view index) const override {
        const auto found = find(index);
        return found == nullptr ? std::nullopt : std::optional(found->settings());
    }

    std::optional<std::string> uuid(std::string_view index) const override {
        const auto found = find(index);
        return found == nullptr ? std::nullopt : std::optional(found->uuid());
    }

    Result<std::shared_ptr<const IndexView>> view(std::string_view index) override {
        return TRY(existing(index))->view();
    }

    Result<> refresh(std::string_view index) override { return TRY(existing(index))->refresh(); }

    Result<std::optional<Found>> get(std::string_view index, std::string_view id) override {
        return TRY(existing(index))->get(id);
    }

    Result<> flush() override;
    Result<> keep_limits() override;
    Result<> merge(std::string_view index, const ForceMerge& request) override;
    bool healthy(std::string* reason) const override;

    std::vector<std::string> warnings() const override;

    void believe_clock() override { limits_->believe_clock(); }

    MemoryAccount& memory() override { return limits_->memory(); }

    Snapshots& snapshots() override { return snapshots_; }

    Metadata& metadata() override { return metadata_; }

private:
    Result<PinnedIndex> pin(std::string_view index) override;
    Result<> adopt(Manifest manifest, const Fill& fill) override;

    std::string make_uuid() override {
        const Lock lock(mutex_);
        return random_id(random_);
    }

    /// An index that was deleted: its folder, and the mark that says so, are still to be removed;
    /// the mark once the log says so too, there.
    struct Leaving {
        Lsn logged = 0;
        std::uint64_t incarnation = 0;
        bool marked = false;
    };

    std::shared_ptr<Index> find(std::string_view name) const {
        const Lock lock(mutex_);
        const auto it = indices_.find(name);
        return it == indices_.end() ? nullptr : it->second;
    }

    std::vector<std::shared_ptr<Index>> all() const {
        const Lock lock(mutex_);
        const auto list = std::views::values(indices_);
        return {list.begin(), list.end()};
    }

    Result<std::shared_ptr<Index>> existing(std::string_view name) const {
        if (auto index = find(name)) return index;
        return missing(name);
    }

    static std::unexpected<Error> missing(std::string_view name) {
        return fail(ErrorCode::not_found, fmt::format("no such index [{}]", name));
    }

    std::shared_ptr<Index> index_for(std::span<const Write> writes,
                                     std::span<const std::size_t> places,
                                     std::span<Written> results);
    Lsn write_to_one(std::span<const Write> writes, std::span<const std::size_t> places,
                     std::span<Written> results);
    Result<std::shared_ptr<Index>> create(std::string_view name, IndexSettings settings)
        REQUIRES(mutex_);
    Result<MemoryAccount::Charge> wait_for_room(std::span<const Write> writes,
                                                std::int64_t deadline_ns);
    Lsn write_slice(std::span<const Write> writes, std::span<Written> results);
    Result<Lsn> write_slices(std::span<const Write> writes, std::span<Written> results);
    Lsn log_removal(const Index& index) REQUIRES(mutex_);
    Result<bool> take_out(const std::shared_ptr<Index>& index,
                          std::optional<std::int64_t> next_seq_no);
    void remove_files(Index& index);
    Result<> remove_leaving();
    void run_retention();
    Result<> replay(Lsn lsn, std::string_view entry);
    void add_recovered(const std::shared_ptr<Index>& index) REQUIRES(mutex_);
    Result<> replay_documents(Lsn lsn, ByteReader& reader);
    Result<> replay_deletes(Lsn lsn, Index& index, ByteReader& reader);
    Result<> open_indices();
    Result<> open_index(const std::string& name);
    Result<> finish_removals();
    Result<> housekeep();
    Result<bool> housekeep(Index& index);
    Result<> encode_frozen();
    Result<> flush_one(Index& index, FlushScope scope);
    bool may_flush(const Index& index) const;
    Result<> remove_what_is_left(const Leaving& index, Lsn committed);
    Result<> flush_for_log();
    Result<> trim_log();
    /// A failure once a sync of the log has failed, or while the disk is full.
    Result<> may_change() const;
    void run();

    Options options_;
    std::unique_ptr<io::Folder> folder_;
    Node node_;
    std::optional<NodeLimits> limits_;  // from the constructor on
    Snapshots snapshots_{*this, *folder_, options_};
    Metadata metadata_{*folder_, [this] {
                           return may_change();
                       }};
    std::unique_ptr<WriteLog> log_;
    IndexTroubles troubles_{*options_.clock};
    OrphanFolders orphans_;            // of the start
    std::set<std::uint64_t> removed_;  // marked as deleted at the start, by incarnation
    event::Document replayed_;         // scratch of replay

    mutable Mutex mutex_;
    CondVar work_;  // for the housekeeper
    CondVar room_;  // for writers that wait
    CondVar gone_;  // for writers to an index that is being deleted
    std::map<std::string, std::shared_ptr<Index>, std::less<>> indices_ GUARDED_BY(mutex_);
    std::map<std::uint64_t, std::shared_ptr<Index>> by_incarnation_ GUARDED_BY(mutex_);
    std::set<std::string, std::less<>> restoring_ GUARDED_BY(mutex_);  // names that are taken
    std::set<std::string, std::less<>> going_ GUARDED_BY(mutex_);      // being deleted
    std::uint64_t next_incarnation_ GUARDED_BY(mutex_) = 1;
    Random random_ GUARDED_BY(mutex_);
    bool stopping_ GUARDED_BY(mutex_) = false;
    std::optional<SharedWork> encoding_;  // nothing without threads
    std::mutex housekeeping_;
    std::vector<Leaving> leaving_;  // of whoever has housekeeping_
    io::Thread housekeeper_;
    MergeThread merger_;
};

}  // namespace elkhorn::store
