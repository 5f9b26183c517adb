// Averages of windows, as moving_fn and moving_avg have them.

#include "script/library/moving_functions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace elkhorn::script {
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

}  // namespace
}  // namespace elkhorn::script
