// store/node/merge_thread.h -- the thread that merges the segments of all indices, one merge at a
// time, below the priority of everything else.
#pragma once

#include "base/mutex.h"
#include "base/result.h"
#include "io/workers.h"
#include "store/node/index_troubles.h"

#include <functional>
#include <memory>
#include <vector>

namespace elkhorn::store {

class Index;

class MergeThread {
public:
    using Indices = std::function<std::vector<std::shared_ptr<Index>>()>;

    MergeThread(Indices indices, IndexTroubles& troubles)
        : indices_(std::move(indices)), troubles_(troubles) {}

    ~MergeThread() { stop(); }

    void start();
    /// A segment was written.
    void wake();
    /// Waits for the merge that runs.
    void stop();

    /// Merges until nothing is due; for whoever has no threads. An index that fails holds up no
    /// other; then the error is the first one's.
    Result<> merge_due();

private:
    void run();
    Result<> merge_round(bool patient);
    Result<> merge_one(Index& index);

    Indices indices_;
    IndexTroubles& troubles_;  // the engine's
    Mutex mutex_;
    CondVar work_;
    bool stopping_ GUARDED_BY(mutex_) = false;
    io::Thread thread_;
};

}  // namespace elkhorn::store
