// search/agg/pipeline/serial_diff.cc -- serial_diff: what a number differs by from the one "lag"
// buckets before, where both are there.

#include "search/agg/core/pipeline_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace elkhorn::search::agg::serial_diff {
namespace {

class SerialDiff final : public ParentPipeline {
public:
    SerialDiff(Common common, Settings settings, std::size_t lag)
        : ParentPipeline(std::move(common), std::move(settings)), lag_(lag) {}

    std::string typed_name() const override { return "simple_value"; }

    Answer<> apply(MultiBucket& parent, BucketList& list) const override {
        std::vector<double> numbers(list.buckets.size());
        std::vector<PipelineValue> made(list.buckets.size());
        for (std::size_t i = 0; i < list.buckets.size(); ++i) {
            numbers[i] =
                ASK(number(parent, list, i, settings().paths[0].second, settings().insert_zeros));
            if (i < lag_) continue;
            const double difference = numbers[i] - numbers[i - lag_];
            if (!std::isnan(difference)) made[i] = {true, difference, 0};
        }
        list.made[place()] = std::move(made);
        return {};
    }

protected:
    bool needs_histogram() const override { return true; }

private:
    std::size_t lag_;
};

MadePipeline make(Common common, PipelineOptions& options) {
    std::int64_t lag = 1;
    if (const event::Value* given = options.rest().any("lag")) {
        if (!given->is(event::Kind::integer)) return options.unexpected({"lag", *given});
        lag = given->as_integer();
    }
    if (lag <= 0) {
        return refuse_parsing(
            fmt::format("Lag must be a positive, non-zero integer.  Value supplied was{} in [{}]: "
                        "[lag].",
                        lag, options.name()));
    }
    if (options.settings().paths.empty()) {
        // It says so there as well.
        return refuse_parsing(
            fmt::format("Missing required field [buckets_path] for derivative aggregation [{}]",
                        options.name()));
    }
    ASK(options.finish());
    return std::make_unique<SerialDiff>(std::move(common), std::move(options.settings()),
                                        static_cast<std::size_t>(lag));
}

constexpr Parameter members[] = {{"lag", Takes::integer}};

constexpr PipelineKind kinds[] = {
    {"serial_diff", make, {path_member, gap_member, format_member, members}, PipelineWords::token}};

}  // namespace

extern constinit const PipelineKinds spec{kinds};

}  // namespace elkhorn::search::agg::serial_diff
