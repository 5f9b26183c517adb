// search/agg/metric/boxplot.cc -- boxplot: least and greatest value, and the quartiles between them
// from a digest, which is exact for some thousands of values.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/values/digest.h"
#include "search/agg/values/source.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>

namespace elkhorn::search::agg::boxplot {
namespace {

struct State {
    Digest digest;
    double min = std::numeric_limits<double>::infinity();
    double max = -std::numeric_limits<double>::infinity();
};

class Boxplot final : public Aggregator {
public:
    Boxplot(Common common, SourceOptions options, double compression)
        : Aggregator(std::move(common)), options_(std::move(options)), compression_(compression) {}

    Shape shape() const override { return Shape::multi_metric; }

    bool may_have_children() const override { return false; }

    Answer<> bind(const RequestContext& request) override {
        SourceRule rule;
        rule.dates = false;
        return source_.bind(request, common_, options_, rule);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(grow(states_, selection.bucket_count));
        const NumberColumn numbers = ASK(source_.numbers(context, selection));
        numbers.visit([&](const auto& column) {
            for_each_value(selection, column, [&](std::uint32_t bucket, auto value) {
                const auto number = static_cast<double>(value);
                State& state = states_[bucket];
                state.digest.add(number, compression_);
                state.min = std::min(state.min, number);
                state.max = std::max(state.max, number);
            });
        });
        std::size_t size_bytes = 0;
        for (const State& state : states_)
            size_bytes += state.digest.memory_bytes();
        ASK(ledger().hold(size_bytes > held_bytes_ ? size_bytes - held_bytes_ : 0));
        held_bytes_ = std::max(held_bytes_, size_bytes);
        return {};
    }

    Answer<> render(json::Writer& out, std::uint32_t bucket) override {
        for (const auto name : names) {
            const double value = metric(bucket, name);
            out.key(name);
            if (std::isnan(value)) {
                out.value("NaN");
            } else if (std::isinf(value)) {
                out.value(value > 0 ? "Infinity" : "-Infinity");
            } else {
                out.value(value);
            }
        }
        for (const auto name : names) {
            const double value = metric(bucket, name);
            if (source_.format().shown() && std::isfinite(value))
                out.member(fmt::format("{}_as_string", name), source_.format().text(value));
        }
        return {};
    }

    double metric(std::uint32_t bucket, std::string_view key) const override {
        const bool there = bucket < states_.size() && !states_[bucket].digest.empty();
        if (key == "min")
            return there ? states_[bucket].min : std::numeric_limits<double>::infinity();
        if (key == "max")
            return there ? states_[bucket].max : -std::numeric_limits<double>::infinity();
        if (!there) return std::nan("");
        states_[bucket].digest.settle();
        const double quartile = key == "q1" ? 0.25 : key == "q2" ? 0.5 : 0.75;
        return states_[bucket].digest.quantile(quartile);
    }

    bool has_metric(std::string_view key) const override {
        return std::ranges::find(names, key) != names.end();
    }

private:
    static constexpr std::array<std::string_view, 5> names = {"min", "max", "q1", "q2", "q3"};

    SourceOptions options_;
    double compression_;
    Source source_;
    mutable std::vector<State> states_;  // settled when first asked
    std::size_t held_bytes_ = 0;
};

Made make_boxplot(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    SourceOptions source = SourceOptions::read(options, true, false);
    const double compression = options.real("compression").value_or(100);
    if (!(compression >= 0)) {
        options.fail("compression", "illegal_argument_exception",
                     fmt::format("[compression] must be greater than or equal to 0. Found [{}] in "
                                 "[{}]",
                                 compression, common.name));
    }
    ASK(options.finish());
    ASK(source.check());
    return std::make_unique<Boxplot>(std::move(common), std::move(source), compression);
}

constexpr Parameter members[] = {{"compression", Takes::real}};

constexpr AggregationKind kinds[] = {
    {"boxplot", make_boxplot, {source_members, format_members, members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::boxplot
