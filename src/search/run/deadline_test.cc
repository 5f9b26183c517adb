// Time may be up at any moment: whatever was found by then is an error or said to be a part, and
// never taken for the answer.

#include "search/match/patterns.h"
#include "search/query/core/parse.h"
#include "search/run/test_index.h"

#include <fmt/format.h>

namespace elkhorn::search {
namespace {

/// A millisecond goes by at each look.
class TickingClock final : public Clock {
public:
    std::int64_t wall_ns() const override { return 1'700'000'000'000'000'000; }

    std::int64_t steady_ns() const override { return ++looks_ * 1'000'000; }

    std::int64_t looks() const { return looks_; }

private:
    mutable std::int64_t looks_ = 0;
};

class Deadline : public testing::Test {
protected:
    void SetUp() override {
        index_.make("logs", {{"host", store::FieldType::keyword},
                             {"n", store::FieldType::int64},
                             {"message", store::FieldType::text}});
        for (int i = 0; i < 40; ++i) {
            index_.put("logs", std::to_string(i),
                       fmt::format(R"({{"host":"web-{}","n":{},"message":"line {} of the log"}})",
                                   i % 7, i, i % 5));
        }
    }

    QueryPtr query(std::string_view json) {
        const auto value = parser_.parse(json, arena_);
        EXPECT_TRUE(value);
        auto parsed = parse_query(*value);
        EXPECT_TRUE(parsed) << json;
        return *parsed;
    }

    /// A context whose time is up at the given look at the clock; 0: never.
    RequestContext context(const TickingClock& clock, int looks) {
        RequestContext context = index_.context();
        context.clock = &clock;
        context.deadline_ns = looks == 0 ? 0 : (clock.looks() + looks) * 1'000'000 - 1;
        return context;
    }

    TestIndex index_;
    json::Parser parser_;
    event::Arena arena_;
};

constexpr std::string_view queries[] = {
    R"({"bool":{"must_not":[{"bool":{"should":[{"term":{"host":"web-1"}},)"
    R"({"range":{"n":{"gt":20}}}]}}]}})",
    R"({"bool":{"filter":[{"match_phrase":{"message":"line 3 of"}}],)"
    R"("must_not":{"term":{"n":13}}}})",
    R"({"bool":{"must_not":[{"wildcard":{"message":"*in*"}},{"regexp":{"host":"web-[2-4]"}}]}})",
    R"({"dis_max":{"queries":[{"prefix":{"host":"web"}},{"bool":{"must_not":{"match_all":{}}}}]}})",
    R"({"query_string":{"query":"NOT (message:line AND host:web-2) OR n:[3 TO 5]"}})",
};

TEST_F(Deadline, ACountIsRightOrAnError) {
    for (const std::string_view json : queries) {
        const QueryPtr asked = query(json);
        TickingClock clock;
        const auto right = count(asked, context(clock, 0));
        ASSERT_TRUE(right);
        int errors = 0;
        bool answered = false;
        for (int looks = 1; !answered; ++looks) {
            const auto counted = count(asked, context(clock, looks));
            answered = counted.has_value();
            if (answered) {
                EXPECT_EQ(*counted, *right) << json << " after " << looks << " looks";
            } else {
                EXPECT_TRUE(counted.error().out_of_time) << counted.error().reason;
            }
            errors += answered ? 0 : 1;
            ASSERT_LT(looks, 10'000);
        }
        EXPECT_GT(errors, 3) << json;
    }
}

TEST_F(Deadline, ASearchIsWholeOrSaysThatItIsNot) {
    for (const std::string_view json : queries) {
        Request request;
        request.query = query(json);
        request.count_up_to = std::nullopt;
        TickingClock clock;
        const auto right = run(request, context(clock, 0), false);
        ASSERT_TRUE(right);
        bool whole = false;
        for (int looks = 1; !whole; ++looks) {
            const auto found = run(request, context(clock, looks), false);
            ASSERT_TRUE(found) << found.error().reason;
            whole = !found->timed_out;
            if (whole) {
                EXPECT_EQ(found->total, right->total) << json << " after " << looks;
            }
            EXPECT_LE(found->total, right->total) << json << " after " << looks;
            ASSERT_LT(looks, 10'000);
        }
    }
}

TEST_F(Deadline, AClientThatHasLeftEndsItsSearch) {
    const auto left = std::make_shared<std::atomic<bool>>(true);
    TickingClock clock;
    RequestContext gone = context(clock, 0);
    gone.left = left;
    Request request;
    const auto found = run(request, gone, false);
    ASSERT_FALSE(found);
    EXPECT_NE(found.error().reason.find("left"), std::string::npos);
}

TEST_F(Deadline, ParenthesesWithinParenthesesArePlannedOnce) {
    for (const int depth : {10, 20, 40}) {
        const std::string text = std::string(static_cast<std::size_t>(depth), '(') + "line" +
                                 std::string(static_cast<std::size_t>(depth), ')');
        TickingClock clock;
        const auto parsed = parse_query_string(text, {});
        ASSERT_TRUE(parsed);
        const auto counted = count(*parsed, context(clock, 0));
        ASSERT_TRUE(counted);
        EXPECT_EQ(*counted, 40U);
        EXPECT_LT(clock.looks(), 200) << "looks at the clock for " << depth << " parentheses";
    }
}

TEST_F(Deadline, APatternHasOneBoundWhereverItIsGiven) {
    const std::string longer(longest_pattern + 1, 'a');
    for (const std::string& json :
         {fmt::format(R"({{"regexp":{{"host":"{}"}}}})", longer),
          fmt::format(R"({{"wildcard":{{"host":"{}*"}}}})", longer),
          fmt::format(R"({{"query_string":{{"lenient":false,"query":"host:/{}/"}}}})", longer),
          fmt::format(R"({{"query_string":{{"lenient":false,"query":"host:{}*b"}}}})", longer)}) {
        TickingClock clock;
        const auto counted = count(query(json), context(clock, 0));
        ASSERT_FALSE(counted) << json;
        EXPECT_NE(counted.error().reason.find("exceeded the allowed maximum"), std::string::npos)
            << counted.error().reason;
    }
}

}  // namespace
}  // namespace elkhorn::search
