// What the engine does beside its callers: tails become segments, the log loses what they have,
// retention takes away, merges are woken.

#include "base/kill_point.h"
#include "base/log.h"
#include "base/metrics.h"
#include "store/file/removed_indices.h"
#include "store/node/engine.h"
#include "store/node/memory_flush.h"

#include <algorithm>

namespace elkhorn::store {
namespace {

metrics::Gauge log_size{"elkhorn_store_log_size_bytes", "Size of the write-ahead log on disk."};

KillPoint delete_logged{"index.delete.logged"};
KillPoint delete_unmarked{"index.delete.unmarked"};

constexpr std::int64_t housekeeping_ms = 200;

}  // namespace

void Engine::run_retention() {
    limits_->run_retention(all(),
                           [this](const std::shared_ptr<Index>& index, std::int64_t next_seq_no) {
                               return take_out(index, next_seq_no);
                           });
}

Result<> Engine::keep_limits() {
    const std::lock_guard<std::mutex> alone(housekeeping_);
    limits_->look_at_disk();
    run_retention();
    return trim_log();
}

/// One index's trouble is noted, and is that index's.
Result<> Engine::flush_one(Index& index, FlushScope scope) {
    return troubles_.note(index, "flush", index.flush(scope));
}

Result<> Engine::flush() {
    const std::lock_guard<std::mutex> alone(housekeeping_);
    FirstError failed;
    for (const auto& index : all())
        failed.add(flush_one(*index, FlushScope::everything));
    failed.add(remove_leaving());
    failed.add(trim_log());
    return failed.take();
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
    for (const Leaving& index : leaving_)
        needed = std::min(needed, index.logged);
    TRY(log_->trim(needed));
    log_size.set(static_cast<std::int64_t>(log_->size_bytes()));
    return {};
}

/// Folders go as soon as it is durable that they must: on a full disk that makes room. Marks go
/// once the log does without them.
Result<> Engine::remove_leaving() {
    FirstError failed;
    const Lsn committed = log_->committed();
    for (auto it = leaving_.begin(); it != leaving_.end();) {
        auto removed = remove_what_is_left(*it, committed);
        const bool done = removed && committed >= it->logged;
        failed.add(std::move(removed));
        it = done ? leaving_.erase(it) : it + 1;
    }
    return failed.take();
}

Result<> Engine::remove_what_is_left(const Leaving& index, Lsn committed) {
    const bool logged = committed >= index.logged;
    if (index.marked || logged) TRY(remove_index(*folder_, index_folder(index.incarnation)));
    if (!logged) return {};
    delete_logged.reached();
    TRY(unmark_removed(*folder_, index.incarnation));
    delete_unmarked.reached();
    return {};
}

/// Past the log's limit, flushes whoever needs its oldest half.
Result<> Engine::flush_for_log() {
    if (log_->size_bytes() <= options_.log_limit_bytes) return {};
    auto indices = all();
    std::ranges::sort(indices, {},
                      [](const auto& index) { return index->first_needed().value_or(~Lsn{0}); });
    FirstError failed;
    for (const auto& index : indices) {
        if (log_->size_bytes() <= options_.log_limit_bytes / 2 || !index->first_needed()) break;
        if (!may_flush(*index)) continue;
        failed.add(flush_one(*index, FlushScope::everything));
        failed.add(trim_log());
    }
    return failed.take();
}

/// Without threads everything is tried at once: there are no further turns.
bool Engine::may_flush(const Index& index) const {
    return !options_.background || troubles_.due(index, "flush");
}

/// Builders that are full, of several indices at once: writers wait for them.
Result<> Engine::encode_frozen() {
    const auto indices = all();
    const auto encode_one = [&](std::size_t i) -> Result<> {
        auto encoded = indices[i]->encode_frozen();
        room_.notify_all();
        if (!encoded) return std::unexpected(encoded.error());
        return {};
    };
    if (encoding_ && node_.frozen_builders > 1) return encoding_->run(indices.size(), encode_one);
    FirstError failed;
    for (std::size_t i = 0; i < indices.size(); ++i)
        failed.add(encode_one(i));
    return failed.take();
}

Result<bool> Engine::housekeep(Index& index) {
    index.forget_tombstones();
    if (!index.wants_flush() || !may_flush(index)) return false;
    TRY(flush_one(index, FlushScope::full_groups));
    return true;
}

Result<> Engine::housekeep() {
    const std::lock_guard<std::mutex> alone(housekeeping_);
    limits_->look();
    // Before anything is written: where the disk is full, only this makes room.
    bool flushed = limits_->retention_due();
    if (flushed) run_retention();
    FirstError failed;
    failed.add(remove_leaving());
    failed.add(encode_frozen());
    for (const auto& index : all()) {
        const auto done = housekeep(*index);
        flushed = flushed || !done || *done;
        if (!done) failed.add(std::unexpected(done.error()));
    }
    failed.add(flush_for_log());
    if (const auto target_bytes = limits_->tails_target()) {
        failed.add(flush_for_memory(node_, all(), *target_bytes, [this](Index& index) -> Result<> {
            if (!may_flush(index)) return {};
            return flush_one(index, FlushScope::everything);
        }));
        flushed = true;
    }
    if (flushed) failed.add(trim_log());
    if (options_.background)
        merger_.wake();
    else
        failed.add(merger_.merge_due());
    room_.notify_all();
    log_size.set(static_cast<std::int64_t>(log_->size_bytes()));
    return failed.take();
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

}  // namespace elkhorn::store
