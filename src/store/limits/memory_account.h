// store/limits/memory_account.h -- one number for what the node may hold in memory, its shares, and
// who holds how much of them. Whoever is about to need memory takes it here first, and is refused
// before it is there; what counts itself (tails, caches) is noted.
//
//   tails    1/2, at most 1 GB   documents not yet in segments; more would make nothing faster
//   cache    1/4, or what is left   decoded columns; it gives way by itself
//   queries  1/8                 what aggregations count in and answers are made in
//   requests 1/8                 bodies of requests, from first byte to answer, and what is parsed
//                                from them
//   answers  1/16                answers that clients have not taken yet; one may always be
//   log      1/16                entries that wait for their fdatasync
//   merges   1/16                row groups that are being rewritten; one merge may always run
//
// Shares are fixed, so that a heavy search never stops ingest, nor ingest a search. What no share
// counts (threads, names, what is on its way between two charges) is seen from outside: where the
// process holds `beside_bytes` more than the whole, requests, searches and answers have a quarter
// of their shares until it is less.
//
//   Threads   everything is thread-safe, and lock-free.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace elkhorn::store {

enum class MemoryUse : std::uint8_t { tails, cache, queries, log, merges, requests, answers };

constexpr std::size_t memory_uses = 7;

std::string_view name_of(MemoryUse use);

struct MemoryShares {
    std::uint64_t total_bytes = 0;
    std::array<std::uint64_t, memory_uses> limit_bytes{};

    static MemoryShares of(std::uint64_t total_bytes);

    std::uint64_t& operator[](MemoryUse use) { return limit_bytes[static_cast<std::size_t>(use)]; }

    std::uint64_t operator[](MemoryUse use) const {
        return limit_bytes[static_cast<std::size_t>(use)];
    }
};

class MemoryAccount {
public:
    /// Memory that was taken, given back when this goes.
    class Charge {
    public:
        Charge() = default;

        Charge(MemoryAccount& account, MemoryUse use, std::uint64_t bytes)
            : account_(&account), use_(use), bytes_(bytes) {}

        Charge(Charge&& other) noexcept
            : account_(std::exchange(other.account_, nullptr)),
              use_(other.use_),
              bytes_(other.bytes_) {}

        Charge& operator=(Charge&& other) noexcept;

        ~Charge() { give_back(); }

    private:
        void give_back();

        MemoryAccount* account_ = nullptr;
        MemoryUse use_ = MemoryUse::tails;
        std::uint64_t bytes_ = 0;
    };

    explicit MemoryAccount(const MemoryShares& shares) : shares_(shares) {}

    /// Nothing when the share has not that much left; the first of `merges` and of
    /// `answers` is always given.
    std::optional<Charge> take(MemoryUse use, std::uint64_t bytes);
    /// The same for those who give it back themselves.
    bool try_take(MemoryUse use, std::uint64_t bytes);
    void give_back(MemoryUse use, std::uint64_t bytes);
    /// What a use holds beside what it has taken, as of now.
    void note(MemoryUse use, std::uint64_t bytes);

    static constexpr std::uint64_t beside_bytes = 288ULL << 20;

    /// What the process holds of the machine's memory, as of now. True where that is too much.
    bool see_process(std::uint64_t resident_bytes);

    std::uint64_t used(MemoryUse use) const;
    std::uint64_t used() const;

    std::uint64_t limit(MemoryUse use) const { return shares_[use]; }

    std::uint64_t limit() const { return shares_.total_bytes; }

    /// How often `take` refused.
    std::uint64_t refused(MemoryUse use) const;
    /// Brings /metrics up to date.
    void show() const;

private:
    struct Held {
        std::atomic<std::uint64_t> taken{0};
        std::atomic<std::uint64_t> noted{0};
        std::atomic<std::uint64_t> refused{0};
    };

    Held& held(MemoryUse use) { return held_[static_cast<std::size_t>(use)]; }

    const Held& held(MemoryUse use) const { return held_[static_cast<std::size_t>(use)]; }

    std::uint64_t limit_now(MemoryUse use) const;

    const MemoryShares shares_;
    std::array<Held, memory_uses> held_;
    std::atomic<bool> crowded_{false};
};

/// Gives a file's text; nothing where it cannot be read.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;

/// What this process may use of the machine: its RAM, or less where a cgroup (a container, a
/// systemd unit) says so. 0 where neither can be read.
std::uint64_t machine_memory_bytes(const ReadFile& read);

}  // namespace elkhorn::store
