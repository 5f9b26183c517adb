#include "store/node/engine.h"

#include "base/kill_point.h"
#include "base/log.h"
#include "base/metrics.h"
#include "store/file/removed_indices.h"
#include "store/log/log_entry.h"
#include "store/schema/document_id.h"
#include "store/schema/index_name.h"
#include "store/snapshot/index_restore.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::store {
namespace {

metrics::Counter documents_written{"elkhorn_store_documents_written_total",
                                   "Documents acknowledged."};
metrics::Counter documents_deleted{"elkhorn_store_documents_deleted_total",
                                   "Documents deleted by their _id, acknowledged."};
metrics::Counter writes_refused{"elkhorn_store_writes_refused_total",
                                "Writes refused because tails waited for memory."};
metrics::Gauge index_count{"elkhorn_store_indices", "Indices."};

KillPoint create_logged{"index.create.logged"};
KillPoint delete_marked{"index.delete.marked"};
KillPoint delete_done{"index.delete.done"};

constexpr std::int64_t max_frozen_builders = 4;  // more than these wait: writers pause
constexpr std::int64_t pause_ms = 50;
constexpr std::size_t most_encoders = 8;
constexpr std::int64_t overload_ms = 10'000;       // that a slice of a write waits
constexpr std::int64_t longest_write_ms = 60'000;  // that all of its slices wait together

}  // namespace

Engine::Engine(std::unique_ptr<io::Folder> folder, Options options)
    : options_(std::move(options)),
      folder_(std::move(folder)),
      random_(options_.random_seed != 0 ? options_.random_seed
                                        : static_cast<std::uint64_t>(options_.clock->wall_ns())),
      merger_([this] { return all(); }, troubles_) {
    node_.folder = folder_.get();
    node_.options = &options_;
    node_.cache = std::make_shared<Cache>(options_.memory[MemoryUse::cache]);
    limits_.emplace(node_);
    if (!options_.background) return;
    const std::size_t threads = options_.encode_threads;
    encoding_.emplace(threads != 0 ? threads : std::min(most_encoders, io::cores() - 1));
    node_.encoding = &*encoding_;
}

Engine::~Engine() {
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
    while (going_.contains(name))
        gone_.wait(mutex_);
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

/// What is left of a deleted index is removed now or, where that fails, with a turn of the
/// housekeeper.
void Engine::remove_files(Index& index) {
    // Nor may it be merged meanwhile: that would make the folder again.
    index.close();
    if (auto removed = remove_leaving(); !removed) {
        log::warn("the folder of a deleted index cannot be removed yet",
                  {{"index", index.name()}, {"reason", removed.error().message}});
    }
}

/// Deletes an index, for whoever has housekeeping_; false when it is not there any more, or when
/// something was written to it since `next_seq_no` was the next. It is deleted as soon as it is
/// marked; until then writers to it wait, and when it cannot be marked it is as it was.
Result<bool> Engine::take_out(const std::shared_ptr<Index>& index,
                              std::optional<std::int64_t> next_seq_no) {
    {
        const Lock lock(mutex_);
        const auto it = indices_.find(index->name());
        if (it == indices_.end() || it->second != index) return false;
        if (!index->retire(next_seq_no)) return false;
        going_.insert(index->name());
    }
    bool unknown = false;
    auto marked = mark_removed(*folder_, index->incarnation(), unknown);
    Lsn lsn = 0;
    {
        const Lock lock(mutex_);
        going_.erase(index->name());
        if (marked || unknown)
            lsn = log_removal(*index);
        else
            index->revive();
        gone_.notify_all();
    }
    if (!marked && !unknown) return std::unexpected(marked.error());
    leaving_.push_back({lsn, index->incarnation(), marked.has_value()});
    // Where the folder of marks fails, the log has to tell it alone.
    if (!marked) TRY(log_->commit(lsn));
    delete_marked.reached();
    troubles_.forget(*index);
    remove_files(*index);
    return true;
}

Result<> Engine::delete_index(std::string_view name) {
    // A full disk is no reason: this makes room.
    if (auto writable = log_->writable(); !writable && !log_->full()) return writable;
    // Not while the housekeeper flushes it: it would make the folder again, or trim the log of
    // documents whose index is still in its folder.
    const std::lock_guard<std::mutex> alone(housekeeping_);
    const auto index = TRY(existing(name));
    if (!TRY(take_out(index, std::nullopt))) return missing(name);
    delete_done.reached();
    return {};
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
        const auto far = static_cast<std::int64_t>((1 + random_.below(1 << 14)) << 32);
        if (manifest.flushed_seq_no > greatest_seq_no - far) {
            restoring_.erase(name);
            return fail(ErrorCode::corruption,
                        fmt::format("index [{}]: the snapshot says that its sequence numbers have "
                                    "come to their end ({}); restore another one",
                                    name, manifest.flushed_seq_no));
        }
        manifest.incarnation = next_incarnation_++;
        manifest.uuid = random_id(random_);
        manifest.flushed_seq_no += far;
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
Result<MemoryAccount::Charge> Engine::wait_for_room(std::span<const Write> writes,
                                                    std::int64_t deadline_ns) {
    if (!options_.background) return MemoryAccount::Charge();
    TRY(limits_->check_size(writes));
    while (true) {
        if (node_.frozen_builders <= max_frozen_builders) {
            if (auto room = limits_->room_for(writes)) return std::move(*room);
        }
        if (options_.clock->steady_ns() > deadline_ns) {
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
    log_->wait_for_room();
    while (const auto index = index_for(writes, places, results)) {
        for (Written* answer : answers)
            answer->error.reset();
        if (const auto lsn = index->write(batch, answers)) return *lsn;
    }
    return 0;
}

/// Writes that have asked for room together. The lsn to commit.
Lsn Engine::write_slice(std::span<const Write> writes, std::span<Written> results) {
    // By index, in order within each.
    std::map<std::string_view, std::vector<std::size_t>> by_index;
    for (std::size_t i = 0; i < writes.size(); ++i)
        by_index[writes[i].index].push_back(i);
    Lsn last = 0;
    for (const auto& [name, places] : by_index)
        last = std::max(last, write_to_one(writes, places, results));
    return last;
}

/// A call may have more than there is room for: it is written in slices, each of which waits for
/// its own. The writes of one that waited in vain are refused, each by itself.
Result<Lsn> Engine::write_slices(std::span<const Write> writes, std::span<Written> results) {
    const std::int64_t began_ns = options_.clock->steady_ns();
    Lsn last = 0;
    for (std::size_t at = 0; at < writes.size();) {
        const std::size_t n = limits_->slice_of(writes.subspan(at));
        const std::int64_t now_ns = options_.clock->steady_ns();
        const std::int64_t deadline_ns =
            std::min(now_ns + overload_ms * 1'000'000, began_ns + longest_write_ms * 1'000'000);
        const auto room = wait_for_room(writes.subspan(at, n), deadline_ns);
        if (!room && at == 0 && n == writes.size()) return std::unexpected(room.error());
        if (room) {
            last = std::max(last, write_slice(writes.subspan(at, n), results.subspan(at, n)));
        } else {
            for (Written& refused : results.subspan(at, n))
                refused.error = room.error();
        }
        at += n;
        if (node_.frozen_builders == 0 || !options_.background) continue;
        const Lock lock(mutex_);
        work_.notify_all();
    }
    return last;
}

Result<std::vector<Written>> Engine::write(std::span<const Write> writes) {
    TRY(log_->writable());
    if (!writes.empty()) TRY(limits_->check_change(writes.front().index));
    std::vector<Written> results(writes.size());
    const Lsn last = TRY(write_slices(writes, results));
    const bool frozen = node_.frozen_builders > 0;
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

std::vector<std::string> Engine::warnings() const {
    std::vector<std::string> sentences = limits_->warnings();
    for (std::string& each : troubles_.warnings())
        sentences.push_back(std::move(each));
    for (const auto& index : all()) {
        if (auto warning = index->warning()) sentences.push_back(std::move(*warning));
    }
    return sentences;
}

Result<> Engine::may_change() const {
    const auto failure = log_->failure();
    if (failure) return std::unexpected(*failure);
    return {};
}

bool Engine::healthy(std::string* reason) const {
    const auto failure = log_->failure();
    if (failure && reason != nullptr) *reason = failure->message;
    return !failure;
}

Result<std::unique_ptr<Store>> Store::open(std::unique_ptr<io::Folder> folder, Options options) {
    ASSERT(options.flatten != nullptr && options.field_names != nullptr);
    auto engine = std::make_unique<Engine>(std::move(folder), std::move(options));
    TRY(engine->open());
    return engine;
}

}  // namespace elkhorn::store
