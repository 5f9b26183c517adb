// Figures that stand alone: clusters, percentiles by counts, Student's distribution.

#include "base/random.h"
#include "search/agg/figures/hdr_counts.h"
#include "search/agg/figures/student.h"
#include "search/agg/figures/text_categories.h"
#include "search/agg/figures/value_clusters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace elkhorn::search::agg {
namespace {

TEST(TextCategories, AreWhatStaysTheSame) {
    TextCategories categories(70);
    const auto first = categories.category_of("Node db-3 shutting down");
    EXPECT_EQ(categories.key(first), "Node shutting down");
    EXPECT_EQ(categories.category_of("Node db-17 shutting down (12 s)"), first)
        << "words with digits do not count";
    EXPECT_EQ(categories.category_of("Node 5 shutting slowly down"), first);
    EXPECT_NE(categories.category_of("Node 5 starting up"), first);
    EXPECT_EQ(categories.key(first), "Node shutting down");
    EXPECT_EQ(categories.regex(first), ".*?Node.+?shutting.+?down.*?");
    EXPECT_EQ(categories.longest(first), 31U);
    const auto user = categories.category_of("user alice logged in from mail.example.com");
    EXPECT_EQ(categories.category_of("user bob logged in from mail.example.com"), user);
    EXPECT_EQ(categories.key(user), "user logged in from mail.example.com");
    EXPECT_EQ(categories.regex(user), ".*?user.+?logged.+?in.+?from.+?mail\\.example\\.com.*?");
    const auto nothing = categories.category_of("");
    EXPECT_EQ(categories.category_of("12 34"), nothing);
    EXPECT_EQ(categories.key(nothing), "");
    EXPECT_EQ(categories.regex(nothing), ".*?");
    EXPECT_EQ(categories.size(), 4U);
}

TEST(TextCategories, OfAllOrNothing) {
    TextCategories exact(100);
    EXPECT_NE(exact.category_of("a b c"), exact.category_of("a b d"));
    TextCategories loose(1);
    EXPECT_EQ(loose.category_of("a b c d e f g"), loose.category_of("a x y z"));
    std::string long_text;
    for (int i = 0; i < 10'000; ++i)
        long_text += "word ";
    EXPECT_EQ(exact.category_of(long_text), exact.category_of(long_text + "more"))
        << "of a hundred words";
}

TEST(Student, IsWhatTablesSay) {
    EXPECT_NEAR(student_both_sides(12.706, 1), 0.05, 1e-5);
    EXPECT_NEAR(student_both_sides(-2.228139, 10), 0.05, 1e-7);
    EXPECT_NEAR(student_both_sides(2.6258905, 100), 0.01, 1e-8);
    EXPECT_DOUBLE_EQ(student_both_sides(0, 7), 1);
    EXPECT_NEAR(student_both_sides(1, 1), 0.5, 1e-12) << "of Cauchy's distribution";
    EXPECT_TRUE(std::isnan(student_both_sides(1, 0)));
}

TEST(Student, TestsAreTheTextbooks) {
    // Held against Simpson's rule over the density: t = -2.85295, 27.8873 degrees of freedom.
    Sample a;
    Sample b;
    for (const double value :
         {27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4})
        a.add(value);
    for (const double value :
         {27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 30.5, 24.4})
        b.add(value);
    EXPECT_NEAR(heteroscedastic_test(a, b), 0.008071938172, 1e-10);
    EXPECT_NEAR(homoscedastic_test(a, b), 0.008054761905, 1e-10);
    Sample one;
    one.add(3);
    EXPECT_TRUE(std::isnan(paired_test(one)));
    EXPECT_TRUE(std::isnan(homoscedastic_test(a, one)));
}

TEST(ValueClusters, AreTheSameInAnyOrder) {
    Random random(5);
    std::vector<double> values;
    for (int i = 0; i < 3000; ++i)
        values.push_back(std::floor(static_cast<double>(random.below(100'000)) - 50'000) / 7);
    ValueClusters up;
    ValueClusters down;
    for (std::size_t i = 0; i < values.size(); ++i) {
        up.add(values[i]);
        down.add(values[values.size() - 1 - i]);
    }
    const auto one = up.make(10, 375);
    const auto other = down.make(10, 375);
    ASSERT_EQ(one.size(), 10U);
    ASSERT_EQ(other.size(), 10U);
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < one.size(); ++i) {
        EXPECT_EQ(one[i].min, other[i].min);
        EXPECT_EQ(one[i].max, other[i].max);
        EXPECT_EQ(one[i].count, other[i].count);
        EXPECT_NEAR(one[i].centre, other[i].centre, 1e-6);
        EXPECT_TRUE(i == 0 || one[i].min >= one[i - 1].max);
        total += one[i].count;
    }
    EXPECT_EQ(total, values.size());
}

TEST(ValueClusters, HoldSoManyValuesAndNoMore) {
    ValueClusters clusters;
    for (int i = 0; i < 300'000; ++i)
        clusters.add(i * 1.25);
    EXPECT_LT(clusters.memory_bytes(), std::size_t{8} << 20U);
    const auto made = clusters.make(3, 112);
    ASSERT_EQ(made.size(), 3U);
    EXPECT_EQ(made[0].min, 0);
    EXPECT_EQ(made[2].max, 299'999 * 1.25);
    EXPECT_EQ(made[0].count + made[1].count + made[2].count, 300'000U);
}

TEST(HdrCounts, APercentileIsOneOfTheValuesToSoManyDigits) {
    Random random(9);
    for (int digits = 1; digits <= 5; ++digits) {
        HdrCounts counts(digits);
        std::vector<double> values;
        for (int i = 0; i < 777; ++i) {
            values.push_back(static_cast<double>(1 + random.below(1'000'000)) / 16);
            counts.add(3, values.back());
        }
        std::ranges::sort(values);
        for (const double percent : {0.1, 1.0, 17.0, 50.0, 99.0, 100.0}) {
            const auto place = static_cast<std::size_t>(std::max(
                1.0, std::floor(percent / 100 * static_cast<double>(values.size()) + 0.5)));
            const double exact = values[place - 1];
            EXPECT_NEAR(counts.percentile(3, percent), exact, exact * std::pow(10.0, -digits));
        }
        EXPECT_TRUE(counts.empty(0));
        EXPECT_EQ(counts.rank(3, 1e9), 100);
        EXPECT_EQ(counts.rank(3, -1), 0);
    }
}

TEST(HdrCounts, ZeroIsAValue) {
    HdrCounts counts(3);
    counts.add(0, 0);
    counts.add(0, 0);
    counts.add(0, 8);
    EXPECT_EQ(counts.percentile(0, 50), 0);
    EXPECT_EQ(counts.percentile(0, 100), 8);
    EXPECT_NEAR(counts.rank(0, 0), 66.67, 0.01);
}

}  // namespace
}  // namespace elkhorn::search::agg
