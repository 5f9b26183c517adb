// script/library/moving.cc -- MovingFunctions, for scripts over the values of a window.

#include "script/library/moving_functions.h"
#include "script/run/library.h"
#include "script/run/node.h"

namespace elkhorn::script {
namespace {

/// The numbers of an array; false: raised.
bool numbers_of(Run& run, const Value& value, std::vector<double>& into) {
    std::vector<Value> items;
    if (!elements_of(run, value, items)) return false;
    for (const Value& item : items)
        into.push_back(item.as_double());
    return true;
}

template <double (*function)(std::span<const double>)>
Value of_values(Run& run, const Value* a) {
    std::vector<double> numbers;
    if (!numbers_of(run, a[0], numbers)) return Value::trouble();
    return Value::of_double(function(numbers));
}

template <double (*function)(std::span<const double>, double)>
Value of_values_and_one(Run& run, const Value* a) {
    std::vector<double> numbers;
    if (!numbers_of(run, a[0], numbers)) return Value::trouble();
    return Value::of_double(function(numbers, a[1].as_real()));
}

Value holt(Run& run, const Value* a) {
    std::vector<double> numbers;
    if (!numbers_of(run, a[0], numbers)) return Value::trouble();
    return Value::of_double(moving_holt(numbers, a[1].as_real(), a[2].as_real(), 1)[0]);
}

Value holt_winters(Run& run, const Value* a) {
    std::vector<double> numbers;
    if (!numbers_of(run, a[0], numbers)) return Value::trouble();
    HoltWinters how;
    how.alpha = a[1].as_real();
    how.beta = a[2].as_real();
    how.gamma = a[3].as_real();
    how.multiplicative = a[5].as_boolean();
    constexpr double padding = 1e-10;
    how.padding = how.multiplicative ? padding : 0;
    if (numbers.empty()) return Value::of_double(std::nan(""));
    if (a[4].as_whole() < 1)
        return run.raise(Class::illegal_argument, "[period] must be a positive integer");
    how.period = static_cast<std::size_t>(a[4].as_whole());
    if (!how.enough(numbers.size())) {
        return run.raise(Class::illegal_argument,
                         "Holt-Winters aggregation requires at least (2 * period == 2 * " +
                             std::to_string(how.period) + " == " + std::to_string(2 * how.period) +
                             ") data-points to function.  Only [" + std::to_string(numbers.size()) +
                             "] were provided.");
    }
    return Value::of_double(how.forecast(numbers, 1)[0]);
}

constexpr MethodRow rows[] = {
    {Class::moving_functions, "static double max(double[])", of_values<moving_max>},
    {Class::moving_functions, "static double min(double[])", of_values<moving_min>},
    {Class::moving_functions, "static double sum(double[])", of_values<moving_sum>},
    {Class::moving_functions, "static double unweightedAvg(double[])", of_values<moving_average>},
    {Class::moving_functions, "static double linearWeightedAvg(double[])",
     of_values<moving_linear_average>},
    {Class::moving_functions, "static double stdDev(double[], double)",
     of_values_and_one<moving_deviation>},
    {Class::moving_functions, "static double ewma(double[], double)",
     of_values_and_one<moving_exponential_average>},
    {Class::moving_functions, "static double holt(double[], double, double)", holt},
    {Class::moving_functions,
     "static double holtWinters(double[], double, double, double, int, boolean)", holt_winters},
};

}  // namespace

std::span<const MethodRow> moving_methods() {
    return rows;
}

}  // namespace elkhorn::script
