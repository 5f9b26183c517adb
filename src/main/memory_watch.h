// main/memory_watch.h -- looks at what the process holds of the machine's memory and tells the
// store's account, twenty times a second; where it is too much, what is free goes back to the
// system at once. Once a second whatever is kept for a time only lets go of what is too old.
#pragma once

#include "base/stop.h"
#include "io/workers.h"
#include "store/limits/memory_account.h"

#include <cstdint>
#include <functional>

namespace elkhorn {

class MemoryWatch {
public:
    /// `account` outlives it, and so does what `drop_old` touches.
    MemoryWatch(store::MemoryAccount& account, std::function<void()> drop_old);
    ~MemoryWatch();
    MemoryWatch(const MemoryWatch&) = delete;
    MemoryWatch& operator=(const MemoryWatch&) = delete;

private:
    void run();

    void look(std::int64_t& quiet_ms);

    store::MemoryAccount& account_;
    std::function<void()> drop_old_;
    Stop stop_;
    io::Thread thread_;
};

}  // namespace elkhorn
