// search/agg/metric/rate.cc -- rate: documents, values or their sum in a unit of time, inside a
// histogram of dates: of a bucket of an hour with 7,200 documents 2 a second.
//
// A bucket's own length counts where the unit is a week or less (a day may have 23 hours, a month
// 28 days); months, quarters and years are so many months of each other.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/values/compensated_sum.h"
#include "search/agg/values/rounding.h"
#include "search/agg/values/source.h"

#include <fmt/format.h>

#include <array>

namespace elkhorn::search::agg::rate {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t ms;
    int months;
};

constexpr std::array units = {Unit{"second", 1'000, 0},
                              Unit{"minute", 60'000, 0},
                              Unit{"hour", 3'600'000, 0},
                              Unit{"day", 86'400'000, 0},
                              Unit{"week", 7 * 86'400'000LL, 0},
                              Unit{"month", 0, 1},
                              Unit{"quarter", 0, 3},
                              Unit{"year", 0, 12}};

struct Settings {
    SourceOptions source;
    std::optional<Unit> unit;  // nothing: the histogram's interval, whatever it is
    std::string unit_name;
    bool counts = false;  // values, not their sum
};

class Rate final : public Aggregator {
public:
    Rate(Common common, Settings settings)
        : Aggregator(std::move(common)), settings_(std::move(settings)) {}

    Shape shape() const override { return Shape::single_metric; }

    bool may_have_children() const override { return false; }

    Answer<> bind(const RequestContext& request) override {
        bool inside = false;
        for (const Aggregator* around = parent(); around != nullptr; around = around->parent())
            inside = inside || around->type() == "date_histogram";
        if (!inside) {
            return refuse_in_phase("illegal_argument_exception",
                                   "The rate aggregation can only be used inside a date histogram");
        }
        if (!settings_.source.given()) return {};
        SourceRule rule;
        rule.texts = rule.addresses = settings_.counts;
        return source_.bind(request, common_, settings_.source, rule);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(grow(sums_, selection.bucket_count));
        if (!settings_.source.given()) {
            selection.for_each(
                [this](std::uint32_t, std::uint32_t bucket) { sums_[bucket].add(1.0); });
            return {};
        }
        const NumberColumn numbers = ASK(source_.numbers(context, selection));
        numbers.visit([&](const auto& column) {
            for_each_value(selection, column, [&](std::uint32_t bucket, auto value) {
                sums_[bucket].add(settings_.counts ? 1.0 : static_cast<double>(value));
            });
        });
        if (!settings_.counts) return {};
        const TermColumn terms = ASK(source_.terms(context, selection));
        if (terms.none()) return {};
        for_each_distinct(
            selection, *terms.ordinals,
            [&](std::uint32_t, std::uint32_t bucket, std::uint32_t) { sums_[bucket].add(1.0); });
        return {};
    }

    bool merges() const override { return true; }

    Answer<> merge(Aggregator& other, BucketMap above) override {
        return merge_states(
            sums_, static_cast<Rate&>(other).sums_, above,
            [](CompensatedSum& mine, const CompensatedSum& more) { mine.add(more); });
    }

    /// Here the buckets around it are all there.
    Answer<> finish() override {
        ASK(grow(rates_, sums_.size()));
        for (std::uint32_t bucket = 0; bucket < sums_.size(); ++bucket)
            rates_[bucket] = ASK(rate(bucket));
        return {};
    }

    Answer<> render(json::Writer& out, std::uint32_t bucket) override {
        const double value = metric(bucket, {});
        out.member("value", value);
        const bool shown = !settings_.source.format.empty();
        if (shown) {
            out.member("value_as_string",
                       ValueFormat::decimal(settings_.source.format).text(value));
        }
        return {};
    }

    double metric(std::uint32_t bucket, std::string_view /*key*/) const override {
        return bucket < rates_.size() ? rates_[bucket] : 0;
    }

    bool has_metric(std::string_view key) const override { return key.empty() || key == "value"; }

private:
    Answer<double> rate(std::uint32_t bucket) {
        const double sum = sums_[bucket].value;
        if (!settings_.unit || sum == 0) return sum;
        const auto span = parent()->time_span(bucket);
        if (!span) {
            return refuse_execution(fmt::format(
                "rate [{}] cannot tell how long its buckets are: put it right below the "
                "date_histogram, or below terms, filters or ranges of it",
                name()));
        }
        if (settings_.unit->months == 0)
            return sum / (static_cast<double>(span->ms) / static_cast<double>(settings_.unit->ms));
        if (span->months == 0) {
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("Cannot use month-based rate unit [{}] with non-month based calendar "
                            "interval histogram, only week, day, hour, minute and second are "
                            "supported for this histogram",
                            settings_.unit_name));
        }
        return sum / (static_cast<double>(span->months) / settings_.unit->months);
    }

    Settings settings_;
    Source source_;
    std::vector<CompensatedSum> sums_;
    std::vector<double> rates_;  // once all rows were seen
};

/// Both ways to write one: "month", "1M".
std::optional<Unit> unit_of(std::string_view text) {
    const auto calendar = calendar_unit(text);
    if (!calendar) return std::nullopt;
    return units[static_cast<std::size_t>(*calendar)];
}

Made make_rate(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    Settings settings;
    settings.source = SourceOptions::read(options, true, false);
    if (const auto unit = options.text("unit")) {
        settings.unit_name = *unit;
        settings.unit = unit_of(*unit);
        if (!settings.unit) {
            options.fail("unit", "illegal_argument_exception",
                         fmt::format("Unsupported unit {}", *unit));
        }
    }
    if (const auto mode = options.text("mode")) {
        if (*mode != "sum" && *mode != "value_count") {
            options.fail("mode", "illegal_argument_exception",
                         fmt::format("Unsupported rate mode {}", *mode));
        }
        if (!settings.source.given()) {
            options.fail("mode", "illegal_argument_exception",
                         "The mode parameter is only supported with field or script");
        }
        settings.counts = *mode == "value_count";
    }
    ASK(options.finish());
    return std::make_unique<Rate>(std::move(common), std::move(settings));
}

constexpr Parameter members[] = {
    {"unit", Takes::text},
    {"mode", Takes::text},
};

constexpr AggregationKind kinds[] = {
    {"rate", make_rate, {source_members, format_members, members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::rate
