// main/memory_watch.h -- looks at what the process holds of the machine's memory and tells the
// store's account, twenty times a second; where it is too much, what is free goes back to the
// system at once.
#pragma once

#include "base/stop.h"
#include "io/workers.h"
#include "store/limits/memory_account.h"

namespace elkhorn {

class MemoryWatch {
public:
    /// `account` outlives it.
    explicit MemoryWatch(store::MemoryAccount& account);
    ~MemoryWatch();
    MemoryWatch(const MemoryWatch&) = delete;
    MemoryWatch& operator=(const MemoryWatch&) = delete;

private:
    void run();

    store::MemoryAccount& account_;
    Stop stop_;
    io::Thread thread_;
};

}  // namespace elkhorn
