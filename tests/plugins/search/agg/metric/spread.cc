// search/agg/metric/spread.cc -- spread: the distance from the least to the greatest value of a
// field.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/values/source.h"

#include <algorithm>
#include <limits>

namespace elkhorn::search::agg::spread {
namespace {

struct State {
    double least = std::numeric_limits<double>::infinity();
    double greatest = -std::numeric_limits<double>::infinity();
};

class Spread final : public Aggregator {
public:
    Spread(Common common, SourceOptions options)
        : Aggregator(std::move(common)), options_(std::move(options)) {}

    Shape shape() const override { return Shape::single_metric; }

    bool may_have_children() const override { return false; }

    Answer<> bind(const RequestContext& request) override {
        return source_.bind(request, common_, options_, {});
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(grow(states_, selection.bucket_count));
        const NumberColumn numbers = ASK(source_.numbers(context));
        numbers.visit([&](const auto& column) {
            for_each_value(selection, column, [&](std::uint32_t bucket, auto value) {
                State& state = states_[bucket];
                state.least = std::min(state.least, static_cast<double>(value));
                state.greatest = std::max(state.greatest, static_cast<double>(value));
            });
        });
        return {};
    }

    Answer<> render(json::Writer& out, std::uint32_t bucket) override {
        out.key("value");
        const State state = bucket < states_.size() ? states_[bucket] : State();
        if (state.least > state.greatest) {
            out.null();
        } else {
            out.value(state.greatest - state.least);
        }
        return {};
    }

private:
    SourceOptions options_;
    Source source_;
    std::vector<State> states_;
};

Made make(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    SourceOptions source = SourceOptions::read(options, false, false);
    ASK(options.finish());
    ASK(source.check());
    return std::make_unique<Spread>(std::move(common), std::move(source));
}

constexpr AggregationKind kinds[] = {{"spread", make, {source_members}}};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::spread
