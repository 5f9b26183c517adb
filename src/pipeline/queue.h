// pipeline/queue.h -- what waits between the inputs and the workers. Bounded in events that wait,
// and in bytes of what waits or is with the workers: past either, `push` blocks, and the inputs
// with it. A batch larger than the bounds passes when it is alone.
#pragma once

#include "base/mutex.h"
#include "event/batch.h"
#include "input/core/input.h"

#include <cstddef>
#include <deque>
#include <vector>

namespace elkhorn::pipeline {

class Queue final : public input::Receiver {
public:
    struct Limits {
        std::size_t events = 20'000;
        std::size_t bytes = 64 << 20;
    };

    /// What one worker has at once; its bytes count until `finish`.
    struct Work {
        std::vector<event::Batch> batches;
        std::size_t bytes = 0;
    };

    explicit Queue(Limits limits) : limits_(limits) {}

    bool push(event::Batch batch) override;
    bool try_push(event::Batch& batch) override;

    /// Waits for batches, then takes those that are there, up to about `events`. False once the
    /// queue is closed and empty.
    bool pop(Work& work, std::size_t events);

    /// Ends the batches; one that was not acknowledged says so.
    void finish(Work& work);

    /// No more is taken; what is in goes out.
    void close();

    std::size_t waiting_events() const;

private:
    struct Waiting {
        event::Batch batch;
        std::size_t bytes;
    };

    bool has_room() const REQUIRES(mutex_);
    void add(event::Batch batch) REQUIRES(mutex_);

    const Limits limits_;
    mutable Mutex mutex_;
    CondVar filled_;
    CondVar emptied_;
    std::deque<Waiting> batches_ GUARDED_BY(mutex_);
    std::size_t events_ GUARDED_BY(mutex_) = 0;
    std::size_t bytes_ GUARDED_BY(mutex_) = 0;  // with the workers', too
    bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace elkhorn::pipeline
