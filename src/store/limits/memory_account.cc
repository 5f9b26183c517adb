#include "store/limits/memory_account.h"

#include "base/assert.h"
#include "base/metrics.h"
#include "base/strings.h"

#include <algorithm>

namespace elkhorn::store {
namespace {

constexpr std::uint64_t tails_most = 1ULL << 30;

constexpr const char* used_name = "elkhorn_memory_used_bytes";
constexpr const char* used_help = "Memory that is held, by what holds it (docs/manual/server.md).";
constexpr const char* limit_name = "elkhorn_memory_limit_bytes";
constexpr const char* limit_help = "Memory that each may hold, and `total` all of them.";
constexpr const char* refused_name = "elkhorn_memory_refused_total";
constexpr const char* refused_help = "How often memory was refused, by what asked for it.";

/// The three lines of one use.
struct Gauges {
    explicit Gauges(std::string_view use)
        : used(used_name, used_help, {{"use", use}}),
          limit(limit_name, limit_help, {{"use", use}}),
          refused(refused_name, refused_help, {{"use", use}}) {}

    metrics::Gauge used;
    metrics::Gauge limit;
    metrics::Gauge refused;
};

std::array<Gauges, memory_uses> gauges{Gauges{"tails"},  Gauges{"cache"},  Gauges{"queries"},
                                       Gauges{"log"},    Gauges{"merges"}, Gauges{"requests"},
                                       Gauges{"answers"}};
metrics::Gauge total_limit{limit_name, limit_help, {{"use", "total"}}};

/// "MemTotal:       24689764 kB"
std::uint64_t total_of(std::string_view meminfo) {
    constexpr std::string_view name = "MemTotal:";
    const std::size_t at = meminfo.find(name);
    if (at == meminfo.npos) return 0;
    std::string_view rest = meminfo.substr(at + name.size());
    rest = trim(rest.substr(0, rest.find("kB")));
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, to_integer(rest).value_or(0))) *
           1024;
}

/// The group of this process in the hierarchy of that controller ("" is version 2's): the end of
/// its line in /proc/self/cgroup, "0::/system.slice/elkhorn.service".
std::string group_of(std::string_view cgroups, std::string_view controller) {
    for (const std::string_view line : split(cgroups, '\n')) {
        const auto parts = split(line, ':');
        if (parts.size() == 3 && parts[1] == controller) return std::string(parts[2]);
    }
    return "/";
}

/// The least limit of a group and those above it.
std::uint64_t least_limit(const ReadFile& read, const std::string& root, std::string group,
                          const std::string& file) {
    std::uint64_t least = ~std::uint64_t{0};
    while (true) {
        if (group == "/") group.clear();
        const auto text = read(root + group + "/" + file);
        const auto limit = text ? to_integer(trim(*text)) : std::nullopt;  // "max" is none
        if (limit && *limit > 0) least = std::min(least, static_cast<std::uint64_t>(*limit));
        if (group.empty()) return least;
        group.resize(group.rfind('/'));
    }
}

}  // namespace

std::string_view name_of(MemoryUse use) {
    switch (use) {
        case MemoryUse::tails: return "tails";
        case MemoryUse::cache: return "cache";
        case MemoryUse::queries: return "queries";
        case MemoryUse::log: return "log";
        case MemoryUse::merges: return "merges";
        case MemoryUse::requests: return "requests";
        case MemoryUse::answers: return "answers";
    }
    return "";
}

MemoryShares MemoryShares::of(std::uint64_t total_bytes) {
    MemoryShares shares;
    shares.total_bytes = total_bytes;
    shares[MemoryUse::tails] = std::min(total_bytes / 2, tails_most);
    shares[MemoryUse::queries] = total_bytes / 8;
    shares[MemoryUse::log] = total_bytes / 16;
    shares[MemoryUse::merges] = total_bytes / 16;
    shares[MemoryUse::requests] = total_bytes / 8;
    shares[MemoryUse::answers] = total_bytes / 16;
    std::uint64_t left = total_bytes;
    for (const std::uint64_t each : shares.limit_bytes)
        left -= each;
    shares[MemoryUse::cache] = std::min(total_bytes / 4, left);
    return shares;
}

MemoryAccount::Charge& MemoryAccount::Charge::operator=(Charge&& other) noexcept {
    if (this == &other) return *this;
    give_back();
    account_ = std::exchange(other.account_, nullptr);
    use_ = other.use_;
    bytes_ = other.bytes_;
    return *this;
}

void MemoryAccount::Charge::give_back() {
    if (account_ != nullptr) account_->give_back(use_, bytes_);
    account_ = nullptr;
}

bool MemoryAccount::see_process(std::uint64_t resident_bytes) {
    crowded_ = resident_bytes > shares_.total_bytes + beside_bytes;
    return crowded_;
}

std::uint64_t MemoryAccount::limit_now(MemoryUse use) const {
    constexpr std::uint64_t part_when_crowded = 4;
    const bool gives_way =
        use == MemoryUse::requests || use == MemoryUse::queries || use == MemoryUse::answers;
    return gives_way && crowded_ ? shares_[use] / part_when_crowded : shares_[use];
}

bool MemoryAccount::try_take(MemoryUse use, std::uint64_t bytes) {
    Held& mine = held(use);
    const std::uint64_t limit = limit_now(use);
    std::uint64_t taken = mine.taken.load();
    while (true) {
        const std::uint64_t used = taken + mine.noted.load();
        const bool fits = used <= limit && bytes <= limit - used;
        const bool first = taken == 0 && (use == MemoryUse::merges || use == MemoryUse::answers);
        if (!fits && !first) {
            ++mine.refused;
            return false;
        }
        if (mine.taken.compare_exchange_weak(taken, taken + bytes)) return true;
    }
}

std::optional<MemoryAccount::Charge> MemoryAccount::take(MemoryUse use, std::uint64_t bytes) {
    if (!try_take(use, bytes)) return std::nullopt;
    return Charge(*this, use, bytes);
}

void MemoryAccount::give_back(MemoryUse use, std::uint64_t bytes) {
    const std::uint64_t before = held(use).taken.fetch_sub(bytes);
    ASSERT(before >= bytes);
}

void MemoryAccount::note(MemoryUse use, std::uint64_t bytes) {
    held(use).noted = bytes;
}

std::uint64_t MemoryAccount::used(MemoryUse use) const {
    return held(use).taken + held(use).noted;
}

std::uint64_t MemoryAccount::used() const {
    std::uint64_t sum = 0;
    for (const Held& each : held_)
        sum += each.taken + each.noted;
    return sum;
}

std::uint64_t MemoryAccount::refused(MemoryUse use) const {
    return held(use).refused;
}

void MemoryAccount::show() const {
    for (std::size_t i = 0; i < memory_uses; ++i) {
        const auto use = static_cast<MemoryUse>(i);
        gauges[i].used.set(static_cast<std::int64_t>(used(use)));
        gauges[i].limit.set(static_cast<std::int64_t>(limit(use)));
        gauges[i].refused.set(static_cast<std::int64_t>(refused(use)));
    }
    total_limit.set(static_cast<std::int64_t>(limit()));
}

std::uint64_t machine_memory_bytes(const ReadFile& read) {
    std::uint64_t least = total_of(read("/proc/meminfo").value_or(""));
    if (least == 0) least = ~std::uint64_t{0};
    const std::string cgroups = read("/proc/self/cgroup").value_or("");
    least =
        std::min(least, least_limit(read, "/sys/fs/cgroup", group_of(cgroups, ""), "memory.max"));
    least = std::min(least, least_limit(read, "/sys/fs/cgroup/memory", group_of(cgroups, "memory"),
                                        "memory.limit_in_bytes"));
    return least == ~std::uint64_t{0} ? 0 : least;
}

}  // namespace elkhorn::store
