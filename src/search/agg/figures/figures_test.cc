// Figures that stand alone: windows, scripts of windows, clusters, percentiles by counts.

#include "base/random.h"
#include "search/agg/figures/hdr_counts.h"
#include "search/agg/figures/moving_functions.h"
#include "search/agg/figures/moving_script.h"
#include "search/agg/figures/student.h"
#include "search/agg/figures/value_clusters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace elkhorn::search::agg {
namespace {

TEST(MovingFunctions, TheNextValueIsAsElasticsearchHasIt) {
    const std::vector<double> values = {1, 2, 3, 4};
    EXPECT_DOUBLE_EQ(moving_linear_average(values), 30.0 / 11);
    EXPECT_DOUBLE_EQ(moving_exponential_average(values, 0.5), 3.125);
    EXPECT_DOUBLE_EQ(moving_holt(values, 0.3, 0.1, 1)[0], 2.5377699999999996);
    EXPECT_DOUBLE_EQ(moving_deviation(values, moving_average(values)), std::sqrt(1.25));
    HoltWinters model;
    model.period = 2;
    model.beta = 0.1;
    model.gamma = 0.1;
    EXPECT_FALSE(model.enough(3));
    const std::vector<double> five = {1, 2, 3, 4, 30};
    EXPECT_DOUBLE_EQ(model.forecast(five, 1)[0], 12.534897500000001);
}

TEST(MovingFunctions, WithoutValuesThereIsNoneButTheSum) {
    EXPECT_EQ(moving_sum({}), 0);
    for (const double value : {moving_max({}), moving_min({}), moving_average({}),
                               moving_linear_average({}), moving_deviation({}, 1),
                               moving_exponential_average({}, 0.5), moving_holt({}, 1, 1, 1)[0]})
        EXPECT_TRUE(std::isnan(value));
}

double run(std::string_view source, const std::vector<double>& values) {
    const auto script = MovingScript::parse(source, {{"a", 0.5}});
    EXPECT_TRUE(script) << source;
    const auto value = (*script)->run(values);
    EXPECT_TRUE(value) << source;
    return value ? *value : std::nan("");
}

TEST(MovingScript, SaysWhatPeopleWrite) {
    const std::vector<double> values = {4, 1, 7};
    EXPECT_EQ(run("MovingFunctions.max(values)", values), 7);
    EXPECT_EQ(run("return MovingFunctions.min( values ) ;", values), 1);
    EXPECT_EQ(run("MovingFunctions.ewma(values, params.a)", values), 4.75);
    EXPECT_EQ(run("-2 * (values.length + 1) % 5 < 0 ? 1 : 2", values), 1);
    EXPECT_EQ(run("if (values.length > 5) { return 1; } else { 2 }", values), 2);
    EXPECT_EQ(run("if (values.length > 5) return 1; return 3;", values), 3);
    EXPECT_EQ(run("if (!(values.length == 3)) { 1 }", values), 0) << "no value is 0";
    EXPECT_EQ(run("1.5d >= 1.5f && true || false", values), 1);
    EXPECT_TRUE(std::isnan(run("Double.NaN", values)));
}

TEST(MovingScript, RefusesWhatItDoesNotKnowWithItsPlace) {
    for (const auto* source :
         {"", "values[0]", "MovingFunctions.zork(values)", "MovingFunctions.max(values, 1)",
          "params.b", "1 +", "(1", "def x = 1; return x", "if (1) { 2", "while (true) {}", "1 2",
          "Math.max(1, 2)", "valuesx", "returning"}) {
        const auto script = MovingScript::parse(source, {{"a", 0.5}});
        ASSERT_FALSE(script) << source;
        EXPECT_EQ(script.error().type, "script_exception");
        EXPECT_NE(script.error().caused_by_reason.find(" at ["), std::string::npos) << source;
    }
    EXPECT_FALSE(MovingScript::parse(std::string(60'000, '('), {}));
    EXPECT_FALSE(MovingScript::parse(std::string(60'000, '-') + "1", {}));
    EXPECT_FALSE(MovingScript::parse(std::string(70'000, ' ') + "1", {}));
    std::string sum = "1";
    for (int i = 0; i < 30'000; ++i)
        sum += "+1";
    EXPECT_FALSE(MovingScript::parse(sum, {})) << "each part would be below the next";
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
