// The engine: indices by name, the log they share, and the one background thread that encodes,
// flushes and trims.

#include "store/store.h"

#include "base/bytes.h"
#include "base/kill_point.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "store/index.h"
#include "store/index_restore.h"
#include "store/log_entry.h"
#include "store/memory_flush.h"
#include "store/merge_thread.h"
#include "store/node_limits.h"
#include "store/orphan_folders.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ranges>
#include <set>

namespace elkhorn::store {
namespace {

metrics::Counter documents_written{"elkhorn_store_documents_written_total",
                                   "Documents acknowledged."};
metrics::Counter documents_deleted{"elkhorn_store_documents_deleted_total",
                                   "Documents deleted by their _id, acknowledged."};
metrics::Counter writes_refused{"elkhorn_store_writes_refused_total",
                                "Writes refused because tails waited for memory."};
metrics::Gauge log_size{"elkhorn_store_log_size_bytes", "Size of the write-ahead log on disk."};
metrics::Gauge index_count{"elkhorn_store_indices", "Indices."};

constexpr std::int64_t max_frozen_builders = 4;  // more than these wait: writers pause

KillPoint create_logged{"index.create.logged"};
KillPoint delete_logged{"index.delete.logged"};
KillPoint delete_done{"index.delete.done"};
KillPoint delete_replayed{"recovery.index_delete"};
KillPoint recovered{"recovery.done"};

constexpr std::int64_t pause_ms = 50;
constexpr std::int64_t overload_ms = 10'000;
constexpr std::int64_t housekeeping_ms = 200;

class Engine final : public Store, private SnapshotEngine {
public:
    Engine(std::unique_ptr<io::Folder> folder, Options options)
        : options_(std::move(options)),
          folder_(std::move(folder)),
          random_(options_.random_seed != 0
                      ? options_.random_seed
                      : static_cast<std::uint64_t>(options_.clock->wall_ns())),
          merger_([this] { return all(); }) {
        node_.folder = folder_.get();
        node_.options = &options_;
        node_.cache = std::make_shared<Cache>(options_.memory[MemoryUse::cache]);
        limits_.emplace(node_);
    }

    ~Engine() override {
        {
            const Lock lock(mutex_);
            stopping_ = true;
            node_.stopping = true;
            work_.notify_all();
        }
        housekeeper_.join();
        merger_.stop();
        if (log_ != nullptr) log_->close();
    }

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

    std::vector<std::string> warnings() const override { return limits_->warnings(); }

    void believe_clock() override { limits_->believe_clock(); }

    MemoryAccount& memory() override { return limits_->memory(); }

    Snapshots& snapshots() override { return snapshots_; }

private:
    Result<PinnedIndex> pin(std::string_view index) override;
    Result<> adopt(Manifest manifest, const Fill& fill) override;

    std::string make_uuid() override {
        const Lock lock(mutex_);
        return random_id(random_);
    }

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
    Result<MemoryAccount::Charge> wait_for_room(std::span<const Write> writes);
    Lsn log_removal(const Index& index) REQUIRES(mutex_);
    Result<bool> remove_unwritten(const std::shared_ptr<Index>& index, std::int64_t next_seq_no);
    Result<> remove_files(Index& index);
    void run_retention();
    Result<> replay(Lsn lsn, std::string_view entry);
    void add_recovered(const std::shared_ptr<Index>& index) REQUIRES(mutex_);
    Result<> replay_documents(Lsn lsn, ByteReader& reader);
    Result<> replay_deletes(Lsn lsn, Index& index, ByteReader& reader);
    Result<> open_indices();
    Result<> housekeep();
    Result<> flush_for_log();
    Result<> trim_log();
    void run();

    Options options_;
    std::unique_ptr<io::Folder> folder_;
    Node node_;
    std::optional<NodeLimits> limits_;  // from the constructor on
    Snapshots snapshots_{*this, *folder_, options_};
    std::unique_ptr<WriteLog> log_;
    OrphanFolders orphans_;     // of the start
    event::Document replayed_;  // scratch of replay

    mutable Mutex mutex_;
    CondVar work_;  // for the housekeeper
    CondVar room_;  // for writers that wait
    std::map<std::string, std::shared_ptr<Index>, std::less<>> indices_ GUARDED_BY(mutex_);
    std::map<std::uint64_t, std::shared_ptr<Index>> by_incarnation_ GUARDED_BY(mutex_);
    std::set<std::string, std::less<>> restoring_ GUARDED_BY(mutex_);  // names that are taken
    std::uint64_t next_incarnation_ GUARDED_BY(mutex_) = 1;
    Random random_ GUARDED_BY(mutex_);
    bool stopping_ GUARDED_BY(mutex_) = false;
    std::mutex housekeeping_;
    io::Thread housekeeper_;
    MergeThread merger_;
};

// -- opening --------------------------------------------------------------------------------------

Result<> Engine::open() {
    TRY(snapshots_.load());
    TRY(open_indices());
    WriteLog::Options log_options;
    log_options.file_bytes = options_.log_file_bytes;
    log_options.frame_bytes = options_.log_frame_bytes;
    log_options.background = options_.background;
    log_options.pending_limit_bytes = options_.memory[MemoryUse::log];
    log_options.replayed = [this] {
        return orphans_.settle(*folder_);
    };
    log_ = TRY(WriteLog::open(*folder_, log_options, [this](Lsn lsn, std::string_view entry) {
        return replay(lsn, entry);
    }));
    node_.log = log_.get();
    for (const auto& index : all())
        TRY(index->encode_frozen());
    TRY(limits_->open(all()));
    recovered.reached();
    if (options_.background) {
        housekeeper_ = io::Thread("store-house", [this] { run(); }, true);
        merger_.start();
    }
    return {};
}

Result<> Engine::open_indices() {
    TRY(folder_->make_folder("indices"));
    TRY(folder_->sync_names(""));
    for (const std::string& name : TRY(folder_->list("indices"))) {
        if (TRY(orphans_.take(*folder_, name))) continue;
        auto index =
            std::make_shared<Index>(node_, TRY(read_manifest(*folder_, "indices/" + name)));
        TRY(index->open_segments());
        const Lock lock(mutex_);
        next_incarnation_ = std::max(next_incarnation_, index->incarnation() + 1);
        add_recovered(index);
    }
    return {};
}

/// The log may still tell the life of an index whose name has another one since, with a manifest.
void Engine::add_recovered(const std::shared_ptr<Index>& index) {
    by_incarnation_[index->incarnation()] = index;
    std::shared_ptr<Index>& named = indices_[index->name()];
    if (named == nullptr || named->incarnation() < index->incarnation()) named = index;
}

Result<> Engine::replay(Lsn lsn, std::string_view entry) {
    ByteReader reader(entry);
    const auto type = static_cast<LogEntry>(reader.number<std::uint8_t>());
    if (type == LogEntry::documents) return replay_documents(lsn, reader);
    const std::uint64_t incarnation = reader.varint();
    std::shared_ptr<Index> index;
    {
        const Lock lock(mutex_);
        next_incarnation_ = std::max(next_incarnation_, incarnation + 1);
        if (const auto it = by_incarnation_.find(incarnation); it != by_incarnation_.end())
            index = it->second;
    }
    if (type == LogEntry::create || type == LogEntry::remove) orphans_.account_for(incarnation);
    if (type == LogEntry::create) {
        if (index != nullptr) return {};  // it has a manifest
        index = std::make_shared<Index>(node_, TRY(read_creation(incarnation, reader)));
        index->set_created_at(lsn);
        const Lock lock(mutex_);
        add_recovered(index);
        return {};
    }
    if (index == nullptr) return {};  // deleted before, and its folder is gone
    if (type == LogEntry::remove) {
        TRY(remove_index(*folder_, incarnation));
        delete_replayed.reached();
        const Lock lock(mutex_);
        by_incarnation_.erase(incarnation);
        if (const auto it = indices_.find(index->name());
            it != indices_.end() && it->second == index) {
            indices_.erase(it);
        }
        return {};
    }
    if (type == LogEntry::deletes) return replay_deletes(lsn, *index, reader);
    if (type == LogEntry::mapping) {
        index->replay_mapping(lsn, TRY(read_mapping(reader.text())));
        return {};
    }
    return fail(ErrorCode::corruption, "an entry of unknown kind; use a newer elkhorn");
}

Result<> Engine::replay_documents(Lsn lsn, ByteReader& reader) {
    const std::uint64_t incarnation = reader.varint();
    std::shared_ptr<Index> index;
    {
        const Lock lock(mutex_);
        // A writer may have had the index while it was deleted: its number is never used again.
        next_incarnation_ = std::max(next_incarnation_, incarnation + 1);
        const auto it = by_incarnation_.find(incarnation);
        if (it == by_incarnation_.end()) return {};  // deleted since
        index = it->second;
    }
    while (!reader.at_end()) {
        const LoggedDocument document = TRY(read_document(reader));
        TRY(options_.flatten(document.source, replayed_));
        TRY(index->replay(lsn, document, replayed_));
    }
    // Row groups that fill up are encoded at once: replay needs no more memory than writing.
    TRY(index->encode_frozen());
    return {};
}

Result<> Engine::replay_deletes(Lsn lsn, Index& index, ByteReader& reader) {
    while (!reader.at_end()) {
        const LoggedDelete logged = TRY(read_delete(reader));
        TRY(index.replay(lsn, logged));
    }
    return {};
}

// -- indices --------------------------------------------------------------------------------------

Result<std::shared_ptr<Index>> Engine::create(std::string_view name, IndexSettings settings) {
    TRY(check_index_name(name));
    if (restoring_.contains(name))
        return fail(ErrorCode::conflict, fmt::format("index [{}] is being restored", name));
    Manifest manifest;
    manifest.incarnation = next_incarnation_++;
    manifest.name = name;
    manifest.uuid = random_id(random_);
    manifest.created_ms = options_.clock->wall_ms();
    manifest.settings_json = std::move(settings.settings_json);
    manifest.mapping = std::move(settings.mapping);
    std::string entry = creation_entry(manifest);
    auto index = std::make_shared<Index>(node_, std::move(manifest));
    index->set_created_at(log_->append(std::move(entry)));
    indices_[index->name()] = index;
    by_incarnation_[index->incarnation()] = index;
    index_count.set(static_cast<std::int64_t>(indices_.size()));
    return index;
}

/// The index of these writes, made by the first that makes one: a delete does so only where its
/// version must be remembered. Null, with the reason in each result, when there is none.
std::shared_ptr<Index> Engine::index_for(std::span<const Write> writes,
                                         std::span<const std::size_t> places,
                                         std::span<Written> results) {
    const std::string_view name = writes[places.front()].index;
    const Lock lock(mutex_);
    if (const auto it = indices_.find(name); it != indices_.end()) return it->second;
    for (const std::size_t i : places) {
        if (writes[i].action == Action::remove && !writes[i].external) {
            results[i].error = missing(name).error();
            continue;
        }
        auto made = create(name, {});
        if (made) return *made;
        results[i].error = made.error();
    }
    return nullptr;
}

Result<> Engine::create_index(std::string_view name, IndexSettings settings) {
    TRY(log_->writable());
    TRY(limits_->check_change(name));
    {
        const Lock lock(mutex_);
        if (const auto it = indices_.find(name); it != indices_.end()) {
            return fail(ErrorCode::conflict,
                        fmt::format("index [{}/{}] already exists", name, "_na_"));
        }
        TRY(create(name, std::move(settings)));
    }
    TRY(log_->commit(log_->last_lsn()));
    create_logged.reached();
    return {};
}

/// Takes an index out of the node and says so in the log.
Lsn Engine::log_removal(const Index& index) {
    const Lsn lsn = log_->append(removal_entry(index.incarnation()));
    by_incarnation_.erase(index.incarnation());
    indices_.erase(index.name());
    index_count.set(static_cast<std::int64_t>(indices_.size()));
    return lsn;
}

Result<> Engine::remove_files(Index& index) {
    // Nor may it be merged meanwhile: that would make the folder again.
    index.close();
    return remove_index(*folder_, index.incarnation());
}

Result<> Engine::delete_index(std::string_view name) {
    TRY(log_->writable());
    // Not while the housekeeper flushes it: it would make the folder again, or trim the log of
    // documents whose index is still in its folder.
    const std::lock_guard<std::mutex> alone(housekeeping_);
    std::shared_ptr<Index> index;
    Lsn lsn = 0;
    {
        const Lock lock(mutex_);
        const auto it = indices_.find(name);
        if (it == indices_.end()) return missing(name);
        index = it->second;
        lsn = log_removal(*index);
    }
    TRY(log_->commit(lsn));
    delete_logged.reached();
    TRY(remove_files(*index));
    delete_done.reached();
    return {};
}

/// Retention's way: only where nothing was written to it meanwhile; the housekeeper alone.
Result<bool> Engine::remove_unwritten(const std::shared_ptr<Index>& index,
                                      std::int64_t next_seq_no) {
    Lsn lsn = 0;
    {
        const Lock lock(mutex_);
        const auto it = indices_.find(index->name());
        if (it == indices_.end() || it->second != index) return false;
        if (!index->retire(next_seq_no)) return false;
        lsn = log_removal(*index);
    }
    TRY(log_->commit(lsn));
    TRY(remove_files(*index));
    return true;
}

Result<PinnedIndex> Engine::pin(std::string_view name) {
    // Not while it is deleted: a flush would make its folder again.
    const std::lock_guard<std::mutex> alone(housekeeping_);
    const auto index = find(name);
    if (index == nullptr) return missing(name);
    return index->pin();
}

/// Its numbers go on far from those of the index the snapshot was of, and of its other copies:
/// documents that are new in both must not get the same generated ids.
Result<> Engine::adopt(Manifest manifest, const Fill& fill) {
    const std::string name = manifest.name;
    TRY(check_index_name(name));
    {
        const Lock lock(mutex_);
        if (indices_.contains(name) || !restoring_.insert(name).second)
            return fail(ErrorCode::conflict, fmt::format("index [{}] already exists", name));
        manifest.incarnation = next_incarnation_++;
        manifest.uuid = random_id(random_);
        manifest.flushed_seq_no += static_cast<std::int64_t>((1 + random_.below(1 << 14)) << 32);
    }
    const auto index = restore_index(node_, manifest, fill);
    const Lock lock(mutex_);
    restoring_.erase(name);
    if (!index) return std::unexpected(index.error());
    indices_[name] = *index;
    by_incarnation_[manifest.incarnation] = *index;
    index_count.set(static_cast<std::int64_t>(indices_.size()));
    return {};
}

Result<> Engine::put_mapping(std::string_view name, const Mapping& update) {
    const auto index = TRY(existing(name));
    TRY(log_->writable());
    TRY(limits_->check_change(name));
    return log_->commit(TRY(index->put_mapping(update)));
}

std::vector<std::string> Engine::index_names() const {
    const Lock lock(mutex_);
    const auto names = std::views::keys(indices_);
    return {names.begin(), names.end()};
}

// -- writing and reading --------------------------------------------------------------------------

/// Memory for the writes. Writers wait while the housekeeper is behind; past a bound in time they
/// are told to come back.
Result<MemoryAccount::Charge> Engine::wait_for_room(std::span<const Write> writes) {
    if (!options_.background) return MemoryAccount::Charge();
    TRY(limits_->check_size(writes));
    const std::int64_t deadline = options_.clock->steady_ns() + overload_ms * 1'000'000;
    while (true) {
        if (node_.frozen_builders <= max_frozen_builders) {
            if (auto room = limits_->room_for(writes)) return std::move(*room);
        }
        if (options_.clock->steady_ns() > deadline) {
            writes_refused.add();
            return limits_->no_room(writes);
        }
        const Lock lock(mutex_);
        work_.notify_all();
        room_.wait_for(mutex_, pause_ms);
    }
}

/// The writes to one index; should retention take that away meanwhile, to the next of its name.
Lsn Engine::write_to_one(std::span<const Write> writes, std::span<const std::size_t> places,
                         std::span<Written> results) {
    std::vector<const Write*> batch;
    std::vector<Written*> answers;
    for (const std::size_t i : places) {
        batch.push_back(&writes[i]);
        answers.push_back(&results[i]);
    }
    while (const auto index = index_for(writes, places, results)) {
        for (Written* answer : answers)
            answer->error.reset();
        if (const auto lsn = index->write(batch, answers)) return *lsn;
    }
    return 0;
}

Result<std::vector<Written>> Engine::write(std::span<const Write> writes) {
    TRY(log_->writable());
    if (!writes.empty()) TRY(limits_->check_change(writes.front().index));
    std::optional room = TRY(wait_for_room(writes));
    std::vector<Written> results(writes.size());
    // By index, in order within each.
    std::map<std::string_view, std::vector<std::size_t>> by_index;
    for (std::size_t i = 0; i < writes.size(); ++i)
        by_index[writes[i].index].push_back(i);
    Lsn last = 0;
    for (const auto& [name, places] : by_index)
        last = std::max(last, write_to_one(writes, places, results));
    room.reset();  // they have counted themselves
    const bool frozen = node_.frozen_builders > 0;
    if (frozen && options_.background) {
        const Lock lock(mutex_);
        work_.notify_all();
    }
    TRY(log_->commit(last));
    if (frozen && !options_.background) TRY(housekeep());
    std::int64_t written = 0;
    std::int64_t deleted = 0;
    for (const Written& result : results) {
        if (result.error) continue;
        if (result.effect == Effect::deleted) ++deleted;
        if (result.effect == Effect::created || result.effect == Effect::updated) ++written;
    }
    documents_written.add(written);
    documents_deleted.add(deleted);
    return results;
}

bool Engine::healthy(std::string* reason) const {
    const auto failure = log_->failure();
    if (failure && reason != nullptr) *reason = failure->message;
    return !failure;
}

// -- keeping house --------------------------------------------------------------------------------

void Engine::run_retention() {
    limits_->run_retention(all(),
                           [this](const std::shared_ptr<Index>& index, std::int64_t next_seq_no) {
                               return remove_unwritten(index, next_seq_no);
                           });
}

Result<> Engine::keep_limits() {
    const std::lock_guard<std::mutex> alone(housekeeping_);
    limits_->look_at_disk();
    run_retention();
    return trim_log();
}

Result<> Engine::flush() {
    const std::lock_guard<std::mutex> alone(housekeeping_);
    for (const auto& index : all())
        TRY(index->flush(FlushScope::everything));
    return trim_log();
}

Result<> Engine::merge(std::string_view name, const ForceMerge& request) {
    const auto index = TRY(existing(name));
    while (TRY(index->merge())) {
    }
    return index->force_merge(request);
}

Result<> Engine::trim_log() {
    Lsn needed = log_->last_lsn() + 1;
    for (const auto& index : all()) {
        if (const auto first = index->first_needed()) needed = std::min(needed, *first);
    }
    TRY(log_->trim(needed));
    log_size.set(static_cast<std::int64_t>(log_->size_bytes()));
    return {};
}

/// Past the log's limit, flushes whoever needs its oldest half.
Result<> Engine::flush_for_log() {
    if (log_->size_bytes() <= options_.log_limit_bytes) return {};
    auto indices = all();
    std::ranges::sort(indices, {},
                      [](const auto& index) { return index->first_needed().value_or(~Lsn{0}); });
    for (const auto& index : indices) {
        if (log_->size_bytes() <= options_.log_limit_bytes / 2 || !index->first_needed()) break;
        TRY(index->flush(FlushScope::everything));
        TRY(trim_log());
    }
    return {};
}

Result<> Engine::housekeep() {
    const std::lock_guard<std::mutex> alone(housekeeping_);
    limits_->look();
    // Before anything is written: where the disk is full, only this makes room.
    bool flushed = limits_->retention_due();
    if (flushed) run_retention();
    for (const auto& index : all()) {
        TRY(index->encode_frozen());
        index->forget_tombstones();
        room_.notify_all();
        if (!index->wants_flush()) continue;
        TRY(index->flush(FlushScope::full_groups));
        flushed = true;
    }
    TRY(flush_for_log());
    if (const auto target_bytes = limits_->tails_target()) {
        TRY(flush_for_memory(node_, all(), *target_bytes));
        flushed = true;
    }
    if (flushed) TRY(trim_log());
    if (options_.background)
        merger_.wake();
    else
        TRY(merger_.merge_due());
    room_.notify_all();
    log_size.set(static_cast<std::int64_t>(log_->size_bytes()));
    return {};
}

void Engine::run() {
    std::string reported;
    while (true) {
        {
            const Lock lock(mutex_);
            if (!stopping_) work_.wait_for(mutex_, housekeeping_ms);
            if (stopping_) return;
        }
        // A failure here loses nothing, the log has it all; it is tried again with the next turn.
        const auto done = housekeep();
        if (!done && done.error().message != reported) {
            reported = done.error().message;
            log::error("writing segments failed; documents stay in the log",
                       {{"reason", reported}});
        }
        if (done) reported.clear();
    }
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(std::unique_ptr<io::Folder> folder, Options options) {
    ASSERT(options.flatten != nullptr && options.field_names != nullptr);
    auto engine = std::make_unique<Engine>(std::move(folder), std::move(options));
    TRY(engine->open());
    return engine;
}

}  // namespace elkhorn::store
