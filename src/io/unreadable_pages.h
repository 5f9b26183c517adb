// io/unreadable_pages.h -- what becomes of a mapped file's page that the disk cannot read, or that
// is past the end of a file which somebody cut: the kernel sends SIGBUS to whoever touches it. Here
// the page is replaced by one of zeros, the mapping remembers it, and the reader goes on; it asks
// afterwards and gives an error with the file's name (docs/adr/0014).
//
//   Threads   all calls are thread-safe; the signal arrives on the thread that touched the page
//   Cost      asking is one relaxed load while no page of the mapping is bad
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace elkhorn::io {

/// Watches over one mapping for as long as it lives; the mapping outlives it.
class WatchedMapping {
public:
    WatchedMapping(const void* address, std::size_t size_bytes);
    ~WatchedMapping();
    WatchedMapping(const WatchedMapping&) = delete;
    WatchedMapping& operator=(const WatchedMapping&) = delete;

    /// Whether a page of it that holds some of `part` has turned out to be unreadable.
    bool unreadable(std::string_view part) const;

private:
    struct Entry;
    Entry* entry_;  // never freed, used again
    friend struct UnreadablePages;
};

}  // namespace elkhorn::io
