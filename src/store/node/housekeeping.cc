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

Result<> Engine::flush() {
    const std::lock_guard<std::mutex> alone(housekeeping_);
    for (const auto& index : all())
        TRY(index->flush(FlushScope::everything));
    TRY(remove_leaving());
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
    for (const Leaving& index : leaving_)
        needed = std::min(needed, index.logged);
    TRY(log_->trim(needed));
    log_size.set(static_cast<std::int64_t>(log_->size_bytes()));
    return {};
}

/// Folders go as soon as it is durable that they must: on a full disk that makes room. Marks go
/// once the log does without them.
Result<> Engine::remove_leaving() {
    const Lsn committed = log_->committed();
    for (const Leaving& index : leaving_) {
        const bool sure = index.marked || committed >= index.logged;
        if (sure) TRY(remove_index(*folder_, index_folder(index.incarnation)));
    }
    for (auto it = leaving_.begin(); it != leaving_.end();) {
        if (committed < it->logged) {
            ++it;
            continue;
        }
        delete_logged.reached();
        TRY(unmark_removed(*folder_, it->incarnation));
        delete_unmarked.reached();
        it = leaving_.erase(it);
    }
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
    return remove_leaving();
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
