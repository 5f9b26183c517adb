// search/agg/bucket/variable_width_histogram.cc -- variable_width_histogram: so many buckets as are
// asked for, of values that lie near one another (value_clusters.h). Which bucket a value goes to
// is known once all are seen, so the aggregations inside are given their rows then.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/buckets.h"
#include "search/agg/core/options.h"
#include "search/agg/figures/value_clusters.h"
#include "search/agg/values/kept_rows.h"
#include "search/agg/values/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace elkhorn::search::agg::variable_width_histogram {
namespace {

struct Settings {
    SourceOptions source;
    std::int64_t buckets = 10;
    std::int64_t shard_size = 500;
    std::int64_t initial_buffer = 5000;
};

class VariableWidthHistogram final : public MultiBucket {
public:
    VariableWidthHistogram(Common common, Settings settings)
        : MultiBucket(std::move(common)), settings_(std::move(settings)) {}

    Answer<> bind(const RequestContext& request) override {
        if (settings_.initial_buffer < settings_.buckets) {
            return too_few("initial_buffer", settings_.initial_buffer);
        }
        if (const std::int64_t most = settings_.shard_size * 3 / 4; most < settings_.buckets)
            return too_few("3/4 of shard_size", most);
        SourceRule rule;
        rule.dates = false;
        ASK(source_.bind(request, common_, settings_.source, rule));
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        if (selection.bucket_count > 1) {
            return refuse_in_phase("illegal_argument_exception",
                                   "[variable_width_histogram] cannot be nested inside an "
                                   "aggregation that collects more than a single bucket.");
        }
        const std::size_t before = clusters_.memory_bytes();
        const NumberColumn numbers = ASK(source_.numbers(context, selection));
        numbers.visit([&](const auto& column) {
            for_each_value(selection, column, [&](std::uint32_t, auto value) {
                const auto number = static_cast<double>(value);
                if (std::isfinite(number)) clusters_.add(number);
            });
        });
        const std::size_t after = clusters_.memory_bytes();
        ASK(ledger().hold(after > before ? after - before : 0));
        if (children_.none() || selection.rows.empty()) return {};
        return keep_rows(context, selection);
    }

    Answer<> finish() override {
        made_ = clusters_.make(static_cast<std::size_t>(settings_.buckets), seeds());
        for (std::size_t group = 0; group < groups_.size(); ++group)
            ASK(collect_group(groups_[group], rows_[group]));
        return children_.finish();
    }

    std::string key_text(const Bucket& bucket) const override {
        return source_.format().text(key_number(bucket));
    }

    double key_number(const Bucket& bucket) const override {
        return made_[static_cast<std::size_t>(bucket.key)].centre;
    }

protected:
    void write_key(json::Writer& out, const Bucket& bucket, bool /*keyed*/) const override {
        const ValueClusters::Cluster& cluster = made_[static_cast<std::size_t>(bucket.key)];
        for (const auto& [name, value] :
             {std::pair("min", cluster.min), std::pair("key", cluster.centre),
              std::pair("max", cluster.max)}) {
            out.member(name, value);
            if (source_.format().shown())
                out.member(fmt::format("{}_as_string", name), source_.format().text(value));
        }
    }

    Answer<std::vector<Bucket>> buckets(std::uint32_t owner) override {
        std::vector<Bucket> shown;
        for (std::size_t i = 0; owner == 0 && i < made_.size(); ++i) {
            shown.push_back(
                {static_cast<std::uint32_t>(i), made_[i].count, static_cast<std::int64_t>(i)});
        }
        return shown;
    }

private:
    /// Which shard_size there is says nothing about it, as there.
    std::size_t seeds() const { return static_cast<std::size_t>(settings_.buckets) * 50 * 3 / 4; }

    std::unexpected<Failure> too_few(std::string_view what, std::int64_t given) const {
        return refuse_in_phase("illegal_argument_exception",
                               fmt::format("{} must be at least buckets but was [{}<{}] for [{}]",
                                           what, given, settings_.buckets, name()));
    }

    Answer<> keep_rows(const GroupContext& context, const Selection& selection) {
        const std::uint32_t place = ASK(groups_.keep(context, ledger()));
        if (place >= rows_.size()) rows_.emplace_back();
        ASK(ledger().hold(selection.rows.size() * sizeof(std::uint32_t)));
        rows_[place].insert(rows_[place].end(), selection.rows.begin(), selection.rows.end());
        return {};
    }

    std::uint32_t cluster_of(double value) const {
        const auto found = std::ranges::lower_bound(made_, value, {}, &ValueClusters::Cluster::max);
        return static_cast<std::uint32_t>(found - made_.begin());
    }

    /// As many rows at once as keep what is selected of them within bounds.
    Answer<> collect_group(const GroupContext& context, std::span<const std::uint32_t> rows) {
        constexpr std::size_t most_below = std::size_t{1} << 18U;
        const std::size_t fan_out = std::max<std::size_t>(1, ASK(source_.most_values(context)));
        const std::size_t step = std::max<std::size_t>(1, most_below / fan_out);
        for (std::size_t from = 0; from < rows.size(); from += step) {
            const std::size_t size = std::min(step, rows.size() - from);
            ASK(collect_again(context, rows.subspan(from, size)));
        }
        return {};
    }

    Answer<> collect_again(const GroupContext& context, std::span<const std::uint32_t> rows) {
        Selection selection;
        selection.rows = rows;
        below_.clear();
        const NumberColumn numbers = ASK(source_.numbers(context, selection));
        numbers.visit([&](const auto& column) {
            std::uint32_t last_row = no_bucket;
            std::uint32_t last = no_bucket;
            for_each_distinct(selection, column, [&](std::uint32_t row, std::uint32_t, auto value) {
                const auto number = static_cast<double>(value);
                if (!std::isfinite(number)) return;
                const std::uint32_t bucket = cluster_of(number);
                if (row == last_row && bucket == last) return;
                last_row = row;
                last = bucket;
                below_.add(row, bucket);
            });
        });
        return children_.collect(context,
                                 below_.selection(static_cast<std::uint32_t>(made_.size())));
    }

    Settings settings_;
    Source source_;
    ValueClusters clusters_;
    std::vector<ValueClusters::Cluster> made_;
    KeptGroups groups_;
    std::vector<std::vector<std::uint32_t>> rows_;  // of each of them
};

Made make_variable_width_histogram(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    Settings settings;
    settings.source = SourceOptions::read(options, true, false);
    const auto above = [&](std::string_view key, std::int64_t least) {
        const auto given = options.integer(key);
        if (given && *given <= least) {
            options.fail(
                key, "illegal_argument_exception",
                fmt::format("{} must be greater than [{}] for [{}]", key, least, common.name));
        }
        return given ? std::optional(std::min<std::int64_t>(*given, 2'147'483'647)) : given;
    };
    settings.buckets = above("buckets", 0).value_or(10);
    settings.shard_size = above("shard_size", 1).value_or(settings.buckets * 50);
    settings.initial_buffer =
        above("initial_buffer", 0)
            .value_or(std::min<std::int64_t>(10 * settings.shard_size, 50'000));
    ASK(options.finish());
    ASK(settings.source.check());
    return std::make_unique<VariableWidthHistogram>(std::move(common), std::move(settings));
}

constexpr Parameter members[] = {
    {"buckets", Takes::integer},
    {"shard_size", Takes::integer},
    {"initial_buffer", Takes::integer},
};

constexpr AggregationKind kinds[] = {
    {"variable_width_histogram",
     make_variable_width_histogram,
     {source_members, format_members, members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::variable_width_histogram
