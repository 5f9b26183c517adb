// io/workers.h -- the only way to a thread. A Thread joins when it goes; Workers run jobs in a
// bounded queue. Both name their threads, so that `top -H` and a debugger say what runs.
#pragma once

#include "base/mutex.h"

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace elkhorn::io {

/// How many threads the machine runs at once; at least 1.
std::size_t cores();

enum class Priority {
    usual,
    background,  // gives way: long work beside which others want to get on
    prompt,      // short work that somebody waits for; usual where the system does not allow more
};

class Thread {
public:
    Thread() = default;
    /// `name` is cut to 15 characters, as Linux does.
    Thread(std::string name, std::function<void()> run, Priority priority = Priority::usual);

    ~Thread() { join(); }

    Thread(Thread&&) = default;
    Thread& operator=(Thread&& other) noexcept;

    void join();

    bool running() const { return thread_.joinable(); }

private:
    std::thread thread_;
};

class Workers {
public:
    Workers(const std::string& name, std::size_t threads, std::size_t queue_limit,
            Priority priority = Priority::usual);

    ~Workers() { stop(); }

    /// False when the queue is full or `stop` was called: the job was not taken.
    bool submit(std::function<void()> job);
    /// Runs what is queued, then joins.
    void stop();
    std::size_t queued() const;

private:
    void run();

    const std::size_t queue_limit_;
    mutable Mutex mutex_;
    CondVar changed_;
    std::deque<std::function<void()>> jobs_ GUARDED_BY(mutex_);
    bool stopping_ GUARDED_BY(mutex_) = false;
    std::vector<Thread> threads_;
};

}  // namespace elkhorn::io
