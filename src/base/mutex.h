// base/mutex.h -- a mutex that clang's thread-safety analysis can follow (`./dev check`); under
// g++ the annotations are nothing. Held for no I/O. Write GUARDED_BY(mutex_) behind every member it
// guards.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define ELKHORN_ANNOTATE(x) __attribute__((x))
#else
#define ELKHORN_ANNOTATE(x)
#endif
#define CAPABILITY(x) ELKHORN_ANNOTATE(capability(x))
#define SCOPED_CAPABILITY ELKHORN_ANNOTATE(scoped_lockable)
#define GUARDED_BY(x) ELKHORN_ANNOTATE(guarded_by(x))
#define REQUIRES(...) ELKHORN_ANNOTATE(requires_capability(__VA_ARGS__))
#define ACQUIRE(...) ELKHORN_ANNOTATE(acquire_capability(__VA_ARGS__))
#define RELEASE(...) ELKHORN_ANNOTATE(release_capability(__VA_ARGS__))
#define EXCLUDES(...) ELKHORN_ANNOTATE(locks_excluded(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS ELKHORN_ANNOTATE(no_thread_safety_analysis)

namespace elkhorn {

class CAPABILITY("mutex") Mutex {
public:
    void lock() ACQUIRE() { mutex_.lock(); }

    void unlock() RELEASE() { mutex_.unlock(); }

private:
    friend class CondVar;
    std::mutex mutex_;
};

class SCOPED_CAPABILITY Lock {
public:
    explicit Lock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }

    ~Lock() RELEASE() { mutex_.unlock(); }

    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

private:
    Mutex& mutex_;
};

/// Waits with the mutex held; always in a loop around the condition waited for.
class CondVar {
public:
    void wait(Mutex& mutex) REQUIRES(mutex) {
        std::unique_lock<std::mutex> held(mutex.mutex_, std::adopt_lock);
        condition_.wait(held);
        held.release();
    }

    /// False once `timeout_ms` has passed without a notification.
    bool wait_for(Mutex& mutex, std::int64_t timeout_ms) REQUIRES(mutex) {
        std::unique_lock<std::mutex> held(mutex.mutex_, std::adopt_lock);
        const auto status = condition_.wait_for(held, std::chrono::milliseconds(timeout_ms));
        held.release();
        return status == std::cv_status::no_timeout;
    }

    void notify_one() { condition_.notify_one(); }

    void notify_all() { condition_.notify_all(); }

private:
    std::condition_variable condition_;
};

}  // namespace elkhorn
