// main/allocator.h -- how soon jemalloc gives back to the system what was freed. Whoever may hold
// little shall not hold as much again for ten seconds because of who came and went
// (docs/adr/0010-allocator.md).
#pragma once

#include <cstdint>

namespace elkhorn {

/// For a node that may hold so much: ten seconds from 4 GB on, in proportion below, a second at
/// least. MALLOC_CONF in the environment wins, and without jemalloc nothing happens.
void pace_allocator(std::uint64_t memory_bytes);

/// Gives back at once what is free.
void empty_allocator();

/// Shows in the metrics what it holds, and how much of that is in use.
void show_allocator();

}  // namespace elkhorn
