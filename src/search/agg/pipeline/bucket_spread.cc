// search/agg/pipeline/bucket_spread.cc -- how the numbers of a list's buckets are spread:
// percentiles_bucket, each percentile one of the numbers, and extended_stats_bucket.

#include "base/strings.h"
#include "search/agg/core/pipeline_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace elkhorn::search::agg::bucket_spread {
namespace {

using event::Kind;
using event::Value;

std::string number_text(double value) {
    std::string out;
    text::append_json_real(out, value);
    return out;
}

class Percentiles final : public SiblingPipeline {
public:
    Percentiles(Common common, Settings settings, std::vector<double> percents, bool keyed)
        : SiblingPipeline(std::move(common), std::move(settings)),
          percents_(std::move(percents)),
          keyed_(keyed) {}

protected:
    void write(json::Writer& out, const SiblingNumbers& numbers) const override {
        std::vector<double> sorted = numbers.values;
        std::ranges::sort(sorted);
        out.key("values");
        keyed_ ? write_keyed(out, sorted) : write_list(out, sorted);
    }

private:
    static double at(const std::vector<double>& sorted, double percent) {
        if (sorted.empty()) return no_number;
        const double place = percent / 100.0 * static_cast<double>(sorted.size() - 1);
        return sorted[static_cast<std::size_t>(std::floor(place + 0.5))];
    }

    void write_keyed(json::Writer& out, const std::vector<double>& sorted) const {
        out.begin_object();
        for (const double percent : percents_)
            write_number(out, number_text(percent), at(sorted, percent));
        out.end_object();
    }

    void write_list(json::Writer& out, const std::vector<double>& sorted) const {
        out.begin_array();
        for (const double percent : percents_) {
            out.begin_object().member("key", percent);
            const double value = at(sorted, percent);
            out.key("value");
            std::isnan(value) ? out.null() : out.value(value);
            if (format().shown() && !std::isnan(value))
                out.member(number_text(percent) + "_as_string", format().text(value));
            out.end_object();
        }
        out.end_array();
    }

    std::vector<double> percents_;
    bool keyed_;
};

class ExtendedStats final : public SiblingPipeline {
public:
    ExtendedStats(Common common, Settings settings, double sigma)
        : SiblingPipeline(std::move(common), std::move(settings)), sigma_(sigma) {}

protected:
    void write(json::Writer& out, const SiblingNumbers& numbers) const override {
        const Named plain = plain_of(numbers.values);
        const Named spread = spread_of(numbers.values);
        const Named bounds = bounds_of(numbers.values);
        out.member("count", numbers.values.size());
        write_values(out, plain);
        if (numbers.values.empty()) out.member("sum", 0.0);
        write_texts(out, plain);
        write_values(out, spread);
        out.key("std_deviation_bounds").begin_object();
        write_values(out, bounds);
        out.end_object();
        write_texts(out, spread);
        if (!format().shown() || numbers.values.empty()) return;
        out.key("std_deviation_bounds_as_string").begin_object();
        for (const auto& [name, value] : bounds)
            out.member(name, format().text(value));
        out.end_object();
    }

private:
    using Named = std::vector<std::pair<std::string, double>>;

    static double sum_of(const std::vector<double>& values) {
        return std::accumulate(values.begin(), values.end(), 0.0);
    }

    static double squares_of(const std::vector<double>& values) {
        double squares = 0;
        for (const double value : values)
            squares += value * value;
        return squares;
    }

    static double variance_of(const std::vector<double>& values, bool sampling) {
        const auto count = static_cast<double>(values.size());
        const double sum = sum_of(values);
        const double variance =
            (squares_of(values) - sum * sum / count) / (sampling ? count - 1 : count);
        return variance < 0 ? 0 : variance;
    }

    static Named plain_of(const std::vector<double>& values) {
        if (values.empty()) return {{"min", no_number}, {"max", no_number}, {"avg", no_number}};
        const double sum = sum_of(values);
        return {{"min", std::ranges::min(values)},
                {"max", std::ranges::max(values)},
                {"avg", sum / static_cast<double>(values.size())},
                {"sum", sum}};
    }

    static Named spread_of(const std::vector<double>& values) {
        if (values.empty()) return unknown_spread();
        const double population = variance_of(values, false);
        const double sampling = variance_of(values, true);
        return {{"sum_of_squares", squares_of(values)},
                {"variance", population},
                {"variance_population", population},
                {"variance_sampling", sampling},
                {"std_deviation", std::sqrt(population)},
                {"std_deviation_population", std::sqrt(population)},
                {"std_deviation_sampling", std::sqrt(sampling)}};
    }

    static Named unknown_spread() {
        Named unknown;
        for (const char* name :
             {"sum_of_squares", "variance", "variance_population", "variance_sampling",
              "std_deviation", "std_deviation_population", "std_deviation_sampling"})
            unknown.emplace_back(name, no_number);
        return unknown;
    }

    Named bounds_of(const std::vector<double>& values) const {
        Named bounds;
        for (const char* kind : {"", "_population", "_sampling"}) {
            const bool sampling = std::string_view(kind) == "_sampling";
            double average = no_number;
            double width = no_number;
            if (!values.empty()) {
                average = sum_of(values) / static_cast<double>(values.size());
                width = std::sqrt(variance_of(values, sampling)) * sigma_;
            }
            bounds.emplace_back(fmt::format("upper{}", kind), average + width);
            bounds.emplace_back(fmt::format("lower{}", kind), average - width);
        }
        return bounds;
    }

    /// What is no number is null without values, and NaN as the sample of one value has it.
    static void write_values(json::Writer& out, const Named& named) {
        const bool none =
            std::ranges::all_of(named, [](const auto& one) { return std::isnan(one.second); });
        for (const auto& [name, value] : named) {
            out.key(name);
            if (!std::isnan(value)) {
                out.value(value);
            } else if (none) {
                out.null();
            } else {
                out.value("NaN");
            }
        }
    }

    void write_texts(json::Writer& out, const Named& named) const {
        if (!format().shown()) return;
        for (const auto& [name, value] : named) {
            if (!std::isnan(value)) out.member(name + "_as_string", format().text(value));
        }
    }

    double sigma_;
};

MadePipeline make_percentiles(Common common, PipelineOptions& options) {
    std::vector<double> percents{1, 5, 25, 50, 75, 95, 99};
    if (const Value* given = options.rest().any("percents")) {
        if (!given->is(Kind::array)) return options.unexpected({"percents", *given});
        percents.clear();
        for (const Value& element : given->as_array().values()) {
            const auto text = scalar_text(element);
            const auto number = text ? parse_real(*text) : std::nullopt;
            if (!number) {
                return refuse("number_format_exception",
                              fmt::format("For input string: \"{}\"", text.value_or("")));
            }
            percents.push_back(*number);
        }
    }
    const auto keyed = options.rest().boolean("keyed");
    ASK(options.finish());
    if (!std::ranges::all_of(percents, [](double p) { return p >= 0 && p <= 100; })) {
        return refuse("illegal_argument_exception",
                      "percents must only contain non-null doubles from 0.0-100.0 inclusive");
    }
    return std::make_unique<Percentiles>(std::move(common), std::move(options.settings()),
                                         std::move(percents), keyed.value_or(true));
}

MadePipeline make_extended_stats(Common common, PipelineOptions& options) {
    double sigma = 2;
    if (const Value* given = options.rest().any("sigma")) {
        if (!given->is(Kind::integer) && !given->is(Kind::real))
            return options.unexpected({"sigma", *given});
        sigma = given->is(Kind::real) ? given->as_real() : static_cast<double>(given->as_integer());
    }
    ASK(options.finish());
    if (!(sigma >= 0))
        return refuse("illegal_argument_exception", "sigma must be a non-negative double");
    return std::make_unique<ExtendedStats>(std::move(common), std::move(options.settings()), sigma);
}

constexpr Parameter percentiles_members[] = {{"percents", Takes::array}, {"keyed", Takes::flag}};
constexpr Parameter sigma_members[] = {{"sigma", Takes::real}};

constexpr PipelineKind kinds[] = {
    {"percentiles_bucket",
     make_percentiles,
     {path_member, gap_member, format_member, percentiles_members},
     PipelineWords::sibling},
    {"extended_stats_bucket",
     make_extended_stats,
     {path_member, gap_member, format_member, sigma_members},
     PipelineWords::sibling},
};

}  // namespace

extern constinit const PipelineKinds spec{kinds};

}  // namespace elkhorn::search::agg::bucket_spread
