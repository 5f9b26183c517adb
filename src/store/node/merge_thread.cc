#include "store/node/merge_thread.h"

#include "base/log.h"
#include "store/index/index.h"

#include <string>

namespace elkhorn::store {
namespace {

constexpr std::int64_t look_ms = 1000;  // deletes alone wake nobody

}  // namespace

void MergeThread::start() {
    thread_ = io::Thread("store-merge", [this] { run(); }, io::Priority::background);
}

void MergeThread::wake() {
    const Lock lock(mutex_);
    work_.notify_all();
}

void MergeThread::stop() {
    {
        const Lock lock(mutex_);
        stopping_ = true;
        work_.notify_all();
    }
    thread_.join();
}

Result<> MergeThread::merge_one(Index& index) {
    while (TRY(index.merge())) {
        const Lock lock(mutex_);
        if (stopping_) return {};
    }
    return {};
}

Result<> MergeThread::merge_due() {
    return merge_round(false);
}

Result<> MergeThread::merge_round(bool patient) {
    FirstError failed;
    for (const auto& index : indices_()) {
        if (patient && !troubles_.due(*index, "merge")) continue;
        auto done = merge_one(*index);
        {
            const Lock lock(mutex_);
            if (stopping_) return {};
        }
        failed.add(troubles_.note(*index, "merge", std::move(done)));
    }
    return failed.take();
}

void MergeThread::run() {
    while (true) {
        {
            const Lock lock(mutex_);
            if (!stopping_) work_.wait_for(mutex_, look_ms);
            if (stopping_) return;
        }
        // What failed is noted; segments stay as they are.
        (void)merge_round(true);
    }
}

}  // namespace elkhorn::store
