#include "main/memory_watch.h"

#include "base/log.h"
#include "main/allocator.h"

#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <optional>

namespace elkhorn {
namespace {

constexpr std::int64_t look_ms = 50;
constexpr std::int64_t quiet_ms = 60'000;  // between two lines in the log

/// Without pages of files, which the system takes back when it likes. Nothing where it does not
/// say.
std::optional<std::uint64_t> resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::uint64_t addresses = 0;
    std::uint64_t resident = 0;
    std::uint64_t of_files = 0;
    if (!(statm >> addresses >> resident >> of_files) || resident < of_files) return std::nullopt;
    return (resident - of_files) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

MemoryWatch::MemoryWatch(store::MemoryAccount& account)
    : account_(account), thread_("memory-watch", [this] { run(); }) {}

MemoryWatch::~MemoryWatch() {
    stop_.request();
}

void MemoryWatch::run() {
    std::int64_t quiet = 0;
    while (!stop_.wait_ms(look_ms)) {
        quiet -= look_ms;
        const auto resident = resident_bytes();
        if (!resident || !account_.see_process(*resident)) continue;
        empty_allocator();
        if (quiet > 0) continue;
        quiet = quiet_ms;
        log::warn(
            "the process holds more memory than it should: requests and searches have a "
            "quarter of their shares until it is less (memory)",
            {{"resident_bytes", *resident}, {"memory", account_.limit()}});
    }
}

}  // namespace elkhorn
