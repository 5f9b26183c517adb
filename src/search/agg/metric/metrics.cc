// search/agg/metric/metrics.cc -- min, max, sum, avg, stats, extended_stats: numbers of the
// selected rows added up by bucket. Sums are compensated as Elasticsearch's are (Kahan), so that
// they agree to the last digit.
//
// Over a whole row group min and max are the column's own and nothing is decoded.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/values/compensated_sum.h"
#include "search/agg/values/source.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>

namespace elkhorn::search::agg::metrics {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const double nothing = std::nan("");

/// How a metric is written: "value", and its text where the format shows one.
void write_value(json::Writer& out, double value, bool known, const ValueFormat& format) {
    out.key("value");
    if (!known) {
        out.null();
        return;
    }
    out.value(value);
    if (format.shown()) out.member("value_as_string", format.text(value));
}

struct Min {
    static constexpr bool single = true;
    double value = infinity;

    void add(double x) { value = x < value ? x : value; }

    void add(const Min& other) { add(other.value); }

    double metric(std::string_view /*key*/) const { return value; }

    void write(json::Writer& out, const ValueFormat& format, double /*sigma*/) const {
        write_value(out, value, std::isfinite(value), format);
    }
};

struct Max {
    static constexpr bool single = true;
    double value = -infinity;

    void add(double x) { value = x > value ? x : value; }

    void add(const Max& other) { add(other.value); }

    double metric(std::string_view /*key*/) const { return value; }

    void write(json::Writer& out, const ValueFormat& format, double /*sigma*/) const {
        write_value(out, value, std::isfinite(value), format);
    }
};

struct Sum {
    static constexpr bool single = true;
    CompensatedSum sum;

    void add(double x) { sum.add(x); }

    void add(const Sum& other) { sum.add(other.sum); }

    double metric(std::string_view /*key*/) const { return sum.value; }

    void write(json::Writer& out, const ValueFormat& format, double /*sigma*/) const {
        write_value(out, sum.value, true, format);
    }
};

struct Avg {
    static constexpr bool single = true;
    CompensatedSum sum;
    std::uint64_t count = 0;

    void add(double x) {
        sum.add(x);
        ++count;
    }

    void add(const Avg& other) {
        sum.add(other.sum);
        count += other.count;
    }

    double metric(std::string_view /*key*/) const {
        return count == 0 ? nothing : sum.value / static_cast<double>(count);
    }

    void write(json::Writer& out, const ValueFormat& format, double /*sigma*/) const {
        write_value(out, metric({}), count > 0, format);
    }
};

/// A number's text; booleans are written bare here, as Elasticsearch does.
void write_text(json::Writer& out, std::string_view name, double value, const ValueFormat& format) {
    out.key(name);
    if (format.kind() == ValueFormat::Kind::boolean) {
        out.value(value != 0);
    } else {
        out.value(format.text(value));
    }
}

struct Stats {
    static constexpr bool single = false;
    Min min;
    Max max;
    Avg avg;

    void add(double x) {
        min.add(x);
        max.add(x);
        avg.add(x);
    }

    void add(const Stats& other) {
        min.add(other.min);
        max.add(other.max);
        avg.add(other.avg);
    }

    double metric(std::string_view key) const {
        if (key == "min") return min.value;
        if (key == "max") return max.value;
        if (key == "sum") return avg.sum.value;
        if (key == "count") return static_cast<double>(avg.count);
        return avg.metric({});
    }

    void write(json::Writer& out, const ValueFormat& format, double /*sigma*/) const {
        out.member("count", avg.count);
        if (avg.count == 0) {
            out.key("min").null().key("max").null().key("avg").null();
            out.member("sum", 0.0);
            return;
        }
        const std::array<std::pair<std::string_view, double>, 4> all = {{{"min", min.value},
                                                                         {"max", max.value},
                                                                         {"avg", avg.metric({})},
                                                                         {"sum", avg.sum.value}}};
        for (const auto& [name, value] : all)
            out.member(name, value);
        if (!format.shown()) return;
        for (const auto& [name, value] : all) {
            write_text(out, fmt::format("{}_as_string", name), value, format);
        }
    }
};

struct ExtendedStats {
    static constexpr bool single = false;
    static constexpr std::array<std::string_view, 7> names = {
        "sum_of_squares",        "variance",      "variance_population",
        "variance_sampling",     "std_deviation", "std_deviation_population",
        "std_deviation_sampling"};
    static constexpr std::array<std::string_view, 6> bounds = {
        "upper",          "lower",         "upper_population", "lower_population",
        "upper_sampling", "lower_sampling"};
    Stats stats;
    CompensatedSum squares;

    void add(double x) {
        stats.add(x);
        squares.add(x * x);
    }

    void add(const ExtendedStats& other) {
        stats.add(other.stats);
        squares.add(other.squares);
    }

    double variance(bool sampling) const {
        const auto count = static_cast<double>(stats.avg.count);
        const double sum = stats.avg.sum.value;
        const double value = (squares.value - sum * sum / count) / (sampling ? count - 1 : count);
        return value < 0 ? 0 : value;
    }

    double bound(std::string_view name, double sigma) const {
        const double deviation = std::sqrt(variance(name.ends_with("_sampling"))) * sigma;
        return stats.avg.metric({}) + (name.starts_with("upper") ? deviation : -deviation);
    }

    double metric(std::string_view key) const { return number(key, 2); }

    double number(std::string_view key, double sigma) const {
        const bool sampling = key.ends_with("_sampling");
        if (key == "sum_of_squares") return squares.value;
        if (key.starts_with("variance")) return variance(sampling);
        if (key.starts_with("std_deviation")) return std::sqrt(variance(sampling));
        if (key.starts_with("std_")) return bound(key.substr(4), sigma);
        return stats.metric(key);
    }

    void write(json::Writer& out, const ValueFormat& format, double sigma) const {
        stats.write(out, format, sigma);
        const bool known = stats.avg.count > 0;
        const auto write_number = [&](std::string_view name, double value) {
            out.key(name);
            if (!known) {
                out.null();
            } else if (std::isnan(value)) {
                out.value("NaN");
            } else {
                out.value(value);
            }
        };
        for (const auto name : names)
            write_number(name, known ? number(name, sigma) : 0);
        out.key("std_deviation_bounds").begin_object();
        for (const auto name : bounds)
            write_number(name, known ? bound(name, sigma) : 0);
        out.end_object();
        if (!known || !format.shown()) return;
        for (const auto name : names) {
            const std::string shown = fmt::format("{}_as_string", name);
            if (name.starts_with("std")) {
                out.member(shown, format.text(number(name, sigma)));
            } else {
                write_text(out, shown, number(name, sigma), format);
            }
        }
        out.key("std_deviation_bounds_as_string").begin_object();
        for (const auto name : bounds)
            out.member(name, format.text(bound(name, sigma)));
        out.end_object();
    }
};

constexpr std::array<std::string_view, 5> stats_names = {"min", "max", "sum", "avg", "count"};
constexpr std::array<std::string_view, 13> more_names = {"sum_of_squares",
                                                         "variance",
                                                         "variance_population",
                                                         "variance_sampling",
                                                         "std_deviation",
                                                         "std_deviation_population",
                                                         "std_deviation_sampling",
                                                         "std_upper",
                                                         "std_lower",
                                                         "std_upper_population",
                                                         "std_lower_population",
                                                         "std_upper_sampling",
                                                         "std_lower_sampling"};

template <typename State>
class Metric final : public Aggregator {
public:
    Metric(Common common, SourceOptions options, double sigma)
        : Aggregator(std::move(common)), options_(std::move(options)), sigma_(sigma) {}

    Shape shape() const override {
        return State::single ? Shape::single_metric : Shape::multi_metric;
    }

    bool may_have_children() const override { return false; }

    Answer<> bind(const RequestContext& request) override {
        return source_.bind(request, common_, options_, {});
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(grow(states_, selection.bucket_count));
        if (from_metadata(context, selection)) return {};
        const NumberColumn numbers = ASK(source_.numbers(context, selection));
        numbers.visit([&](const auto& column) {
            if (selection.all_in_first()) {
                State state = states_[0];  // a copy, so that it stays in registers
                for_each_value(selection, column, [&](std::uint32_t, auto value) {
                    state.add(static_cast<double>(value));
                });
                states_[0] = state;
                return;
            }
            for_each_value(selection, column, [&](std::uint32_t bucket, auto value) {
                states_[bucket].add(static_cast<double>(value));
            });
        });
        return {};
    }

    bool merges() const override { return true; }

    Answer<> merge(Aggregator& other, BucketMap above) override {
        return merge_states(states_, static_cast<Metric&>(other).states_, above,
                            [](State& mine, const State& more) { mine.add(more); });
    }

    Answer<> render(json::Writer& out, std::uint32_t bucket) override {
        state(bucket).write(out, source_.format(), sigma_);
        return {};
    }

    double metric(std::uint32_t bucket, std::string_view key) const override {
        if constexpr (std::is_same_v<State, ExtendedStats>)
            return state(bucket).number(key, sigma_);
        return state(bucket).metric(key);
    }

    bool has_metric(std::string_view key) const override {
        if (State::single) return key.empty() || key == "value";
        if (std::ranges::find(stats_names, key) != stats_names.end()) return true;
        return std::is_same_v<State, ExtendedStats> &&
               std::ranges::find(more_names, key) != more_names.end();
    }

private:
    State state(std::uint32_t bucket) const {
        return bucket < states_.size() ? states_[bucket] : State();
    }

    bool from_metadata(const GroupContext& context, const Selection& selection) {
        if constexpr (std::is_same_v<State, Min> || std::is_same_v<State, Max>) {
            const store::Column* column = selection.whole ? source_.column(context) : nullptr;
            if (column == nullptr || column->value_count() == 0) return false;
            const bool whole = column->kind() == store::ColumnKind::integer;
            constexpr bool least = std::is_same_v<State, Min>;
            const double integer =
                static_cast<double>(least ? column->min_integer() : column->max_integer());
            states_[0].add(whole ? integer : least ? column->min_real() : column->max_real());
            return true;
        }
        return false;
    }

    SourceOptions options_;
    double sigma_;
    Source source_;
    std::vector<State> states_;
};

/// value_count: how many values, of any type.
class ValueCount final : public Aggregator {
public:
    ValueCount(Common common, SourceOptions options)
        : Aggregator(std::move(common)), options_(std::move(options)) {}

    Shape shape() const override { return Shape::single_metric; }

    bool may_have_children() const override { return false; }

    Answer<> bind(const RequestContext& request) override {
        SourceRule rule;
        rule.texts = rule.addresses = rule.anything = true;
        rule.unmapped = ValueKind::text;
        return source_.bind(request, common_, options_, rule);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(grow(counts_, selection.bucket_count));
        const store::Column* column = selection.whole ? source_.column(context) : nullptr;
        if (column != nullptr && column->value_count() == column->rows_with_value()) {
            counts_[0] += column->value_count();
            return {};
        }
        const NumberColumn numbers = ASK(source_.numbers(context, selection));
        numbers.visit([&](const auto& values) {
            for_each_value(selection, values,
                           [&](std::uint32_t bucket, auto) { ++counts_[bucket]; });
        });
        const TermColumn terms = ASK(source_.terms(context, selection));
        if (terms.none()) return {};
        if (source_.of_documents()) {  // a script's list may hold a text twice, a field does not
            for_each_value(selection, *terms.ordinals,
                           [&](std::uint32_t bucket, std::uint32_t) { ++counts_[bucket]; });
            return {};
        }
        for_each_distinct(
            selection, *terms.ordinals,
            [&](std::uint32_t, std::uint32_t bucket, std::uint32_t) { ++counts_[bucket]; });
        return {};
    }

    bool merges() const override { return true; }

    Answer<> merge(Aggregator& other, BucketMap above) override {
        return merge_states(counts_, static_cast<ValueCount&>(other).counts_, above,
                            [](std::uint64_t& mine, std::uint64_t more) { mine += more; });
    }

    Answer<> render(json::Writer& out, std::uint32_t bucket) override {
        out.member("value", bucket < counts_.size() ? counts_[bucket] : 0);
        return {};
    }

    double metric(std::uint32_t bucket, std::string_view /*key*/) const override {
        return bucket < counts_.size() ? static_cast<double>(counts_[bucket]) : 0;
    }

    bool has_metric(std::string_view key) const override { return key.empty() || key == "value"; }

private:
    SourceOptions options_;
    Source source_;
    std::vector<std::uint64_t> counts_;
};

template <typename State>
Made make(Common common, SourceOptions options, double sigma = 2) {
    return std::make_unique<Metric<State>>(std::move(common), std::move(options), sigma);
}

Made make_metric(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    SourceOptions source = SourceOptions::read(options, true, false);
    double sigma = 2;
    if (common.type == "extended_stats") {
        sigma = options.real("sigma").value_or(2);
        if (sigma < 0) {
            std::string shown;
            text::append_json_real(shown, sigma);
            options.fail(
                "sigma", "illegal_argument_exception",
                fmt::format("[sigma] must be greater than or equal to 0. Found [{}] in [{}]", shown,
                            common.name));
        }
    }
    ASK(options.finish());
    ASK(source.check());
    const std::string type = common.type;
    if (type == "min") return make<Min>(std::move(common), std::move(source));
    if (type == "max") return make<Max>(std::move(common), std::move(source));
    if (type == "sum") return make<Sum>(std::move(common), std::move(source));
    if (type == "avg") return make<Avg>(std::move(common), std::move(source));
    if (type == "stats") return make<Stats>(std::move(common), std::move(source));
    return make<ExtendedStats>(std::move(common), std::move(source), sigma);
}

Made make_value_count(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    SourceOptions source = SourceOptions::read(options, true, false);
    ASK(options.finish());
    ASK(source.check());
    return std::make_unique<ValueCount>(std::move(common), std::move(source));
}

constexpr Parameter sigma_members[] = {{"sigma", Takes::real}};

constexpr AggregationKind kinds[] = {
    {"min", make_metric, {source_members, format_members}},
    {"max", make_metric, {source_members, format_members}},
    {"sum", make_metric, {source_members, format_members}},
    {"avg", make_metric, {source_members, format_members}},
    {"stats", make_metric, {source_members, format_members}},
    {"extended_stats", make_metric, {source_members, format_members, sigma_members}},
    {"value_count", make_value_count, {source_members, format_members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::metrics
