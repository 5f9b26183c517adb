#include "store/index/shared_work.h"

#include "base/mutex.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

namespace elkhorn::store {
namespace {

/// One call of `run`; helpers that come too late find nothing left of it.
class Round {
public:
    using Work = std::function<Result<>(std::size_t piece)>;

    Round(std::size_t count, const Work& work) : count_(count), work_(&work) {}

    void help() {
        for (std::size_t piece = next_++; piece < count_; piece = next_++) {
            auto done = (*work_)(piece);  // whoever has a piece is waited for
            const Lock lock(mutex_);
            if (!done && first_) first_ = std::move(done);
            if (++done_ == count_) all_done_.notify_all();
        }
    }

    Result<> wait() {
        const Lock lock(mutex_);
        while (done_ < count_)
            all_done_.wait(mutex_);
        return std::move(first_);
    }

private:
    const std::size_t count_;
    const Work* work_;  // the caller's, until all is done
    std::atomic<std::size_t> next_{0};
    Mutex mutex_;
    CondVar all_done_;
    std::size_t done_ GUARDED_BY(mutex_) = 0;
    Result<> first_ GUARDED_BY(mutex_);
};

}  // namespace

SharedWork::SharedWork(std::size_t threads) : threads_(threads) {
    if (threads > 0)
        workers_.emplace("store-encode", threads, threads * 4, io::Priority::background);
}

Result<> SharedWork::run(std::size_t count,
                         const std::function<Result<>(std::size_t piece)>& work) {
    if (count == 0) return {};
    const auto round = std::make_shared<Round>(count, work);
    const std::size_t helpers = std::min(threads_, count - 1);
    for (std::size_t i = 0; i < helpers; ++i) {
        if (!workers_->submit([round] { round->help(); }))
            break;  // the others are busy: alone then
    }
    round->help();
    return round->wait();
}

}  // namespace elkhorn::store
