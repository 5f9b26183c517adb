// store/limits/disk_watch.h -- how full the disk is, and what that means: three watermarks, named
// as Elasticsearch's users know them.
//
//   low           it is said: log, /metrics, /_elkhorn/health
//   high          nothing is merged any more, for a merge needs room for its copy
//   flood stage   writes are refused (429) while deletes of indices, searches, flushes go on
//
// Each is left again by itself, but not at the very byte where it began: flood stage above the
// high watermark, high above the low one, low with a twentieth more than it asks for.
//
// A watermark is "85%" (of the disk used) or "10gb" (free), or several with commas: then it is
// reached when all of them are, so that a large disk need not keep a tenth of itself free.
#pragma once

#include "base/result.h"

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

class Watermark {
public:
    Watermark() = default;
    static Result<Watermark> parse(std::string_view text);

    /// Less than this free, and it is reached; 0: never.
    std::uint64_t free_bytes(std::uint64_t total_bytes) const;

    const std::string& text() const { return text_; }

private:
    struct Bound {
        std::optional<double> used_percent;
        std::uint64_t free_bytes = 0;
    };

    std::vector<Bound> bounds_;
    std::string text_;
};

struct DiskWatermarks {
    Watermark low;
    Watermark high;
    Watermark flood_stage;

    /// Each in its text form; an error where one cannot be read, or they are in the wrong order.
    static Result<DiskWatermarks> parse(std::string_view low, std::string_view high,
                                        std::string_view flood_stage);
};

class DiskWatch {
public:
    enum class State : std::uint8_t { plenty, low, high, flooded };

    explicit DiskWatch(DiskWatermarks marks) : marks_(std::move(marks)) {}

    /// What the disk has now; logs what changes. One thread at a time.
    void look(std::uint64_t free_bytes, std::uint64_t total_bytes);

    State state() const { return state_.load(std::memory_order_relaxed); }

    bool merges_allowed() const { return state() < State::high; }

    bool writes_allowed() const { return state() < State::flooded; }

    /// A sentence from the low watermark on.
    std::vector<std::string> warnings() const;

private:
    State next(std::uint64_t free_bytes, std::uint64_t total_bytes) const;
    const Watermark& mark(State state) const;

    const DiskWatermarks marks_;
    std::atomic<State> state_{State::plenty};
    std::atomic<std::uint64_t> free_bytes_{0};
};

/// Why a write to the index is refused at flood stage, in Elasticsearch's words.
Error flooded(std::string_view index);

}  // namespace elkhorn::store
