// base/clock.h -- time as a parameter. Whoever needs the time is given a Clock; tests give a
// ManualClock and move it. `wall_ns` is nanoseconds since 1970 UTC and may jump; `steady_ns` only
// grows and means nothing across restarts.
#pragma once

#include <atomic>
#include <cstdint>

namespace elkhorn {

class Clock {
public:
    virtual ~Clock() = default;
    virtual std::int64_t wall_ns() const = 0;
    virtual std::int64_t steady_ns() const = 0;

    std::int64_t wall_ms() const { return wall_ns() / 1'000'000; }
};

/// The machine's clock; one for the process.
const Clock& system_clock();

class ManualClock final : public Clock {
public:
    explicit ManualClock(std::int64_t wall_ns) : now_ns_(wall_ns) {}

    std::int64_t wall_ns() const override { return now_ns_; }

    std::int64_t steady_ns() const override { return now_ns_; }

    void advance_ns(std::int64_t by) { now_ns_ += by; }

private:
    std::atomic<std::int64_t> now_ns_;
};

}  // namespace elkhorn
