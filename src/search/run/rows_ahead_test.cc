// Other threads find the rows of the next groups: the answers are the same, whoever comes first,
// whoever fails, whoever leaves.

#include "base/random.h"
#include "io/workers.h"
#include "search/run/test_index.h"

#include <fmt/format.h>

#include <atomic>
#include <deque>

namespace elkhorn::search {
namespace {

constexpr int documents = 400;

/// Runs what it is given on a thread each; joined at the end.
class Helpers {
public:
    void run(std::function<void()> task) { threads_.emplace_back("helper", std::move(task)); }

private:
    std::deque<io::Thread> threads_;
};

class RowsAheadTest : public testing::Test {
protected:
    void SetUp() override {
        index_.make("logs", {{"n", store::FieldType::int64}, {"text", store::FieldType::text}});
        Random random(5);
        for (int i = 0; i < documents; ++i) {
            index_.put("logs", std::to_string(i),
                       fmt::format(R"({{"n":{},"text":"word{} other{} {}"}})", i, random.below(7),
                                   random.below(50), i));
        }
    }

    Answer<Found> ask(std::string_view body, const RequestContext& context) {
        json::Parser parser;
        event::Arena arena;
        const auto value = parser.parse(body, arena);
        EXPECT_TRUE(value) << body;
        const auto request = parse_request(*value, {});
        EXPECT_TRUE(request);
        return run(*request, context, false);
    }

    static std::string shown(const Answer<Found>& found) {
        if (!found) return found.error().reason;
        std::string text = fmt::format("{} {} ", found->total, found->aggregations);
        for (const Hit& hit : found->hits)
            text += hit.id + " ";
        return text;
    }

    TestIndex index_;  // a hundred groups of four rows
};

TEST_F(RowsAheadTest, AnswersAreTheSameWithHelpers) {
    for (const std::string_view query :
         {R"({"match":{"text":"word3"}})", R"({"match":{"text":"word3 other4"}})",
          R"({"wildcard":{"text":"*ther1*"}})", R"({"regexp":{"text":"word[1-3]"}})",
          R"({"bool":{"must_not":{"match":{"text":"word1"}}}})", R"({"range":{"n":{"gte":77}}})",
          R"({"match_phrase":{"text":"word2 other7"}})"}) {
        for (const std::string_view more :
             {R"(,"size":20,"track_total_hits":true)", R"(,"size":5,"sort":[{"n":"desc"}])",
              R"(,"size":5,"sort":[{"n":"asc"}],"search_after":[200],"track_total_hits":false)",
              R"(,"size":0,"aggs":{"a":{"sum":{"field":"n"}}})", R"(,"terminate_after":9)"}) {
            const std::string body = fmt::format(R"({{"query":{}{}}})", query, more);
            RequestContext alone = index_.context();
            alone.spawn = nullptr;
            const std::string expected = shown(ask(body, alone));
            Helpers helpers;
            RequestContext helped = index_.context();
            helped.spawn = [&](std::function<void()> task) {
                helpers.run(std::move(task));
            };
            EXPECT_EQ(shown(ask(body, helped)), expected) << body;
        }
    }
}

TEST_F(RowsAheadTest, TasksThatNobodyRunsAreDoneByTheSearch) {
    RequestContext context = index_.context();
    std::vector<std::function<void()>> tasks;
    context.spawn = [&](std::function<void()> task) {
        tasks.push_back(std::move(task));
    };
    const auto found =
        ask(R"({"query":{"wildcard":{"text":"*ord3*"}},"track_total_hits":true})", context);
    ASSERT_TRUE(found);
    EXPECT_GT(found->total, 0);
    EXPECT_GT(tasks.size(), 0U);
    for (const auto& task : tasks)
        task();  // the search is over, and so is its request
}

TEST_F(RowsAheadTest, ASearchPastItsTimeEndsWithItsHelpers) {
    Helpers helpers;
    RequestContext context = index_.context();
    const auto left = std::make_shared<std::atomic<bool>>(false);
    context.left = left;
    std::atomic<int> begun = 0;
    context.spawn = [&](std::function<void()> task) {
        if (++begun == 3) *left = true;
        helpers.run(std::move(task));
    };
    const auto found =
        ask(R"({"query":{"wildcard":{"text":"*ord3*"}},"track_total_hits":true})", context);
    ASSERT_FALSE(found);
    EXPECT_TRUE(found.error().over);
}

}  // namespace
}  // namespace elkhorn::search
