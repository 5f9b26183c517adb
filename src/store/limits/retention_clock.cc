#include "store/limits/retention_clock.h"

#include <algorithm>

namespace elkhorn::store {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

}  // namespace

RetentionClock::RetentionClock(std::int64_t wall_ms, std::int64_t steady_ms,
                               std::optional<std::int64_t> known_ms)
    : agreed_wall_ms_(known_ms.value_or(wall_ms)),
      agreed_steady_ms_(steady_ms),
      looked_steady_ms_(steady_ms),
      wall_ms_(wall_ms) {
    look(wall_ms, steady_ms);
}

std::int64_t RetentionClock::look(std::int64_t wall_ms, std::int64_t steady_ms) {
    wall_ms_ = wall_ms;
    const std::int64_t expected_ms = agreed_wall_ms_ + (steady_ms - agreed_steady_ms_);
    ahead_ms_ = wall_ms - expected_ms;
    if (ahead_ms_ > tolerance_ms)
        state_ = State::ahead;
    else
        state_ = ahead_ms_ < -tolerance_ms ? State::behind : State::agrees;
    if (state_ == State::agrees) forgive(steady_ms);
    looked_steady_ms_ = steady_ms;
    return state_ == State::ahead ? expected_ms : wall_ms;
}

/// Moves the agreed time towards the wall clock, an hour a day at most: machines that sleep for a
/// minute now and then stay in agreement, and small leaps do not add up to a large one.
void RetentionClock::forgive(std::int64_t steady_ms) {
    const std::int64_t most_ms = (steady_ms - looked_steady_ms_) * tolerance_ms / day_ms;
    const std::int64_t step_ms = std::clamp(ahead_ms_, -most_ms, most_ms);
    agreed_wall_ms_ += step_ms;
    ahead_ms_ -= step_ms;
}

void RetentionClock::believe(std::int64_t wall_ms, std::int64_t steady_ms) {
    agreed_wall_ms_ = wall_ms;
    agreed_steady_ms_ = steady_ms;
    look(wall_ms, steady_ms);
}

std::int64_t RetentionClock::known_ms() const {
    return state_ == State::agrees ? wall_ms_ : wall_ms_ - ahead_ms_;
}

}  // namespace elkhorn::store
