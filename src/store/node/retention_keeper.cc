#include "store/node/retention_keeper.h"

#include "base/civil_time.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace elkhorn::store {
namespace {

metrics::Counter dropped_rows{"elkhorn_retention_dropped_rows_total",
                              "Documents that retention took away."};
metrics::Counter dropped_bytes{"elkhorn_retention_dropped_bytes_total",
                               "Bytes of segments that retention took away."};
metrics::Counter dropped_groups{"elkhorn_retention_dropped_groups_total",
                                "Row groups that retention took out of indices that stay."};
metrics::Counter dropped_indices{"elkhorn_retention_dropped_indices_total",
                                 "Indices that retention deleted whole."};
metrics::Counter failures{"elkhorn_retention_failures_total",
                          "Drops that failed; they are tried again."};
metrics::Gauge clock_ahead{
    "elkhorn_retention_clock_ahead_seconds",
    "How far the wall clock is ahead of the time by which ages are counted; 0 while they agree."};

constexpr const char* clock_file = "retention.clock";
constexpr std::int64_t report_again_ms = 3'600'000;
constexpr std::int64_t future_ms = 86'400'000;  // zones and clocks of senders are wrong by less

std::string iso(std::int64_t ms) {
    std::string out;
    append_iso_ms(out, ms);
    return out;
}

std::string hours(std::int64_t ms) {
    return fmt::format("{:.1f} h", static_cast<double>(ms) / 3'600'000.0);
}

/// What an index holds in segments.
struct Holding {
    explicit Holding(const Index& index) {
        for (const SealedGroup& group : index.sealed_groups()) {
            ++groups;
            rows += group.live_rows;
            bytes += static_cast<std::int64_t>(group.size_bytes);
        }
    }

    std::int64_t groups = 0;
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
};

RetainedIndex describe(const Index& index, const RetainedTail& unsealed, std::int64_t latest_ms) {
    RetainedIndex made;
    made.name = index.name();
    made.created_ms = index.created_ms();
    made.tail = unsealed;
    for (const SealedGroup& group : index.sealed_groups(latest_ms)) {
        made.groups.push_back({group.first_seq_no, group.live_rows, group.size_bytes,
                               group.newest_ms, group.segment});
    }
    return made;
}

/// Of all that the indices say of time, the latest that has been.
std::optional<std::int64_t> newest_before(const RetentionKeeper::Indices& indices,
                                          std::int64_t wall_ms) {
    std::optional<std::int64_t> newest;
    const auto look = [&](std::optional<std::int64_t> ms) {
        if (ms && *ms <= wall_ms) newest = std::max(newest.value_or(*ms), *ms);
    };
    for (const auto& index : indices) {
        look(index->created_ms());
        look(index->unsealed(wall_ms).newest_ms);
        for (const SealedGroup& group : index->sealed_groups(wall_ms))
            look(group.newest_ms);
    }
    return newest;
}

}  // namespace

bool RetentionKeeper::counts_ages() const {
    return std::ranges::any_of(options().rules,
                               [](const auto& rule) { return rule.max_age_ms.has_value(); });
}

Result<> RetentionKeeper::open(const Indices& indices) {
    const Clock& clock = *node_.options->clock;
    last_run_ms_ = clock.steady_ns() / 1'000'000;
    if (!counts_ages()) return {};
    const std::int64_t wall_ms = clock.wall_ms();
    std::optional<std::int64_t> known_ms;
    if (node_.folder->exists(clock_file)) {
        const std::string text = TRY(node_.folder->read(clock_file));
        known_ms = to_integer(trim(text));
        if (!known_ms) {
            return fail(ErrorCode::corruption,
                        fmt::format("{}/{}: it should hold a number of milliseconds; delete it "
                                    "if the clock of this machine is right",
                                    node_.folder->place(), clock_file));
        }
    } else {
        known_ms = newest_before(indices, wall_ms);
    }
    const Lock lock(mutex_);
    clock_.emplace(wall_ms, last_run_ms_, known_ms);
    now_ms_ = clock_->look(wall_ms, last_run_ms_);
    report(RetentionClock::State::agrees);
    return {};
}

bool RetentionKeeper::due() const {
    if (options().rules.empty() && options().free_disk_bytes == 0) return false;
    return node_.options->clock->steady_ns() / 1'000'000 - last_run_ms_ >= options().interval_ms;
}

// -- the clock ------------------------------------------------------------------------------------

void RetentionKeeper::watch_clock() {
    std::int64_t known_ms = 0;
    {
        const Lock lock(mutex_);
        if (!clock_) return;
        const RetentionClock::State before = clock_->state();
        const Clock& clock = *node_.options->clock;
        now_ms_ = clock_->look(clock.wall_ms(), clock.steady_ns() / 1'000'000);
        report(before);
        known_ms = clock_->known_ms();
    }
    if (auto kept = keep_time(known_ms); !kept) {
        log::warn("the time could not be kept for the next start: ages may wait there",
                  {{"reason", kept.error().message}});
    }
}

/// Says what changed, and every hour that the clock is still not believed.
void RetentionKeeper::report(RetentionClock::State before) {
    using enum RetentionClock::State;
    const RetentionClock::State now = clock_->state();
    const std::int64_t steady_ms = node_.options->clock->steady_ns() / 1'000'000;
    clock_ahead.set(now == ahead ? clock_->ahead_ms() / 1000 : 0);
    if (now == agrees) {
        if (before != agrees) log::info("the clock agrees again: retention counts ages by it");
        return;
    }
    if (now == before && steady_ms - reported_ms_ < report_again_ms) return;
    reported_ms_ = steady_ms;
    if (now == behind) {
        log::warn(
            "the clock is behind the time that this folder has seen: data is kept the longer; "
            "check the clock of this machine",
            {{"behind", hours(-clock_->ahead_ms())}, {"clock", iso(clock_->known_ms())}});
        return;
    }
    log::warn(
        "the clock has leapt ahead, or nobody looked for long: ages wait until it is believed",
        {{"ahead", hours(clock_->ahead_ms())},
         {"counted_to", iso(now_ms_)},
         {"what_to_do", "check the clock of this machine (date -u), then POST /_elkhorn/clock"}});
}

Result<> RetentionKeeper::keep_time(std::int64_t known_ms) const {
    const std::string fresh = fmt::format("{}.new", clock_file);
    auto file = TRY(node_.folder->create(fresh));
    TRY(file->append(fmt::format("{}\n", known_ms)));
    TRY(file->sync());
    TRY(node_.folder->rename(fresh, clock_file));
    return node_.folder->sync_names("");
}

std::vector<std::string> RetentionKeeper::warnings() const {
    const Lock lock(mutex_);
    if (!clock_ || clock_->state() != RetentionClock::State::ahead) return {};
    return {fmt::format(
        "the clock is {} ahead of the time that this node has seen pass: retention counts ages to "
        "{} and no further; if the clock is right (date -u), POST /_elkhorn/clock, or else set it "
        "right",
        hours(clock_->ahead_ms()), iso(now_ms_))};
}

void RetentionKeeper::believe_clock() {
    const Lock lock(mutex_);
    if (!clock_) return;
    const Clock& clock = *node_.options->clock;
    const RetentionClock::State before = clock_->state();
    clock_->believe(clock.wall_ms(), clock.steady_ns() / 1'000'000);
    now_ms_ = clock.wall_ms();
    report(before);
}

// -- dropping -------------------------------------------------------------------------------------

std::uint64_t RetentionKeeper::bytes_wanted() const {
    if (options().free_disk_bytes == 0) return 0;
    const auto free_bytes = node_.folder->free_bytes();
    if (!free_bytes) {
        log::warn("the free space of the disk is not known: retention.free_disk waits",
                  {{"reason", free_bytes.error().message}});
        return 0;
    }
    return options().free_disk_bytes - std::min(options().free_disk_bytes, *free_bytes);
}

/// Says once that the disk lacks room and nothing is left that may go.
void RetentionKeeper::report_disk(std::uint64_t bytes_wanted, bool something_goes) {
    const bool stuck = bytes_wanted > 0 && !something_goes;
    if (stuck && !stuck_) {
        log::warn(
            "less than retention.free_disk is free, and nothing is left that may be dropped: "
            "something else fills the disk, or rules keep too much",
            {{"lacking_bytes", bytes_wanted}});
    }
    stuck_ = stuck;
}

/// A row of the future, by more than a day, ages with the rows it came with. Not while the clock is
/// wrong: then it is the clock that does not know.
std::int64_t RetentionKeeper::latest_believed() const {
    const Lock lock(mutex_);
    const bool agrees = clock_ && clock_->state() == RetentionClock::State::agrees;
    return agrees ? now_ms_ + future_ms : std::numeric_limits<std::int64_t>::max();
}

void RetentionKeeper::run(const Indices& indices, const Remove& remove) {
    last_run_ms_ = node_.options->clock->steady_ns() / 1'000'000;
    watch_clock();
    const std::int64_t latest_ms = latest_believed();
    std::vector<RetainedIndex> retained;
    std::vector<std::int64_t> next_seq_nos;
    for (const auto& index : indices) {
        const RetainedTail unsealed = index->unsealed(latest_ms);
        retained.push_back(describe(*index, unsealed, latest_ms));
        next_seq_nos.push_back(unsealed.next_seq_no);
    }
    RetentionMoment moment;
    moment.bytes_wanted = bytes_wanted();
    {
        const Lock lock(mutex_);
        moment.now_ms = now_ms_;
    }
    const auto drops = decide_drops(options().rules, retained, moment);
    report_disk(moment.bytes_wanted, !drops.empty());
    for (const Drop& drop : drops) {
        const auto done = carry_out(drop, indices[drop.index], next_seq_nos[drop.index], remove);
        if (done) continue;
        failures.add();
        log::error("retention could not drop data; it is tried again with the next turn",
                   {{"index", retained[drop.index].name}, {"reason", done.error().message}});
    }
}

Result<> RetentionKeeper::carry_out(const Drop& drop, const std::shared_ptr<Index>& index,
                                    std::int64_t next_seq_no, const Remove& remove) const {
    if (drop.flush) TRY(index->flush(FlushScope::everything));  // its rows go with the next turn
    auto rows = static_cast<std::int64_t>(drop.rows);
    auto bytes = static_cast<std::int64_t>(drop.size_bytes);
    if (drop.whole) {
        if (!TRY(remove(index, next_seq_no))) return {};  // somebody wrote: looked at again
        dropped_indices.add();
    } else {
        if (drop.first_seq_nos.empty()) return {};
        const Holding before(*index);
        TRY(index->drop_groups(drop.first_seq_nos));
        const Holding after(
            *index);  // some may have been merged meanwhile: they go with a later turn
        if (after.groups == before.groups && after.rows == before.rows) return {};
        rows = before.rows - after.rows;
        bytes = before.bytes - after.bytes;
        dropped_groups.add(before.groups - after.groups);
    }
    dropped_rows.add(rows);
    dropped_bytes.add(bytes);
    log::info("retention dropped data",
              {{"index", index->name()},
               {"what", drop.whole ? "the index" : "row groups"},
               {"rows", rows},
               {"bytes", bytes},
               {"rule", drop.rule ? store::describe(options().rules[*drop.rule], drop.reason)
                                  : std::string(name_of(drop.reason))}});
    return {};
}

}  // namespace elkhorn::store
