// io/signal.h -- told once, and waited for by other threads.
#pragma once

#include "base/mutex.h"

namespace elkhorn::io {

class Signal {
public:
    void tell() {
        const Lock lock(mutex_);
        told_ = true;
        changed_.notify_all();
    }

    void wait() {
        const Lock lock(mutex_);
        while (!told_)
            changed_.wait(mutex_);
    }

private:
    Mutex mutex_;
    CondVar changed_;
    bool told_ GUARDED_BY(mutex_) = false;
};

}  // namespace elkhorn::io
