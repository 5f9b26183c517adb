// Shares, charges and refusals; and what the machine is said to have.

#include "store/limits/memory_account.h"

#include "io/workers.h"
#include "store/node/test_store.h"

#include <gtest/gtest.h>

#include <map>

namespace elkhorn::store {
namespace {

constexpr std::uint64_t mb = 1ULL << 20;

TEST(MemoryAccount, SharesNeverAddUpToMoreThanTheWhole) {
    for (const std::uint64_t total :
         {std::uint64_t{0}, mb, 256 * mb, 6144 * mb, std::uint64_t{1} << 40}) {
        const MemoryShares shares = MemoryShares::of(total);
        std::uint64_t sum = 0;
        for (const std::uint64_t each : shares.limit_bytes)
            sum += each;
        EXPECT_LE(sum, total);
        EXPECT_LE(shares[MemoryUse::tails], 1024 * mb);
    }
    EXPECT_EQ(MemoryShares::of(256 * mb)[MemoryUse::tails], 128 * mb);
    EXPECT_EQ(MemoryShares::of(256 * mb)[MemoryUse::requests], 32 * mb);
    EXPECT_EQ(MemoryShares::of(256 * mb)[MemoryUse::cache], 32 * mb) << "what is left";
    EXPECT_EQ(MemoryShares::of(4096 * mb)[MemoryUse::cache], 1024 * mb) << "a quarter";
}

TEST(MemoryAccount, IsTakenWithinItsShareAndGivenBack) {
    MemoryAccount account(MemoryShares::of(160 * mb));
    EXPECT_TRUE(account.try_take(MemoryUse::queries, 20 * mb));
    EXPECT_FALSE(account.try_take(MemoryUse::queries, 1)) << "an eighth of it";
    EXPECT_EQ(account.refused(MemoryUse::queries), 1U);
    EXPECT_TRUE(account.try_take(MemoryUse::tails, 80 * mb)) << "queries do not stop tails";
    account.give_back(MemoryUse::queries, 20 * mb);
    {
        const auto charge = account.take(MemoryUse::queries, 15 * mb);
        ASSERT_TRUE(charge);
        EXPECT_FALSE(account.take(MemoryUse::queries, 6 * mb));
        EXPECT_EQ(account.used(), 95 * mb);
    }
    EXPECT_EQ(account.used(MemoryUse::queries), 0U);
    account.note(MemoryUse::queries, 19 * mb);
    EXPECT_FALSE(account.try_take(MemoryUse::queries, 2 * mb)) << "what is noted counts";
    EXPECT_TRUE(account.try_take(MemoryUse::queries, mb));
    account.note(MemoryUse::queries, 30 * mb);
    EXPECT_FALSE(account.try_take(MemoryUse::queries, 1)) << "more than the share is noted";
    EXPECT_FALSE(account.try_take(MemoryUse::tails, ~std::uint64_t{0}));
}

TEST(MemoryAccount, OneMergeMayAlwaysRun) {
    MemoryAccount account(MemoryShares::of(16 * mb));
    auto first = account.take(MemoryUse::merges, 100 * mb);
    ASSERT_TRUE(first);
    EXPECT_FALSE(account.take(MemoryUse::merges, 1));
    first.reset();
    EXPECT_TRUE(account.take(MemoryUse::merges, 1));
}

TEST(MemoryAccount, ThreadsNeverTakeMoreThanThereIs) {
    MemoryAccount account(MemoryShares::of(80));  // ten for queries
    std::atomic<int> most = 0;
    std::atomic<int> now = 0;
    {
        std::vector<io::Thread> threads;
        threads.reserve(4);
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back("taker", [&] {
                for (int i = 0; i < 20'000; ++i) {
                    const auto charge = account.take(MemoryUse::queries, 3);
                    if (!charge) continue;
                    const int holding = ++now;
                    int seen = most;
                    while (holding > seen && !most.compare_exchange_weak(seen, holding)) {
                    }
                    --now;
                }
            });
        }
    }
    EXPECT_LE(most, 3);
    EXPECT_EQ(account.used(), 0U);
}

std::uint64_t machine(std::map<std::string, std::string> files) {
    return machine_memory_bytes([&](const std::string& path) -> std::optional<std::string> {
        const auto it = files.find(path);
        return it == files.end() ? std::nullopt : std::optional(it->second);
    });
}

TEST(MemoryAccount, TheMachineHasWhatItsRamAndItsGroupsAllow) {
    const std::string ram = "MemTotal:       1048576 kB\nMemFree:         7 kB\n";
    EXPECT_EQ(machine({}), 0U);
    EXPECT_EQ(machine({{"/proc/meminfo", ram}}), 1024 * mb);
    EXPECT_EQ(machine({{"/proc/meminfo", ram},
                       {"/proc/self/cgroup", "0::/a/b\n"},
                       {"/sys/fs/cgroup/a/b/memory.max", "max\n"},
                       {"/sys/fs/cgroup/a/memory.max", "536870912\n"}}),
              512 * mb)
        << "a group above it counts";
    EXPECT_EQ(machine({{"/proc/meminfo", ram}, {"/sys/fs/cgroup/memory.max", "268435456\n"}}),
              256 * mb)
        << "inside a container its group is the root";
    EXPECT_EQ(machine({{"/proc/meminfo", ram},
                       {"/proc/self/cgroup", "5:cpu:/x\n4:memory:/docker/1\n"},
                       {"/sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", "1000000\n"}}),
              1'000'000U);
    EXPECT_EQ(machine({{"/proc/meminfo", ram},
                       {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"}}),
              1024 * mb)
        << "version 1 has a very large number for none";
}

TEST(MemoryAccount, AWriteThatCanNeverFitIsRefusedWithASentence) {
    TestStore bench([](Options& options) {
        options.memory = MemoryShares::of(2 * mb);
        options.background = true;
    });
    const std::string large = R"({"a":")" + std::string(mb, 'x') + "\"}";
    const Written refused = bench.put("logs", large);
    ASSERT_TRUE(refused.error);
    EXPECT_EQ(refused.error->code, ErrorCode::overloaded);
    EXPECT_NE(refused.error->message.find("[parent] Data too large"), std::string::npos)
        << refused.error->message;
    EXPECT_EQ(bench.store().memory().used(MemoryUse::tails), 0U);
    EXPECT_FALSE(bench.put("logs", "{}").error);
}

}  // namespace
}  // namespace elkhorn::store
