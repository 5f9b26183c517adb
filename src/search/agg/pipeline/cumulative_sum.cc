// search/agg/pipeline/cumulative_sum.cc -- cumulative_sum: the sum of a number over the buckets so
// far; one that is not there adds nothing.

#include "search/agg/core/pipeline_kind.h"

#include <fmt/format.h>

namespace elkhorn::search::agg::cumulative_sum {
namespace {

class CumulativeSum final : public ParentPipeline {
public:
    using ParentPipeline::ParentPipeline;

    std::string typed_name() const override { return "simple_value"; }

    Answer<> check(const Children& beside, const Aggregator* parent) const override {
        if (settings().paths.size() != 1) {
            return refuse_validation(fmt::format(
                "buckets_path must contain a single entry for aggregation [{}]", name()));
        }
        return ParentPipeline::check(beside, parent);
    }

    Answer<> apply(MultiBucket& parent, BucketList& list) const override {
        std::vector<PipelineValue> made(list.buckets.size());
        double sum = 0;
        for (std::size_t i = 0; i < list.buckets.size(); ++i) {
            sum += ASK(number(parent, list, i, settings().paths[0].second, true));
            made[i] = {true, sum, 0};
        }
        list.made[place()] = std::move(made);
        return {};
    }

protected:
    bool needs_histogram() const override { return true; }
};

MadePipeline make(Common common, PipelineOptions& options) {
    ASK(options.finish());
    return std::make_unique<CumulativeSum>(std::move(common), std::move(options.settings()));
}

constexpr PipelineKind kinds[] = {{"cumulative_sum", make, {path_member, format_member}}};

}  // namespace

extern constinit const PipelineKinds spec{kinds};

}  // namespace elkhorn::search::agg::cumulative_sum
