#include "store/node/node_limits.h"

#include "base/log.h"
#include "base/metrics.h"
#include "base/units.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::store {
namespace {

metrics::Counter blocked{"elkhorn_store_writes_blocked_total",
                         "Writes refused because the disk is at flood stage."};

metrics::Gauge tail_memory{"elkhorn_store_tail_bytes", "Memory of documents not yet in segments."};

constexpr std::int64_t look_ms = 1'000;
constexpr std::uint64_t slice_bytes_max = 32 << 20;
constexpr std::uint64_t slices_in_share = 4;

std::string text_of(std::uint64_t bytes) {
    return format_bytes(static_cast<std::int64_t>(bytes));
}

}  // namespace

std::uint64_t NodeLimits::needed_bytes(const Write& write) {
    return tail_bytes_of(write.source.size());
}

std::uint64_t NodeLimits::needed_bytes(std::span<const Write> writes) {
    std::uint64_t bytes = 0;
    for (const Write& write : writes)
        bytes += needed_bytes(write);
    return bytes;
}

Result<> NodeLimits::open(const RetentionKeeper::Indices& indices) {
    TRY(retention_.open(indices));
    look();
    look_at_disk();
    const std::uint64_t wanted = node_.options->retention.free_disk_bytes;
    const auto total = node_.folder->total_bytes();
    if (wanted == 0 || !total) return {};
    const std::uint64_t flood = node_.options->watermarks.flood_stage.free_bytes(*total);
    if (wanted <= flood) {
        log::warn("retention.free_disk is below the flood stage: writes stop before it drops",
                  {{"free_disk", text_of(wanted)}, {"flood_stage", text_of(flood)}});
    }
    return {};
}

Result<> NodeLimits::check_change(std::string_view index) const {
    if (disk_.writes_allowed()) return {};
    blocked.add();
    return std::unexpected(flooded(index));
}

Result<> NodeLimits::check_size(std::span<const Write> writes) const {
    const std::uint64_t bytes = needed_bytes(writes);
    if (bytes <= memory_.limit(MemoryUse::tails)) return {};
    return fail(ErrorCode::overloaded,
                fmt::format("[parent] Data too large, data for [bulk] would be [{}/{}], which is "
                            "larger than the limit of [{}/{}] for documents on their way to disk: "
                            "send smaller requests, or raise `memory`",
                            bytes, text_of(bytes), memory_.limit(MemoryUse::tails),
                            text_of(memory_.limit(MemoryUse::tails))));
}

std::size_t NodeLimits::slice_of(std::span<const Write> writes) const {
    const std::uint64_t most =
        std::min(slice_bytes_max, memory_.limit(MemoryUse::tails) / slices_in_share);
    std::uint64_t bytes = 0;
    std::size_t count = 0;
    for (; count < writes.size(); ++count) {
        bytes += needed_bytes(writes[count]);
        if (count > 0 && bytes > most) break;
    }
    return count;
}

std::optional<MemoryAccount::Charge> NodeLimits::room_for(std::span<const Write> writes) {
    memory_.note(MemoryUse::tails,
                 static_cast<std::uint64_t>(std::max<std::int64_t>(0, node_.tail_bytes)));
    const std::uint64_t bytes = needed_bytes(writes);
    auto room = memory_.take(MemoryUse::tails, bytes);
    if (room) return room;
    std::uint64_t awaited = awaited_bytes_;
    while (awaited < bytes && !awaited_bytes_.compare_exchange_weak(awaited, bytes)) {
    }
    return std::nullopt;
}

/// Past three quarters of their share tails go down to a half; where somebody waits, as far as that
/// takes.
std::optional<std::int64_t> NodeLimits::tails_target() {
    const auto limit = static_cast<std::int64_t>(memory_.limit(MemoryUse::tails));
    const auto awaited = static_cast<std::int64_t>(awaited_bytes_.exchange(0));
    if (awaited == 0 && node_.tail_bytes <= limit / 4 * 3) return std::nullopt;
    return std::max<std::int64_t>(0, std::min(limit / 2, limit - awaited));
}

std::unexpected<Error> NodeLimits::no_room(std::span<const Write> writes) const {
    return fail(ErrorCode::overloaded,
                fmt::format("{} of documents wait to be written to disk, and {} more would pass "
                            "the {} they may take: the disk is behind; try again",
                            text_of(memory_.used(MemoryUse::tails)), text_of(needed_bytes(writes)),
                            text_of(memory_.limit(MemoryUse::tails))));
}

void NodeLimits::look() {
    memory_.note(MemoryUse::tails,
                 static_cast<std::uint64_t>(std::max<std::int64_t>(0, node_.tail_bytes)));
    tail_memory.set(node_.tail_bytes);
    memory_.note(MemoryUse::cache, node_.cache->size_bytes());
    memory_.note(MemoryUse::log, node_.log->pending_bytes());
    memory_.show();
    const std::int64_t now_ms = node_.options->clock->steady_ns() / 1'000'000;
    if (now_ms - looked_ms_ >= look_ms) look_at_disk();
}

void NodeLimits::look_at_disk() {
    looked_ms_ = node_.options->clock->steady_ns() / 1'000'000;
    const auto free_bytes = node_.folder->free_bytes();
    const auto total_bytes = node_.folder->total_bytes();
    if (!free_bytes || !total_bytes) {
        if (!disk_unknown_) {
            log::warn("how full the disk is, is not known: its watermarks do nothing",
                      {{"reason", (free_bytes ? total_bytes : free_bytes).error().message}});
        }
        disk_unknown_ = true;
        return;
    }
    disk_unknown_ = false;
    disk_.look(*free_bytes, *total_bytes);
    node_.merges_allowed = disk_.merges_allowed();
}

std::vector<std::string> NodeLimits::warnings() const {
    std::vector<std::string> sentences = disk_.warnings();
    for (std::string& each : retention_.warnings())
        sentences.push_back(std::move(each));
    return sentences;
}

}  // namespace elkhorn::store
