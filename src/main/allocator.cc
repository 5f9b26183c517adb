#include "main/allocator.h"

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

}  // namespace elkhorn
