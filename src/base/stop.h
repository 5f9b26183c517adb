// base/stop.h -- asking a thread to end: it checks `requested`, and waits through `wait_ms`
// instead of
// sleeping, so that it ends at once. Asked once, for good.
#pragma once

#include "base/mutex.h"

#include <atomic>
#include <chrono>
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
        const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
        const Lock lock(mutex_);
        while (!requested()) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(
                end - std::chrono::steady_clock::now());
            if (left.count() <= 0) return false;
            asked_.wait_for(mutex_, left.count());
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
