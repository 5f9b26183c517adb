#include "store/node/merge_thread.h"

#include "base/log.h"
#include "store/index/index.h"

#include <string>

namespace elkhorn::store {
namespace {

constexpr std::int64_t look_ms = 1000;  // deletes alone wake nobody

}  // namespace

void MergeThread::start() {
    thread_ = io::Thread("store-merge", [this] { run(); }, true);
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

Result<> MergeThread::merge_due() {
    for (const auto& index : indices_()) {
        while (TRY(index->merge())) {
            const Lock lock(mutex_);
            if (stopping_) return {};
        }
    }
    return {};
}

void MergeThread::run() {
    std::string reported;
    while (true) {
        {
            const Lock lock(mutex_);
            if (!stopping_) work_.wait_for(mutex_, look_ms);
            if (stopping_) return;
        }
        const auto done = merge_due();
        {
            const Lock lock(mutex_);
            if (stopping_) return;
        }
        if (!done && done.error().message != reported) {
            reported = done.error().message;
            log::error("merging segments failed; they stay as they are", {{"reason", reported}});
        }
        if (done) reported.clear();
    }
}

}  // namespace elkhorn::store
