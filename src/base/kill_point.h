// base/kill_point.h -- named places where a test may end the process as `kill -9` would: between
// two steps of a change that a restart must find either whole or not begun.
//
//   KillPoint batch_written{"log.batch.written"};   // a static beside the code, once a name
//   batch_written.reached();                        // here it may end
//
// Chosen by ELKHORN_KILL_POINT=NAME or NAME:N (the Nth time it is reached), which main reads.
// They are compiled into every build, so that the program that is shipped is the one that is
// tested: a point that is not chosen costs one relaxed load and a branch. `elkhorn kill-points`
// lists them, and so no test repeats the list.
#pragma once

#include "base/result.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn {

/// Registered while it lives; names are unique.
class KillPoint {
public:
    explicit KillPoint(std::string name);
    ~KillPoint();
    KillPoint(const KillPoint&) = delete;
    KillPoint& operator=(const KillPoint&) = delete;

    /// Returns, unless this is the time that was chosen.
    void reached() {
        if (left_.load(std::memory_order_relaxed) > 0) [[unlikely]]
            count_down();
    }

    const std::string& name() const { return name_; }

    /// The process ends at the `nth` time from now.
    void arm(std::int64_t nth) { left_.store(nth, std::memory_order_relaxed); }

private:
    void count_down();

    std::string name_;
    std::atomic<std::int64_t> left_{0};  // 0: not chosen
};

/// Sorted.
std::vector<std::string> kill_point_names();

/// Chooses one by NAME or NAME:N. An unknown name, or an N that is no positive number, is
/// ErrorCode::invalid: a test that ends nothing would pass for nothing.
Result<> arm_kill_point(std::string_view spec);

}  // namespace elkhorn
