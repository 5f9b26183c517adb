// Merges of segments: nothing that a search finds changes, deleted rows leave the disk, and the
// number of segments stays bounded, whatever happens meanwhile.

#include "io/workers.h"
#include "store/node/test_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>

namespace elkhorn::store {
namespace {

class Merges : public TestStore {
public:
    Merges()
        : TestStore([](Options& options) {
              options.group_rows = 20;
              options.groups_per_segment = 2;
              options.merge_segments = 4;
          }) {}

    /// Odd and even documents differ in kind, so that columns do, too.
    std::string source(int number) const {
        if (number % 2 == 0)
            return fmt::format(R"({{"n":{},"host":"web{}","v":1.5}})", number, number % 3);
        return fmt::format(R"({{"n":"{}","tags":["a","b{}"],"message":"line {} of all"}})", number,
                           number % 5, number);
    }

    void put(int number) {
        const std::string id = number % 3 == 0 ? "" : fmt::format("id{}", number % 200);
        const Written written = TestStore::put("logs", source(number), id);
        ASSERT_FALSE(written.error) << written.error->message;
        expected[written.id] = source(number);
    }

    void remove(const std::string& id) {
        ASSERT_FALSE(TestStore::remove("logs", id).error);
        expected.erase(id);
    }

    std::shared_ptr<const IndexView> view() {
        EXPECT_TRUE(store().refresh("logs"));
        return *store().view("logs");
    }

    void merge(const ForceMerge& request = {}) {
        const auto merged = store().merge("logs", request);
        ASSERT_TRUE(merged) << merged.error().message;
    }

    /// The whole numbers of `n` in all row groups, in order.
    std::vector<std::int64_t> numbers() {
        std::vector<std::int64_t> all;
        for (const GroupView& group : view()->groups) {
            const Column* column = group.group->find("n", ColumnKind::integer);
            if (column == nullptr) continue;
            const auto integers = *column->integers();
            for (std::uint32_t row = 0; row < group.group->rows(); ++row) {
                if (group.deleted != nullptr && group.deleted->test(row)) continue;
                for (auto i = integers->rows.first(row); i < integers->rows.last(row); ++i)
                    all.push_back(integers->values[i]);
            }
        }
        return all;
    }

    std::map<std::string, std::string> expected;
};

TEST(Merge, ManyFlushesLeaveFewSegments) {
    Merges store;
    for (int i = 0; i < 600; ++i) {
        store.put(i);
        if (i % 7 == 0) {
            ASSERT_TRUE(store.store().flush());
            store.merge();
        }
    }
    EXPECT_EQ(store.contents("logs"), store.expected);
    EXPECT_LE(store.view()->segments, 12U);
    store.open();
    EXPECT_EQ(store.contents("logs"), store.expected);
}

TEST(Merge, ForcedToOneSegmentWithoutDeletedRows) {
    Merges store;
    for (int i = 0; i < 300; ++i)
        store.put(i);
    ASSERT_TRUE(store.store().flush());
    const auto numbers = store.numbers();
    store.remove("id7");
    store.remove("id8");
    ASSERT_TRUE(store.store().flush());
    store.merge({1, false});
    const auto view = store.view();
    EXPECT_EQ(view->segments, 1U);
    EXPECT_EQ(view->deleted, 0U);
    EXPECT_EQ(store.contents("logs"), store.expected);
    auto left = numbers;
    std::erase(left, 7);
    std::erase(left, 208);
    EXPECT_EQ(store.numbers(), left) << "in the order of arrival";
    for (const auto& [id, source] : store.expected) {
        const auto found = store.store().get("logs", id);
        ASSERT_TRUE(found && *found) << id;
        EXPECT_EQ((*found)->source, source);
    }
}

TEST(Merge, KeepsVersionsAndSequenceNumbers) {
    Merges store;
    for (int i = 0; i < 30; ++i)
        store.put(i);
    const Written second = store.TestStore::put("logs", R"({"n":2})", "id7");
    ASSERT_TRUE(store.store().flush());
    store.merge({1, false});
    const auto found = *store.store().get("logs", "id7");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->version, 2);
    EXPECT_EQ(found->seq_no, second.seq_no);
    EXPECT_EQ(store.TestStore::put("logs", R"({"n":3})", "id7").version, 3);
}

TEST(Merge, AnOldViewStaysAsItWas) {
    Merges store;
    for (int i = 0; i < 100; ++i)
        store.put(i);
    ASSERT_TRUE(store.store().flush());
    const auto before = store.view();
    store.remove("id7");
    ASSERT_TRUE(store.store().flush());
    store.merge({1, false});
    EXPECT_EQ(before->documents, 100U);
    std::set<std::string> ids;
    for (const GroupView& group : before->groups) {
        for (std::uint32_t row = 0; row < group.group->rows(); ++row)
            ids.insert(*group.group->id(row));
    }
    EXPECT_TRUE(ids.contains("id7"));
    EXPECT_EQ(store.view()->documents, 99U);
}

TEST(Merge, AllDeletedLeavesNoSegment) {
    Merges store;
    for (int i = 1; i < 60; i += 3)
        store.put(i);
    ASSERT_TRUE(store.store().flush());
    for (int i = 1; i < 60; i += 3)
        store.remove(fmt::format("id{}", i));
    ASSERT_TRUE(store.store().flush());
    store.merge();
    EXPECT_EQ(store.view()->segments, 0U);
    store.put(61);
    store.open();
    EXPECT_EQ(store.contents("logs"), store.expected);
}

TEST(Merge, OldFilesGo) {
    Merges store;
    for (int i = 0; i < 200; ++i) {
        store.put(i);
        if (i % 20 == 0) {
            ASSERT_TRUE(store.store().flush());
        }
    }
    ASSERT_TRUE(store.store().flush());
    store.merge({1, false});
    const auto files = *store.disk().view()->list("indices/1");
    const auto segments = std::ranges::count_if(
        files, [](const std::string& name) { return name.ends_with(".seg"); });
    EXPECT_EQ(segments, 1);
}

TEST(Merge, ThereIsAlwaysAView) {
    TestStore store([](Options& options) {
        options.background = true;
        options.group_rows = 20;
        options.merge_segments = 2;
    });
    store.put("logs", R"({"n":0})");
    std::atomic<bool> stop{false};
    std::atomic<int> missing{0};
    std::vector<io::Thread> readers;
    for (int i = 0; i < 4; ++i) {
        readers.emplace_back("reader", [&] {
            while (!stop) {
                const auto view = store.store().view("logs");
                missing += view && *view != nullptr ? 0 : 1;
            }
        });
    }
    for (int i = 1; i < 1500; ++i) {
        store.put("logs", fmt::format(R"({{"n":{}}})", i), fmt::format("id{}", i % 50));
        EXPECT_TRUE(store.store().flush());
        EXPECT_TRUE(store.store().merge("logs", {1, false}));
    }
    stop = true;
    readers.clear();
    EXPECT_EQ(missing, 0);
    EXPECT_EQ(store.contents("logs").size(), 51U);
}

/// Fails at the nth call of the disk, for every n: the store goes on, and so does it after a crash.
TEST(Merge, AFailureLosesNothing) {
    for (int n = 0; n < 400; ++n) {
        Merges store;
        for (int i = 0; i < 90; ++i) {
            store.put(i);
            if (i % 15 == 0) {
                ASSERT_TRUE(store.store().flush());
            }
        }
        store.remove("id7");
        ASSERT_TRUE(store.store().flush());
        store.disk().fail_after(n);
        const bool merged = static_cast<bool>(store.store().merge("logs", {1, false}));
        store.disk().fail_after(-1);
        EXPECT_EQ(store.contents("logs"), store.expected) << n;
        store.crash(static_cast<std::uint64_t>(n) + 1);
        EXPECT_EQ(store.contents("logs"), store.expected) << n;
        if (merged) break;
        EXPECT_LT(n, 399) << "it never succeeded";
    }
}

}  // namespace
}  // namespace elkhorn::store
