// base/stop.h -- asking a thread to end: it checks `requested`, and waits through `wait_ms`
// instead of sleeping, so that it ends at once. Asked once, for good.
#pragma once

#include "base/clock.h"
#include "base/mutex.h"

#include <atomic>
#include <cstdint>

namespace elkhorn {

class Stop {
public:
    void request() {
        const Lock lock(mutex_);
        requested_.store(true, std::memory_order_release);
        asked_.notify_all();
    }

    bool requested() const { return requested_.load(std::memory_order_acquire); }

    /// True when the end was asked for, before or while waiting.
    bool wait_ms(std::int64_t ms) {
        const std::int64_t end_ns = system_clock().steady_ns() + ms * 1'000'000;
        const Lock lock(mutex_);
        while (!requested()) {
            const std::int64_t left_ns = end_ns - system_clock().steady_ns();
            if (left_ns <= 0) return false;
            asked_.wait_for(mutex_, left_ns / 1'000'000 + 1);
        }
        return true;
    }

    /// Until the end is asked for.
    void wait() {
        const Lock lock(mutex_);
        while (!requested())
            asked_.wait(mutex_);
    }

private:
    std::atomic<bool> requested_{false};
    Mutex mutex_;
    CondVar asked_;
};

}  // namespace elkhorn
