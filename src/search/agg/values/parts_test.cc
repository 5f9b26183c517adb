// The parts of aggregations that stand alone: rounding of time, digests, sketches, scripts,
// patterns.

#include "base/hash.h"
#include "base/random.h"
#include "search/agg/core/aggregator.h"
#include "search/agg/core/format.h"
#include "search/agg/values/digest.h"
#include "search/agg/values/interval.h"
#include "search/agg/values/rounding.h"
#include "search/agg/values/sketch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace elkhorn::search::agg {
namespace {

text::TimeZone::Ptr zone(std::string_view id) {
    return *text::TimeZone::find(id);
}

TEST(TimeRounding, EveryMomentLiesInTheBucketThatItsKeyBegins) {
    Random random(3);
    for (const auto* id :
         {"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "+05:45",
          "Australia/Lord_Howe", "America/Sao_Paulo", "America/St_Johns", "Africa/Casablanca"}) {
        std::vector<TimeRounding> roundings;
        for (int unit = 0; unit < 8; ++unit) {
            roundings.push_back(
                TimeRounding::calendar(static_cast<CalendarUnit>(unit), zone(id), 0));
        }
        for (const std::int64_t minutes : {7, 90, 720, 1440, 2160}) {
            roundings.push_back(TimeRounding::fixed(minutes * 60'000, zone(id), 3'600'000));
        }
        for (TimeRounding& rounding : roundings) {
            for (int i = 0; i < 300; ++i) {
                const auto ms = static_cast<std::int64_t>(random.below(4'000'000'000'000ULL)) -
                                2'000'000'000'000;
                const TimeRounding::Span span = rounding.bucket(ms);
                ASSERT_LE(span.key, span.from) << id;
                ASSERT_LE(span.from, ms) << id;
                ASSERT_GT(span.to, ms) << id << " " << ms;
                ASSERT_EQ(rounding.round(span.from), span.key) << id << " " << ms;
                ASSERT_EQ(rounding.round(span.to - 1), span.key) << id << " " << ms;
                ASSERT_GT(rounding.next(span.key), span.key) << id << " " << ms;
            }
        }
    }
}

TEST(TimeRounding, TheHourThatIsThereTwiceMakesTwoBuckets) {
    TimeRounding hours = TimeRounding::calendar(CalendarUnit::hour, zone("Europe/Berlin"), 0);
    const std::int64_t first = 1'729'987'200'000;  // 2024-10-27T02:00+02:00
    EXPECT_EQ(hours.round(first + 1), first);
    EXPECT_EQ(hours.next(first), first + 3'600'000);
    TimeRounding days = TimeRounding::calendar(CalendarUnit::day, zone("Europe/Berlin"), 0);
    EXPECT_EQ(days.next(1'729'980'000'000) - 1'729'980'000'000, 25 * 3'600'000);
    EXPECT_EQ(days.next(1'711'839'600'000) - 1'711'839'600'000, 23 * 3'600'000);
}

TEST(TimeSpan, ReadsUnitsAndRefusesFractions) {
    EXPECT_EQ(*parse_time_span("90m", "s"), 5'400'000);
    EXPECT_EQ(*parse_time_span("+1 D", "s"), 86'400'000);
    EXPECT_EQ(*parse_time_span("-3h", "s"), -10'800'000);
    EXPECT_EQ(parse_time_span("1.5h", "s").error().message,
              "failed to parse [1.5h], fractional time values are not supported");
    EXPECT_EQ(parse_time_span("1M", "s").error().message,
              "failed to parse setting [s] with value [1M] as a time value: unit is missing or "
              "unrecognized");
    EXPECT_FALSE(parse_time_span("9223372036854775807d", "s"));
}

TEST(Digest, IsExactWhileThereAreFewValues) {
    Digest digest;
    for (const double value : {100.25, -2.5, 0.1, 0.7, 0.2})
        digest.add(value, 100);
    digest.settle();
    EXPECT_DOUBLE_EQ(digest.quantile(0.25), -0.55);
    EXPECT_DOUBLE_EQ(digest.quantile(0.5), 0.2);
    EXPECT_DOUBLE_EQ(digest.quantile(0.75), 25.5875);
    EXPECT_EQ(digest.rank(1000), 1);
}

TEST(Digest, EstimatesWellOverMany) {
    Random random(5);
    std::vector<double> values;
    Digest digest;
    for (int i = 0; i < 200'000; ++i) {
        const double value = std::exp(static_cast<double>(random.below(1'000'000)) / 1e5);
        values.push_back(value);
        digest.add(value, 100);
    }
    digest.settle();
    std::ranges::sort(values);
    for (const double q : {0.001, 0.01, 0.25, 0.5, 0.75, 0.99, 0.999}) {
        const double found = digest.quantile(q);
        const auto place =
            static_cast<double>(std::ranges::lower_bound(values, found) - values.begin());
        EXPECT_NEAR(place / 200'000, q, 0.002) << q;
        EXPECT_NEAR(digest.rank(found), q, 0.002) << q;
    }
    EXPECT_LT(digest.memory_bytes(), 200'000U);
}

TEST(CardinalitySketch, CountsExactlyAndThenWithinTwoPerCent) {
    CardinalitySketch sketch;
    for (std::uint64_t i = 1; i <= 3000; ++i) {
        sketch.add(hash64(i), 3000);
        sketch.add(hash64(i), 3000);
    }
    EXPECT_EQ(sketch.count(), 3000U);
    for (const std::uint64_t count : {5'000ULL, 50'000ULL, 1'000'000ULL}) {
        CardinalitySketch many;
        for (std::uint64_t i = 0; i < count; ++i)
            many.add(hash64(i), 3000);
        EXPECT_NEAR(static_cast<double>(many.count()) / static_cast<double>(count), 1, 0.02)
            << count;
        EXPECT_LT(many.memory_bytes(), 20'000U);
    }
}

TEST(DecimalPattern, PrintsAsJavaDoes) {
    EXPECT_EQ(DecimalPattern::parse("0.00").text(2), "2.00");
    EXPECT_EQ(DecimalPattern::parse("#,##0.##").text(-1234567.891), "-1,234,567.89");
    EXPECT_EQ(DecimalPattern::parse("0.##").text(3.8333), "3.83");
    EXPECT_EQ(DecimalPattern::parse("#").text(0.4), "0");
    EXPECT_EQ(DecimalPattern::parse("0%").text(0.256), "26%");
    EXPECT_EQ(DecimalPattern::parse("$000 'x'").text(7), "$007 x");
    EXPECT_EQ(DecimalPattern::parse("yyyy").text(0), "yyyy0");
}

TEST(BucketTable, NumbersPairsAndKnowsThemByOwner) {
    BucketTable table;
    Random random(1);
    std::vector<std::vector<std::uint32_t>> expected(50);
    for (int i = 0; i < 20'000; ++i) {
        const auto owner = static_cast<std::uint32_t>(random.below(50));
        const auto key = static_cast<std::int64_t>(random.below(200)) - 100;
        const std::uint32_t before = table.size();
        const std::uint32_t bucket = table.find_or_add(owner, key);
        ASSERT_EQ(table.key(bucket), key);
        ASSERT_EQ(table.owner(bucket), owner);
        if (table.size() != before) expected[owner].push_back(bucket);
        table.add(bucket, 1);
    }
    for (std::uint32_t owner = 0; owner < 50; ++owner) {
        const auto found = table.of(owner);
        EXPECT_EQ(std::vector(found.begin(), found.end()), expected[owner]);
    }
    EXPECT_TRUE(table.of(50).empty());
    EXPECT_TRUE(table.of(no_bucket).empty());
}

TEST(Ledger, RefusesBeforeTooMuchIsShownOrHeld) {
    Ledger ledger(10);
    EXPECT_TRUE(ledger.show(10, false));
    EXPECT_EQ(ledger.show(1, false).error().status, 503);
    EXPECT_TRUE(ledger.show(100, true)) << "below empty buckets they count for little";
    EXPECT_EQ(ledger.show(100, true).error().status, 503) << "but not for nothing";
    EXPECT_TRUE(ledger.hold(1U << 20));
    EXPECT_EQ(ledger.hold(std::size_t{1} << 40).error().status, 429);
}

TEST(Ledger, TakesFromTheNodesMemoryAndGivesItBack) {
    store::MemoryAccount memory(store::MemoryShares::of(8U << 20));  // one of them for queries
    {
        Ledger first(10, &memory);
        EXPECT_TRUE(first.hold(700'000));
        Ledger second(10, &memory);
        const auto refused = second.hold(700'000);
        ASSERT_FALSE(refused) << "together they would hold more than their share";
        EXPECT_EQ(refused.error().status, 429);
        EXPECT_EQ(refused.error().type, "circuit_breaking_exception");
        EXPECT_EQ(refused.error().reason.substr(0, 23), "[parent] Data too large");
        EXPECT_EQ(memory.used(), 700'000U);
    }
    EXPECT_EQ(memory.used(), 0U);
}

}  // namespace
}  // namespace elkhorn::search::agg
