#include "io/unreadable_pages.h"

#include "base/mutex.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <vector>

namespace elkhorn::io {
namespace {

constexpr std::size_t most_noted = 64;  // pages of one mapping; with more all of it is unreadable

}  // namespace

/// One mapping, in a list that only grows, so that a signal can walk it without a lock.
struct WatchedMapping::Entry {
    std::atomic<std::uintptr_t> begin{0};  // 0: free
    std::atomic<std::uintptr_t> end{0};
    std::atomic<std::uint32_t> bad_pages{0};
    std::array<std::atomic<std::uintptr_t>, most_noted> pages{};
    Entry* next = nullptr;
};

struct UnreadablePages {
    using Entry = WatchedMapping::Entry;

    static inline std::atomic<Entry*> first{nullptr};
    static inline Mutex changing;
    static inline std::vector<Entry*> unused;  // under that mutex
    static inline struct sigaction before{};
    static inline std::uintptr_t page_bytes = 4096;

    static Entry* take(std::uintptr_t begin, std::size_t size_bytes) {
        const Lock lock(changing);
        if (unused.empty()) {
            if (first.load() == nullptr) install();
            unused.push_back(new Entry);
            unused.back()->next = first.load();
            first.store(unused.back());
        }
        Entry* entry = unused.back();
        unused.pop_back();
        entry->bad_pages = 0;
        for (auto& page : entry->pages)
            page = 0;
        entry->end = begin + size_bytes;
        entry->begin = begin;
        return entry;
    }

    static void give_back(Entry* entry) {
        const Lock lock(changing);
        entry->begin = 0;
        unused.push_back(entry);
    }

    static void install() {
        page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
        struct sigaction action{};
        action.sa_sigaction = on_signal;
        action.sa_flags = SA_SIGINFO;
        ::sigaction(SIGBUS, &action, &before);
    }

    /// Only what a signal may do: loads, stores and a system call.
    static void on_signal(int signal, siginfo_t* info, void* context) {
        const int error = errno;
        const auto at = std::bit_cast<std::uintptr_t>(info->si_addr);
        const bool from_kernel = info->si_code > 0;
        Entry* entry = from_kernel ? find(at) : nullptr;
        if (entry != nullptr && replace(*entry, at)) {
            errno = error;
            return;
        }
        if ((before.sa_flags & SA_SIGINFO) != 0 && before.sa_sigaction != nullptr)
            return before.sa_sigaction(signal, info, context);
        // It comes again, and ends the process.
        ::sigaction(SIGBUS, &before, nullptr);
        if (!from_kernel) ::raise(signal);
    }

    static Entry* find(std::uintptr_t at) {
        for (Entry* entry = first.load(); entry != nullptr; entry = entry->next) {
            const std::uintptr_t begin = entry->begin.load();
            if (begin != 0 && at >= begin && at < entry->end.load()) return entry;
        }
        return nullptr;
    }

    static bool replace(Entry& entry, std::uintptr_t at) {
        const std::uintptr_t page = at / page_bytes * page_bytes;
        // Noted before anybody can read zeros there.
        const std::uint32_t n = entry.bad_pages.fetch_add(1);
        if (n < most_noted) entry.pages[n].store(page);
        return ::mmap(std::bit_cast<void*>(page), page_bytes, PROT_READ,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
    }
};

WatchedMapping::WatchedMapping(const void* address, std::size_t size_bytes)
    : entry_(UnreadablePages::take(std::bit_cast<std::uintptr_t>(address), size_bytes)) {}

WatchedMapping::~WatchedMapping() {
    UnreadablePages::give_back(entry_);
}

bool WatchedMapping::unreadable(std::string_view part) const {
    const std::uint32_t bad = entry_->bad_pages.load(std::memory_order_acquire);
    if (bad == 0 || part.empty()) return false;
    if (bad > most_noted) return true;
    const auto begin = std::bit_cast<std::uintptr_t>(part.data());
    return std::any_of(entry_->pages.begin(), entry_->pages.begin() + bad, [&](const auto& noted) {
        const std::uintptr_t page = noted.load();
        return page < begin + part.size() && page + UnreadablePages::page_bytes > begin;
    });
}

}  // namespace elkhorn::io
