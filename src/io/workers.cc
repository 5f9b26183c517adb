#include "io/workers.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace elkhorn::io {
namespace {

constexpr int background_nice = 5;
constexpr int prompt_nice = -10;  // wants CAP_SYS_NICE or RLIMIT_NICE

/// Signals belong to the main thread, which waits for them; but not those that a thread raises by
/// what it does, a page that cannot be read (unreadable_pages.h): blocked, they end the process.
void block_signals() {
    sigset_t all;
    sigfillset(&all);
    for (const int own : {SIGBUS, SIGSEGV, SIGFPE, SIGILL})
        sigdelset(&all, own);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

void take_priority(Priority priority) {
    if (priority == Priority::usual) return;
    const int nice = priority == Priority::background ? background_nice : prompt_nice;
    setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), nice);
}

}  // namespace

std::size_t cores() {
    return std::max(1U, std::thread::hardware_concurrency());
}

Thread::Thread(std::string name, std::function<void()> run, Priority priority)
    : thread_([name = std::move(name), run = std::move(run), priority] {
          block_signals();
          pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
          take_priority(priority);
          run();
      }) {}

Thread& Thread::operator=(Thread&& other) noexcept {
    join();
    thread_ = std::move(other.thread_);
    return *this;
}

void Thread::join() {
    if (thread_.joinable()) thread_.join();
}

Workers::Workers(const std::string& name, std::size_t threads, std::size_t queue_limit,
                 Priority priority)
    : queue_limit_(queue_limit) {
    for (std::size_t i = 0; i < threads; ++i) {
        threads_.emplace_back(name + "-" + std::to_string(i), [this] { run(); }, priority);
    }
}

bool Workers::submit(std::function<void()> job) {
    {
        const Lock lock(mutex_);
        if (stopping_ || jobs_.size() >= queue_limit_) return false;
        jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
    return true;
}

void Workers::stop() {
    {
        const Lock lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    threads_.clear();
}

std::size_t Workers::queued() const {
    const Lock lock(mutex_);
    return jobs_.size();
}

void Workers::run() {
    while (true) {
        std::function<void()> job;
        {
            const Lock lock(mutex_);
            while (jobs_.empty() && !stopping_)
                changed_.wait(mutex_);
            if (jobs_.empty()) return;
            job = std::move(jobs_.front());
            jobs_.pop_front();
        }
        job();
    }
}

}  // namespace elkhorn::io
