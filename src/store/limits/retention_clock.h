// store/limits/retention_clock.h -- the time by which ages are counted: the wall clock, as long as
// it agrees with what has been seen to pass. A clock that leaps ahead must not make a month's data
// old in a moment.
//
//   expected = the last time that was agreed on + what the steady clock counted since
//
//   wall within an hour of expected     the wall clock counts
//   wall more than an hour ahead        expected counts, and goes on at the steady clock's pace,
//                                       until the wall clock comes back or somebody believes it
//   wall more than an hour behind       the wall clock counts: it makes nothing old
//
// Across a restart `expected` is what the folder kept (retention_keeper.h), so time that passed
// while nobody looked counts only once somebody believes the clock. Steps of less than an hour are
// forgiven, at most an hour of them a day. Pure; one thread at a time.
#pragma once

#include <cstdint>
#include <optional>

namespace elkhorn::store {

class RetentionClock {
public:
    enum class State : std::uint8_t { agrees, ahead, behind };

    static constexpr std::int64_t tolerance_ms = 3'600'000;

    /// `known_ms`: what the folder knows to have been; without it the wall clock is believed.
    RetentionClock(std::int64_t wall_ms, std::int64_t steady_ms,
                   std::optional<std::int64_t> known_ms);

    /// Looks at both clocks; the answer is the time by which ages are counted.
    std::int64_t look(std::int64_t wall_ms, std::int64_t steady_ms);
    /// Somebody has looked at the wall clock and says that it is right.
    void believe(std::int64_t wall_ms, std::int64_t steady_ms);

    State state() const { return state_; }

    /// How far the wall clock was ahead of the expected time, or behind (negative).
    std::int64_t ahead_ms() const { return ahead_ms_; }

    /// What a restart should know: the expected time as of the last look.
    std::int64_t known_ms() const;

private:
    void forgive(std::int64_t steady_ms);

    std::int64_t agreed_wall_ms_;
    std::int64_t agreed_steady_ms_;
    std::int64_t looked_steady_ms_;
    std::int64_t wall_ms_;
    std::int64_t ahead_ms_ = 0;
    State state_ = State::agrees;
};

}  // namespace elkhorn::store
