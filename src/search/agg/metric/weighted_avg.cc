// search/agg/metric/weighted_avg.cc -- weighted_avg: the sum of value times weight over the sum of
// weights. Several values of a document share its weight; several weights are refused.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/values/source.h"

#include <fmt/format.h>

#include <cmath>

namespace elkhorn::search::agg::weighted_avg {
namespace {

class WeightedAvg final : public Aggregator {
public:
    struct Settings {
        SourceOptions value;
        SourceOptions weight;
        std::string format;
    };

    WeightedAvg(Common common, Settings settings)
        : Aggregator(std::move(common)), settings_(std::move(settings)) {}

    Shape shape() const override { return Shape::single_metric; }

    bool may_have_children() const override { return false; }

    Answer<> bind(const RequestContext& request) override {
        for (const auto& [name, options] :
             {std::pair("value", &settings_.value), std::pair("weight", &settings_.weight)}) {
            if (options->given()) continue;
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("Could not find field name [{}] in multiValuesSource", name));
        }
        ASK(value_.bind(request, common_, settings_.value, {}));
        ASK(weight_.bind(request, common_, settings_.weight, {}));
        format_ =
            settings_.format.empty() ? value_.format() : ValueFormat::decimal(settings_.format);
        return {};
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(grow(states_, selection.bucket_count));
        std::vector<double> weights(context.rows(), std::nan(""));
        bool several = false;
        const NumberColumn weight = ASK(weight_.numbers(context, selection));
        weight.visit([&](const auto& column) {
            for_each_row_value(selection, column,
                               [&](std::uint32_t row, std::uint32_t, double number, bool first) {
                                   several = several || !first;
                                   weights[row] = number;
                               });
        });
        if (several) {
            return refuse_execution(
                "Encountered more than one weight for a single document. Use a script to combine "
                "multiple weights-per-doc into a single value.");
        }
        const NumberColumn value = ASK(value_.numbers(context, selection));
        value.visit([&](const auto& column) {
            for_each_row_value(selection, column,
                               [&](std::uint32_t row, std::uint32_t bucket, double number, bool) {
                                   if (std::isnan(weights[row])) return;
                                   states_[bucket].sum += number * weights[row];
                                   states_[bucket].weights += weights[row];
                               });
        });
        return {};
    }

    Answer<> render(json::Writer& out, std::uint32_t bucket) override {
        const double value = metric(bucket, "");
        out.key("value");
        if (!std::isfinite(value)) {
            out.null();
            return {};
        }
        out.value(value);
        if (format_.shown()) out.member("value_as_string", format_.text(value));
        return {};
    }

    double metric(std::uint32_t bucket, std::string_view /*key*/) const override {
        return bucket < states_.size() ? states_[bucket].sum / states_[bucket].weights
                                       : std::nan("");
    }

    bool has_metric(std::string_view key) const override { return key.empty() || key == "value"; }

private:
    struct State {
        double sum = 0;
        double weights = 0;
    };

    template <typename T, typename Visit>
    static void for_each_row_value(const Selection& selection, const store::ColumnValues<T>& column,
                                   Visit&& visit) {
        selection.for_each([&](std::uint32_t row, std::uint32_t bucket) {
            const auto first = column.rows.first(row);
            for (auto i = first; i < column.rows.last(row); ++i) {
                visit(row, bucket, static_cast<double>(column.values[i]), i == first);
            }
        });
    }

    Settings settings_;
    Source value_;
    Source weight_;
    ValueFormat format_;
    std::vector<State> states_;
};

SourceOptions read_part(Options& options, std::string_view key) {
    const event::Value* part = options.object(key);
    if (part == nullptr) return {};
    Options inner("weighted_avg", options.name(), *part);
    SourceOptions source = SourceOptions::read(inner, false, false);
    if (auto read = inner.finish(); !read)
        options.fail(key, read.error().type, read.error().reason);
    return source;
}

Made make_weighted_avg(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    WeightedAvg::Settings settings;
    settings.value = read_part(options, "value");
    settings.weight = read_part(options, "weight");
    settings.format = options.text("format").value_or("");
    ASK(options.finish());
    return std::make_unique<WeightedAvg>(std::move(common), std::move(settings));
}

constexpr Parameter members[] = {
    {"value", Takes::object},
    {"weight", Takes::object},
    {"format", Takes::text},
    {"value_type", Takes::text, Use::no_effect, "a field's values are of the field's type"},
};

constexpr AggregationKind kinds[] = {
    {"weighted_avg", make_weighted_avg, {members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::weighted_avg
