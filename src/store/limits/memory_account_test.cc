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
    EXPECT_EQ(MemoryShares::of(256 * mb)[MemoryUse::cache], 16 * mb) << "what is left";
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

TEST(MemoryAccount, WhereTheProcessHoldsTooMuchStrangersHaveAQuarter) {
    MemoryAccount account(MemoryShares::of(160 * mb));
    EXPECT_FALSE(account.see_process(160 * mb + MemoryAccount::beside_bytes));
    EXPECT_TRUE(account.take(MemoryUse::requests, 20 * mb));
    EXPECT_TRUE(account.see_process(161 * mb + MemoryAccount::beside_bytes));
    for (const MemoryUse use : {MemoryUse::requests, MemoryUse::queries, MemoryUse::answers}) {
        const std::uint64_t quarter = account.limit(use) / 4;
        const auto first = account.take(use, quarter);  // the first answer is always given
        EXPECT_TRUE(first) << name_of(use);
        EXPECT_FALSE(account.take(use, 1)) << name_of(use);
    }
    EXPECT_TRUE(account.take(MemoryUse::tails, 80 * mb)) << "what was promised to ingest stays";
    account.see_process(100 * mb);
    EXPECT_TRUE(account.take(MemoryUse::requests, 20 * mb));
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

TEST(MemoryAccount, ACallThatHasMoreThanThereIsRoomForIsWrittenInSlices) {
    TestStore bench([](Options& options) {
        options.memory = MemoryShares::of(2 * mb);  // tails have one of them
        options.background = true;
    });
    std::vector<std::string> sources;
    std::vector<event::Document> documents(100);
    std::vector<Write> writes;
    for (std::size_t i = 0; i < documents.size(); ++i) {
        const std::size_t size = i == 70 ? mb : 30'000;  // one can never fit
        sources.push_back(fmt::format(R"({{"n":{},"a":"{}"}})", i, std::string(size, 'x')));
    }
    bench.flattener().reset();
    for (std::size_t i = 0; i < documents.size(); ++i) {
        ASSERT_TRUE(bench.flattener().flatten(sources[i], sources[i].size(), documents[i]));
        writes.push_back(
            {i % 2 == 0 ? "even" : "odd", Action::index, "", sources[i], &documents[i], {}});
    }
    const auto written = bench.store().write(writes);
    ASSERT_TRUE(written) << written.error().message;
    std::int64_t next_seq_no[2] = {0, 0};
    for (std::size_t i = 0; i < written->size(); ++i) {
        const Written& one = (*written)[i];
        ASSERT_EQ(one.error.has_value(), i == 70) << i << ": " << one.error->message;
        if (i == 70)
            EXPECT_EQ(one.error->code, ErrorCode::overloaded);
        else
            EXPECT_EQ(one.seq_no, next_seq_no[i % 2]++) << "in their order";
    }
    EXPECT_EQ(bench.contents("even").size(), 49U);
    EXPECT_EQ(bench.contents("odd").size(), 50U);
}

TEST(MemoryAccount, UpdatesThatGrowAreChargedBeforeTheyAreKept) {
    TestStore bench([](Options& options) { options.memory = MemoryShares::of(2 * mb); });
    std::vector<std::string> ids;
    for (int i = 0; i < 10; ++i)
        ids.push_back(bench.put("logs", R"({"a":"small"})", fmt::format("id{}", i)).id);
    const std::string grown = R"({"a":")" + std::string(150'000, 'x') + "\"}";
    event::Document document;
    ASSERT_TRUE(bench.flattener().flatten(grown, grown.size(), document));
    int changes = 0;
    const Change change = [&](const Found* current) -> Result<std::optional<Changed>> {
        ++changes;
        EXPECT_NE(current, nullptr);
        return Changed{grown, &document};
    };
    std::vector<Write> writes(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
        writes[i].index = "logs";
        writes[i].action = Action::update;
        writes[i].id = ids[i];
        writes[i].change = &change;
    }
    const auto written = bench.store().write(writes);
    ASSERT_TRUE(written);
    std::size_t taken = 0;
    for (const Written& one : *written) {
        if (one.error) {
            EXPECT_EQ(one.error->code, ErrorCode::overloaded) << one.error->message;
        } else {
            ++taken;
        }
    }
    EXPECT_EQ(taken, 2U) << "of 450 KB each, where tails have one megabyte";
    std::size_t large = 0;
    for (const auto& [id, source] : bench.contents("logs"))
        large += source == grown ? 1 : 0;
    EXPECT_EQ(large, taken) << "what was refused is as it was";
    ASSERT_TRUE(bench.store().flush());
    const auto again = bench.store().write(std::span(writes).last(1));
    ASSERT_TRUE(again);
    EXPECT_FALSE((*again)[0].error) << (*again)[0].error->message;
}

}  // namespace
}  // namespace elkhorn::store
