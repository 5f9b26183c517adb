// A row that goes to many buckets, each with buckets of its own: what is selected for the inner
// aggregations is bounded and charged, and the counts are the same.

#include "search/run/test_index.h"
#include "store/limits/memory_account.h"

#include <fmt/format.h>

namespace elkhorn::search {
namespace {

constexpr int rows = 3000;

class FanOut : public testing::Test {
protected:
    void SetUp() override {
        index_.make("logs", {{"n", store::FieldType::int64}, {"m", store::FieldType::int64}});
        for (int i = 0; i < rows; ++i)
            index_.put("logs", std::to_string(i), fmt::format(R"({{"n":{},"m":{}}})", i, i % 2));
    }

    /// {"filters":{"filters":{"0":QUERY,...}},"aggs":{"in":INNER}}
    static std::string filters(int count, std::string_view query, std::string_view inner) {
        std::string all;
        for (int i = 0; i < count; ++i)
            all += fmt::format(R"({}"{}":{})", i == 0 ? "" : ",", i, query);
        return fmt::format(R"({{"filters":{{"filters":{{{}}}}},"aggs":{{"in":{}}}}})", all, inner);
    }

    Answer<Found> ask(std::string_view aggregation, store::MemoryAccount* memory = nullptr) {
        json::Parser parser;
        event::Arena arena;
        const std::string body = fmt::format(R"({{"size":0,"aggs":{{"a":{}}}}})", aggregation);
        const auto value = parser.parse(body, arena);
        EXPECT_TRUE(value);
        const auto request = parse_request(*value, {});
        EXPECT_TRUE(request);
        RequestContext context = index_.context();
        context.memory = memory;
        return run(*request, context, false);
    }

    static std::size_t times(std::string_view text, std::string_view part) {
        std::size_t count = 0;
        for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
            ++count;
        return count;
    }

    TestIndex index_{4096};
};

TEST_F(FanOut, CountsAreTheSameHoweverManySlicesTheyTake) {
    // 3,000 rows in 150 buckets are more than one slice; each bucket's terms see all of its rows.
    const auto found =
        ask(filters(150, R"({"range":{"n":{"gte":1000}}})",
                    R"({"terms":{"field":"m"},"aggs":{"s":{"sum":{"field":"n"}}}})"));
    ASSERT_TRUE(found) << found.error().reason;
    EXPECT_EQ(times(found->aggregations, R"("doc_count":2000)"), 150U);
    EXPECT_EQ(times(found->aggregations, R"({"key":0,"doc_count":1000,"s":{"value":1999000.0}})"),
              150U);
    EXPECT_EQ(times(found->aggregations, R"({"key":1,"doc_count":1000,"s":{"value":2000000.0}})"),
              150U);
}

TEST_F(FanOut, AThousandFiltersUnderAThousandStayWithinTheirShare) {
    store::MemoryShares shares = store::MemoryShares::of(64 << 20);
    shares[store::MemoryUse::queries] = 4 << 20;
    store::MemoryAccount memory(shares);
    const std::string all = R"({"match_all":{}})";
    const auto found =
        ask(filters(1000, all, filters(1000, all, R"({"terms":{"field":"n"}})")), &memory);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().status, 429);
    EXPECT_EQ(found.error().type, "circuit_breaking_exception");
    EXPECT_EQ(memory.used(store::MemoryUse::queries), 0U);
}

TEST_F(FanOut, ManyValuesOfOneDocumentMeetEachOther) {
    std::string numbers;
    for (int i = 0; i < 1500; ++i)
        numbers += fmt::format("{}{}", i == 0 ? "" : ",", 100'000 + i);
    index_.put("logs", "many", fmt::format(R"({{"n":[{}]}})", numbers));
    const auto found =
        ask(R"({"terms":{"field":"n","size":3,"order":{"_key":"desc"}},)"
            R"("aggs":{"in":{"terms":{"field":"n","size":1,"order":{"_key":"asc"}}}}})");
    ASSERT_TRUE(found) << found.error().reason;
    EXPECT_EQ(times(found->aggregations, R"("buckets":[{"key":100000,"doc_count":1}])"), 3U);
    EXPECT_EQ(times(found->aggregations, R"("sum_other_doc_count":1499)"), 3U);
}

TEST_F(FanOut, TooManyCombinationsOfOneDocumentAreRefused) {
    std::string numbers;
    for (int i = 0; i < 5000; ++i)
        numbers += fmt::format("{}{}", i == 0 ? "" : ",", i);
    index_.put("logs", "many", fmt::format(R"({{"n":[{0}],"m":[{0}]}})", numbers));
    const auto found = ask(
        R"({"composite":{"sources":[{"a":{"terms":{"field":"n"}}},{"b":{"terms":{"field":"m"}}}]},)"
        R"("aggs":{"s":{"sum":{"field":"n"}}}})");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().status, 429);
    const auto several = ask(R"({"multi_terms":{"terms":[{"field":"n"},{"field":"m"}]}})");
    ASSERT_FALSE(several);
    EXPECT_EQ(several.error().status, 429);
}

TEST_F(FanOut, CombinationsAreChargedAsTheyAreMade) {
    std::string numbers;
    for (int i = 0; i < 1000; ++i)
        numbers += fmt::format("{}{}", i == 0 ? "" : ",", i);
    index_.put("logs", "many", fmt::format(R"({{"n":[{0}],"m":[{0}]}})", numbers));
    store::MemoryShares shares = store::MemoryShares::of(64 << 20);
    shares[store::MemoryUse::queries] = 4 << 20;
    store::MemoryAccount memory(shares);
    const auto found = ask(R"({"multi_terms":{"terms":[{"field":"n"},{"field":"m"}]}})", &memory);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().status, 429);
    EXPECT_EQ(memory.used(store::MemoryUse::queries), 0U);
}

TEST_F(FanOut, NamesOfAMatrixAreCharged) {
    std::string filters;
    for (int i = 0; i < 100; ++i)
        filters += fmt::format(R"({}"{}":{{"match_all":{{}}}})", i == 0 ? "" : ",", i);
    store::MemoryShares shares = store::MemoryShares::of(64 << 20);
    shares[store::MemoryUse::queries] = 4 << 20;
    store::MemoryAccount memory(shares);
    const auto found =
        ask(fmt::format(R"({{"adjacency_matrix":{{"separator":"{}","filters":{{{}}}}}}})",
                        std::string(10'000, '+'), filters),
            &memory);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().status, 429);
}

}  // namespace
}  // namespace elkhorn::search
