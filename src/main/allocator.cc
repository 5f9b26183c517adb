#include "main/allocator.h"

#include "base/metrics.h"

#include <fmt/format.h>
#include <sys/types.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>

extern "C" int mallctl(const char* name, void* old, std::size_t* old_size, void* value,
                       std::size_t value_size) __attribute__((weak));

namespace elkhorn {
namespace {

constexpr std::uint64_t full_pace_bytes = 4ULL << 30;
constexpr std::uint64_t longest_ms = 10'000;
constexpr std::uint64_t shortest_ms = 1'000;

metrics::Gauge allocated{"elkhorn_allocator_allocated_bytes", "Memory that the program asked for."};
metrics::Gauge active{"elkhorn_allocator_active_bytes",
                      "Pages with some of that: more than it where much is broken into pieces."};
metrics::Gauge resident{"elkhorn_allocator_resident_bytes",
                        "What the allocator holds of the machine's memory, free pages among it."};

void show(const char* name, metrics::Gauge& gauge) {
    std::size_t bytes = 0;
    std::size_t size = sizeof bytes;
    if (mallctl(name, &bytes, &size, nullptr, 0) == 0) gauge.set(static_cast<std::int64_t>(bytes));
}

}  // namespace

void pace_allocator(std::uint64_t memory_bytes) {
    if (mallctl == nullptr || std::getenv("MALLOC_CONF") != nullptr) return;
    const std::uint64_t share_ms =
        std::min(memory_bytes, full_pace_bytes) / (full_pace_bytes / longest_ms);
    auto pace_ms = static_cast<ssize_t>(std::clamp(share_ms, shortest_ms, longest_ms));
    // Arenas that come later, then those that are there; one that is not refuses, which is right.
    mallctl("arenas.dirty_decay_ms", nullptr, nullptr, &pace_ms, sizeof pace_ms);
    unsigned arenas = 0;
    std::size_t size = sizeof arenas;
    if (mallctl("arenas.narenas", &arenas, &size, nullptr, 0) != 0) return;
    for (unsigned i = 0; i < arenas; ++i) {
        mallctl(fmt::format("arena.{}.dirty_decay_ms", i).c_str(), nullptr, nullptr, &pace_ms,
                sizeof pace_ms);
    }
}

void empty_allocator() {
    if (mallctl == nullptr) return;
    constexpr unsigned all_arenas = 4096;  // MALLCTL_ARENAS_ALL
    mallctl(fmt::format("arena.{}.purge", all_arenas).c_str(), nullptr, nullptr, nullptr, 0);
}

void show_allocator() {
    if (mallctl == nullptr) return;
    std::uint64_t epoch = 1;  // what follows is as of now
    std::size_t size = sizeof epoch;
    mallctl("epoch", &epoch, &size, &epoch, size);
    show("stats.allocated", allocated);
    show("stats.active", active);
    show("stats.resident", resident);
}

}  // namespace elkhorn
