#include "store/limits/disk_watch.h"

#include "base/log.h"
#include "base/metrics.h"
#include "base/strings.h"
#include "base/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace elkhorn::store {
namespace {

metrics::Gauge free_space{"elkhorn_disk_free_bytes", "Free bytes on the disk of the data folder."};
metrics::Gauge watermark{"elkhorn_disk_watermark",
                         "0: plenty of room, 1: low, 2: high (no merges), 3: flood stage (no "
                         "writes)."};

std::string bytes_text(std::uint64_t bytes) {
    return format_bytes(static_cast<std::int64_t>(
        std::min<std::uint64_t>(bytes, std::numeric_limits<std::int64_t>::max())));
}

std::string_view consequence(DiskWatch::State state) {
    switch (state) {
        case DiskWatch::State::plenty: return "there is room again";
        case DiskWatch::State::low: return "the low watermark is reached: free some space";
        case DiskWatch::State::high:
            return "the high watermark is reached: nothing is merged until there is room";
        case DiskWatch::State::flooded:
            return "the flood stage is reached: writes are refused until there is room; delete "
                   "indices or other files";
    }
    return "";
}

}  // namespace

Result<Watermark> Watermark::parse(std::string_view text) {
    Watermark mark;
    mark.text_ = trim(text);
    for (const std::string_view item : split(text, ',')) {
        const std::string_view part = trim(item);
        Bound bound;
        if (part.ends_with('%')) {
            bound.used_percent = to_double(part.substr(0, part.size() - 1));
            if (!bound.used_percent || *bound.used_percent < 0 || *bound.used_percent > 100)
                return fail(ErrorCode::invalid, fmt::format("\"{}\" is no share of a disk", part));
        } else {
            const auto bytes = parse_bytes(part);
            if (!bytes) {
                return fail(ErrorCode::invalid,
                            fmt::format("\"{}\" is neither a share of the disk that is used, such "
                                        "as 85%, nor bytes that are free, such as 10gb",
                                        part));
            }
            bound.free_bytes = static_cast<std::uint64_t>(*bytes);
        }
        mark.bounds_.push_back(bound);
    }
    return mark;
}

std::uint64_t Watermark::free_bytes(std::uint64_t total_bytes) const {
    if (bounds_.empty()) return 0;
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    for (const Bound& bound : bounds_) {
        std::uint64_t wanted = bound.free_bytes;
        if (bound.used_percent) {
            wanted = static_cast<std::uint64_t>(static_cast<double>(total_bytes) *
                                                (100 - *bound.used_percent) / 100);
        }
        least = std::min(least, wanted);
    }
    return least;
}

Result<DiskWatermarks> DiskWatermarks::parse(std::string_view low, std::string_view high,
                                             std::string_view flood_stage) {
    DiskWatermarks marks;
    const auto read = [](std::string_view name, std::string_view text) -> Result<Watermark> {
        auto mark = Watermark::parse(text);
        if (!mark) return within(fmt::format("disk.watermark.{}", name), mark.error());
        return mark;
    };
    marks.low = TRY(read("low", low));
    marks.high = TRY(read("high", high));
    marks.flood_stage = TRY(read("flood_stage", flood_stage));
    for (const std::uint64_t total : {1ULL << 30, 1ULL << 35, 1ULL << 40, 1ULL << 45}) {
        if (marks.low.free_bytes(total) >= marks.high.free_bytes(total) &&
            marks.high.free_bytes(total) >= marks.flood_stage.free_bytes(total))
            continue;
        return fail(ErrorCode::invalid,
                    fmt::format("disk.watermark: on a disk of {} the low one ({}) must leave at "
                                "least as much free as the high one ({}), and that as much as the "
                                "flood stage ({})",
                                bytes_text(total), low, high, flood_stage));
    }
    return marks;
}

const Watermark& DiskWatch::mark(State state) const {
    if (state == State::flooded) return marks_.flood_stage;
    return state == State::high ? marks_.high : marks_.low;
}

DiskWatch::State DiskWatch::next(std::uint64_t free_bytes, std::uint64_t total_bytes) const {
    const std::uint64_t low = marks_.low.free_bytes(total_bytes);
    const std::uint64_t high = marks_.high.free_bytes(total_bytes);
    const State before = state();
    if (free_bytes < marks_.flood_stage.free_bytes(total_bytes)) return State::flooded;
    if (before == State::flooded && free_bytes < high) return State::flooded;
    if (free_bytes < high) return State::high;
    if (before >= State::high && free_bytes < low) return State::high;
    if (free_bytes < low) return State::low;
    if (before >= State::low && free_bytes < low + low / 20) return State::low;
    return State::plenty;
}

void DiskWatch::look(std::uint64_t free_bytes, std::uint64_t total_bytes) {
    const State before = state();
    const State now = next(free_bytes, total_bytes);
    free_bytes_ = free_bytes;
    state_ = now;
    free_space.set(static_cast<std::int64_t>(
        std::min<std::uint64_t>(free_bytes, std::numeric_limits<std::int64_t>::max())));
    watermark.set(static_cast<std::int64_t>(now));
    if (now == before) return;
    const std::string what = fmt::format("disk: {}", consequence(now));
    const std::string free = bytes_text(free_bytes);
    const std::string total = bytes_text(total_bytes);
    if (now == State::plenty)
        log::info(what, {{"free", free}, {"disk", total}});
    else if (now == State::flooded)
        log::error(what, {{"free", free}, {"disk", total}, {"watermark", mark(now).text()}});
    else
        log::warn(what, {{"free", free}, {"disk", total}, {"watermark", mark(now).text()}});
}

std::vector<std::string> DiskWatch::warnings() const {
    const State now = state();
    if (now == State::plenty) return {};
    return {fmt::format("{} free on the disk of the data folder (disk.watermark.{}: {}): {}",
                        bytes_text(free_bytes_),
                        now == State::low    ? "low"
                        : now == State::high ? "high"
                                             : "flood_stage",
                        mark(now).text(), consequence(now))};
}

Error flooded(std::string_view index) {
    return {ErrorCode::overloaded,
            fmt::format("index [{}] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded "
                        "flood-stage watermark, index has read-only-allow-delete block];",
                        index)};
}

}  // namespace elkhorn::store
