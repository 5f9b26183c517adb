// store/node/merge_thread.h -- the thread that merges the segments of all indices, one merge at a
// time, below the priority of everything else.
#pragma once

#include "base/mutex.h"
#include "base/result.h"
#include "io/workers.h"

#include <functional>
#include <memory>
#include <vector>

namespace elkhorn::store {

class Index;

class MergeThread {
public:
    using Indices = std::function<std::vector<std::shared_ptr<Index>>()>;

    explicit MergeThread(Indices indices) : indices_(std::move(indices)) {}

    ~MergeThread() { stop(); }

    void start();
    /// A segment was written.
    void wake();
    /// Waits for the merge that runs.
    void stop();

    /// Merges until nothing is due; for whoever has no threads.
    Result<> merge_due();

private:
    void run();

    Indices indices_;
    Mutex mutex_;
    CondVar work_;
    bool stopping_ GUARDED_BY(mutex_) = false;
    io::Thread thread_;
};

}  // namespace elkhorn::store
