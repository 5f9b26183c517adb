// search/agg/pipeline/cumulative_cardinality.cc -- cumulative_cardinality: how many different
// values there were in the buckets so far. What the cardinality beside it counted in is put
// together, so it is as exact as that one.

#include "search/agg/core/pipeline_kind.h"
#include "search/agg/values/sketch.h"

#include <fmt/format.h>

namespace elkhorn::search::agg::cumulative_cardinality {
namespace {

class CumulativeCardinality final : public ParentPipeline {
public:
    using ParentPipeline::ParentPipeline;

    std::string typed_name() const override { return "simple_long_value"; }

    Answer<> check(const Children& beside, const Aggregator* parent) const override {
        if (settings().paths.size() != 1) {
            return refuse_validation(fmt::format(
                "buckets_path must contain a single entry for aggregation [{}]", name()));
        }
        ASK(ParentPipeline::check(beside, parent));
        if (dynamic_cast<const CountsDistinct*>(beside.find(settings().paths[0].second)) ==
            nullptr) {
            return refuse_validation(fmt::format(
                "buckets_path of [{}] must be the name of a cardinality beside it", name()));
        }
        return {};
    }

    Answer<> apply(MultiBucket& parent, BucketList& list) const override {
        const auto& counted = dynamic_cast<const CountsDistinct&>(
            *parent.children().find(settings().paths[0].second));
        std::vector<PipelineValue> made(list.buckets.size());
        CardinalitySketch all;
        for (std::size_t i = 0; i < list.buckets.size(); ++i) {
            const CardinalitySketch* const more = counted.sketch(list.buckets[i].ordinal);
            if (more != nullptr) all.add(*more, counted.threshold());
            made[i] = {true, static_cast<double>(all.count()), 0};
        }
        list.made[place()] = std::move(made);
        return {};
    }

    Answer<> render(json::Writer& out, const Children& /*beside*/, std::uint32_t /*bucket*/,
                    const BucketList* list, std::size_t index) const override {
        const double value = list->made[place()][index].value;
        out.member("value", static_cast<std::int64_t>(value));
        if (settings().format) out.member("value_as_string", format().text(value));
        return {};
    }

protected:
    bool needs_histogram() const override { return true; }
};

MadePipeline make(Common common, PipelineOptions& options) {
    ASK(options.finish());
    return std::make_unique<CumulativeCardinality>(std::move(common),
                                                   std::move(options.settings()));
}

constexpr PipelineKind kinds[] = {{"cumulative_cardinality", make, {path_member, format_member}}};

}  // namespace

extern constinit const PipelineKinds spec{kinds};

}  // namespace elkhorn::search::agg::cumulative_cardinality
