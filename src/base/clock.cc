#include "base/clock.h"

#include <time.h>

namespace elkhorn {
namespace {

std::int64_t read_ns(clockid_t id) {
    timespec now{};
    clock_gettime(id, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

class SystemClock final : public Clock {
public:
    std::int64_t wall_ns() const override { return read_ns(CLOCK_REALTIME); }

    std::int64_t steady_ns() const override { return read_ns(CLOCK_MONOTONIC); }
};

}  // namespace

const Clock& system_clock() {
    static const SystemClock clock;
    return clock;
}

}  // namespace elkhorn
