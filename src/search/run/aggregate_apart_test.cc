// Aggregations that several threads count: the answer is that of one thread, whoever comes, in
// whatever order, or nobody at all.

#include "base/random.h"
#include "io/workers.h"
#include "search/run/test_index.h"
#include "store/limits/memory_account.h"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <deque>

namespace elkhorn::search {
namespace {

constexpr int documents = 300;

constexpr std::array bodies = {
    R"({"t":{"terms":{"field":"host"},"aggs":{"s":{"stats":{"field":"load"}},
        "c":{"cardinality":{"field":"n"}}}}})",
    R"({"t":{"terms":{"field":"n","order":{"_key":"asc"}},
        "aggs":{"u":{"terms":{"field":"host"}}}}})",
    R"({"h":{"histogram":{"field":"load","interval":10},"aggs":{"p":{"percentiles":{"field":"n"}},
        "x":{"extended_stats":{"field":"load"}}}}})",
    R"({"d":{"date_histogram":{"field":"at","fixed_interval":"1h"},
        "aggs":{"t":{"terms":{"field":"host"},"aggs":{"v":{"value_count":{"field":"n"}},
        "r":{"rate":{"unit":"minute"}}}}}}})",
    R"({"r":{"range":{"field":"n","ranges":[{"to":3},{"from":2}]},
        "aggs":{"m":{"missing":{"field":"host"},"aggs":{"a":{"avg":{"field":"load"}}}}}}})",
    R"({"f":{"filters":{"filters":{"a":{"term":{"host":"h1"}},"b":{"range":{"n":{"lt":4}}}},
        "other_bucket":true},
        "aggs":{"p":{"percentile_ranks":{"field":"load","values":[30],"hdr":{}}}}}})",
    R"({"d":{"date_histogram":{"field":"at","calendar_interval":"hour"},
        "aggs":{"c":{"cardinality":{"field":"n"}},
        "s":{"cumulative_cardinality":{"buckets_path":"c"}}}}})",
};

class AggregateApartTest : public testing::Test {
protected:
    void SetUp() override {
        index_.make("logs", {{"n", store::FieldType::int64},
                             {"load", store::FieldType::float64},
                             {"host", store::FieldType::keyword},
                             {"at", store::FieldType::date}});
        Random random(11);
        for (int i = 0; i < documents; ++i) {
            const std::string host =
                i % 7 == 0 ? "" : fmt::format(R"("host":"h{}",)", random.below(5));
            index_.put("logs", std::to_string(i),
                       fmt::format(R"({{{}"n":{},"load":{}.25,"at":{}}})", host, random.below(9),
                                   random.below(100), 1'700'000'000'000 + i * 61'000));
        }
    }

    std::string ask(std::string_view aggs, const RequestContext& context) {
        json::Parser parser;
        event::Arena arena;
        const auto value =
            parser.parse(fmt::format(R"({{"size":3,"sort":["_doc"],"aggs":{}}})", aggs), arena);
        EXPECT_TRUE(value) << aggs;
        const auto request = parse_request(*value, {});
        EXPECT_TRUE(request) << aggs;
        const auto found = run(*request, context, true);
        if (!found) return found.error().reason;
        std::string ids;
        for (const Hit& hit : found->hits)
            ids += hit.id + " ";
        return fmt::format("{} {} {}", found->total, ids, found->aggregations);
    }

    RequestContext alone() {
        RequestContext context = index_.context();
        context.threads = 1;
        return context;
    }

    TestIndex index_;  // 75 groups of four rows
};

TEST_F(AggregateApartTest, TheAnswerIsThatOfOneThread) {
    for (const std::string_view body : bodies) {
        const std::string expected = ask(body, alone());
        EXPECT_NE(expected.find("\"buckets\":"), std::string::npos) << expected;
        for (const std::size_t threads : {2U, 3U, 8U, 100U}) {
            RequestContext context = index_.context();
            context.threads = threads;
            EXPECT_EQ(ask(body, context), expected) << threads << " " << body;
        }
    }
}

TEST_F(AggregateApartTest, TasksThatNobodyRunsAreDoneByTheSearch) {
    for (const std::string_view body : bodies) {
        std::vector<std::function<void()>> tasks;
        RequestContext context = index_.context();
        context.spawn = [&](std::function<void()> task) {
            tasks.push_back(std::move(task));
        };
        EXPECT_EQ(ask(body, context), ask(body, alone()));
        EXPECT_GT(tasks.size(), 0U);
        for (const auto& task : tasks)
            task();  // the search is over, and so is its request
    }
}

TEST_F(AggregateApartTest, FewRowsAreCountedByOne) {
    std::atomic<int> spawned = 0;
    RequestContext context = index_.context();
    context.rows_worth_a_thread = documents;
    context.spawn = [&](std::function<void()> task) {
        ++spawned;
        task();
    };
    EXPECT_EQ(ask(bodies[0], context), ask(bodies[0], alone()));
    EXPECT_EQ(spawned, 0);
}

TEST_F(AggregateApartTest, AClientThatLeavesEndsAllOfThem) {
    RequestContext context = index_.context();
    const auto left = std::make_shared<std::atomic<bool>>(false);
    context.left = left;
    context.spawn = [&](std::function<void()> task) {
        *left = true;
        task();
    };
    EXPECT_EQ(ask(bodies[0], context), client_left().error().reason);
}

TEST_F(AggregateApartTest, WhatThereIsNoMemoryForIsRefused) {
    auto shares = store::MemoryShares::of(1 << 20);
    shares[store::MemoryUse::queries] = 100;
    store::MemoryAccount account(shares);
    RequestContext context = index_.context();
    context.memory = &account;
    EXPECT_NE(ask(bodies[2], context).find("Data too large"), std::string::npos);
    EXPECT_EQ(account.used(), 0U);
}

}  // namespace
}  // namespace elkhorn::search
