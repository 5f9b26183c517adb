// search/agg/pipeline/derivative.cc -- derivative: what a number differs by from the one of the
// bucket before; with "unit" also how much that is in each unit of time.

#include "search/agg/core/pipeline_kind.h"
#include "search/agg/values/interval.h"

namespace elkhorn::search::agg::derivative {
namespace {

class Derivative final : public ParentPipeline {
public:
    Derivative(Common common, Settings settings, std::int64_t unit_ms)
        : ParentPipeline(std::move(common), std::move(settings)), unit_ms_(unit_ms) {}

    Answer<> apply(MultiBucket& parent, BucketList& list) const override {
        std::vector<PipelineValue> made(list.buckets.size());
        double last = no_number;
        for (std::size_t i = 0; i < list.buckets.size(); ++i) {
            const double value =
                ASK(number(parent, list, i, settings().paths[0].second, settings().insert_zeros));
            made[i].shown = i > 0;
            made[i].value = value - last;
            if (i > 0 && unit_ms_ > 0) {
                const double distance =
                    parent.key_number(list.buckets[i]) - parent.key_number(list.buckets[i - 1]);
                made[i].normalized = made[i].value / (distance / static_cast<double>(unit_ms_));
            }
            last = value;
        }
        list.made[place()] = std::move(made);
        return {};
    }

    Answer<> render(json::Writer& out, const Children& beside, std::uint32_t bucket,
                    const BucketList* list, std::size_t index) const override {
        ASK(ParentPipeline::render(out, beside, bucket, list, index));
        if (unit_ms_ > 0)
            write_number(out, "normalized_value", list->made[place()][index].normalized);
        return {};
    }

protected:
    bool needs_histogram() const override { return true; }

private:
    std::int64_t unit_ms_;  // 0: none is asked for
};

Answer<std::int64_t> read_unit(const std::optional<std::string>& given) {
    if (!given) return 0;
    if (const auto unit = calendar_unit(*given); unit && *unit <= CalendarUnit::week)
        return TimeRounding::calendar(*unit, text::TimeZone::utc(), 0).length_ms();
    const auto span = parse_time_span(*given, "DerivativePipelineAggregationBuilder.unit");
    if (!span) return refuse_in_phase("illegal_argument_exception", span.error().message);
    return *span;
}

MadePipeline make(Common common, PipelineOptions& options) {
    const auto unit = options.rest().text("unit");
    ASK(options.finish());
    return std::make_unique<Derivative>(std::move(common), std::move(options.settings()),
                                        ASK(read_unit(unit)));
}

constexpr Parameter members[] = {{"unit", Takes::text}};

constexpr PipelineKind kinds[] = {
    {"derivative", make, {path_member, gap_member, format_member, members}, PipelineWords::token}};

}  // namespace

extern constinit const PipelineKinds spec{kinds};

}  // namespace elkhorn::search::agg::derivative
