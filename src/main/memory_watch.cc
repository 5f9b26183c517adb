#include "main/memory_watch.h"

#include "base/log.h"
#include "main/allocator.h"

#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <optional>
#include <utility>

namespace elkhorn {
namespace {

constexpr std::int64_t look_ms = 50;
constexpr std::int64_t second_ms = 1'000;
constexpr std::int64_t between_lines_ms = 60'000;

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

MemoryWatch::MemoryWatch(store::MemoryAccount& account, std::function<void()> drop_old)
    : account_(account),
      drop_old_(std::move(drop_old)),
      thread_("memory-watch", [this] { run(); }, io::Priority::prompt) {}

MemoryWatch::~MemoryWatch() {
    stop_.request();
}

void MemoryWatch::run() {
    std::int64_t quiet_ms = 0;
    std::int64_t ms = 0;
    while (!stop_.wait_ms(look_ms)) {
        ms += look_ms;
        if (ms % second_ms == 0) {
            drop_old_();
            show_allocator();
        }
        quiet_ms -= look_ms;
        look(quiet_ms);
    }
}

void MemoryWatch::look(std::int64_t& quiet_ms) {
    const auto resident = resident_bytes();
    if (!resident || !account_.see_process(*resident)) return;
    empty_allocator();
    if (quiet_ms > 0) return;
    quiet_ms = between_lines_ms;
    log::warn(
        "the process holds more memory than it should: requests and searches have a "
        "quarter of their shares until it is less (memory)",
        {{"resident_bytes", *resident}, {"memory", account_.limit()}});
}

}  // namespace elkhorn
