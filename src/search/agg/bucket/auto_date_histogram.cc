// search/agg/bucket/auto_date_histogram.cc -- auto_date_histogram: as many buckets of time as were
// asked for, at most, in intervals that people like: 1, 5, 10, 30 seconds ... 100 years. As in
// Elasticsearch 7.10 a rounding is chosen first (seconds, minutes ...) and then so many of its
// buckets are taken together, from the first one on, that there are few enough.
//
// The interval is known only when all rows have been seen. So rows are kept, as they came, and what
// is inside the buckets is collected when the first answer is asked for.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/buckets.h"
#include "search/agg/values/rounding.h"
#include "search/agg/values/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>

namespace elkhorn::search::agg::auto_date_histogram {
namespace {

struct Step {
    CalendarUnit unit;
    std::string_view suffix;
    std::int64_t length_ms;
    std::array<int, 6> intervals;  // 0: no more

    int greatest() const {
        int most = 1;
        for (const int interval : intervals)
            most = std::max(most, interval);
        return most;
    }
};

constexpr std::array<Step, 6> steps = {{
    {CalendarUnit::second, "s", 1000, {1, 5, 10, 30, 0, 0}},
    {CalendarUnit::minute, "m", 60'000, {1, 5, 10, 30, 0, 0}},
    {CalendarUnit::hour, "h", 3'600'000, {1, 3, 12, 0, 0, 0}},
    {CalendarUnit::day, "d", 86'400'000, {1, 7, 0, 0, 0, 0}},
    {CalendarUnit::month, "M", 2'592'000'000, {1, 3, 0, 0, 0, 0}},
    {CalendarUnit::year, "y", 31'536'000'000, {1, 5, 10, 20, 50, 100}},
}};

class AutoDateHistogram final : public MultiBucket {
public:
    struct Settings {
        SourceOptions source;
        std::size_t buckets = 10;
        std::size_t first_step = 0;
    };

    AutoDateHistogram(Common common, Settings settings)
        : MultiBucket(std::move(common)), settings_(std::move(settings)) {}

    bool is_histogram() const override { return true; }

    Answer<> bind(const RequestContext& request) override {
        SourceRule rule;
        rule.unmapped = ValueKind::date;
        ASK(source_.bind(request, common_, settings_.source, rule));
        text::TimeZone::Ptr zone = text::TimeZone::utc();
        if (!settings_.source.time_zone.empty())
            zone = ASK(text::TimeZone::find(settings_.source.time_zone));
        for (const Step& step : steps)
            roundings_.push_back(TimeRounding::calendar(step.unit, zone, 0));
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        owners_ = std::max(owners_, selection.bucket_count);
        if (selection.rows.empty()) return {};
        Kept kept{context,
                  {selection.rows.begin(), selection.rows.end()},
                  {selection.buckets.begin(), selection.buckets.end()},
                  selection.bucket_count};
        ASK(ledger().hold((kept.rows.size() + kept.owners.size()) * 4 + sizeof(Kept) +
                          context.rows() / 8));
        kept_.push_back(std::move(kept));
        return {};
    }

    std::string key_text(const Bucket& bucket) const override {
        return source_.format().text(bucket.key);
    }

    double key_number(const Bucket& bucket) const override {
        return static_cast<double>(bucket.key);
    }

protected:
    void write_key(json::Writer& out, const Bucket& bucket, bool /*keyed*/) const override {
        if (source_.format().shown())
            out.member("key_as_string", source_.format().text(bucket.key));
        out.member("key", bucket.key);
    }

    void write_tail(json::Writer& out) const override { out.member("interval", interval_); }

    Answer<std::vector<Bucket>> buckets(std::uint32_t owner) override {
        if (!settled_) ASK(settle());
        std::vector<Bucket> made;
        const Layout none{settings_.first_step, 1, {}};
        const Layout& layout = owner < layouts_.size() ? layouts_[owner] : none;
        interval_ = fmt::format("{}{}", layout.interval, steps[layout.step].suffix);
        for (const std::int64_t key : layout.keys) {
            const std::uint32_t bucket = table_.find_or_add(owner, key);
            made.push_back({bucket, table_.count(bucket), key});
        }
        return made;
    }

private:
    struct Kept {
        GroupContext context;
        std::vector<std::uint32_t> rows;
        std::vector<std::uint32_t> owners;  // empty: all 0
        std::uint32_t owner_count;

        /// Each row of the group once, for the only bucket there is.
        bool whole() const { return owners.empty() && rows.size() == context.rows(); }

        Selection selection() const { return {rows, owners, owner_count, false}; }
    };

    struct Layout {
        std::size_t step = 0;
        int interval = 1;
        std::vector<std::int64_t> keys;  // ascending; a bucket ends where the next begins
    };

    /// Calls visit(row, owner, ms) for what was kept of a row group.
    template <typename Visit>
    Answer<> for_each_kept(const Kept& kept, Visit&& visit) {
        const NumberColumn numbers = ASK(source_.numbers(kept.context, kept.selection()));
        numbers.visit([&](const auto& column) {
            for_each_distinct(kept.selection(), column,
                              [&](std::uint32_t row, std::uint32_t owner, auto value) {
                                  visit(row, owner, static_cast<std::int64_t>(value));
                              });
        });
        return {};
    }

    Answer<> settle() {
        settled_ = true;
        std::vector<std::pair<std::int64_t, std::int64_t>> edges(owners_, {INT64_MAX, INT64_MIN});
        const auto reach = [&](std::uint32_t owner, std::int64_t ms) {
            edges[owner].first = std::min(edges[owner].first, ms);
            edges[owner].second = std::max(edges[owner].second, ms);
        };
        for (const Kept& kept : kept_) {
            const store::Column* column = kept.whole() ? source_.column(kept.context) : nullptr;
            if (column != nullptr && column->kind() == store::ColumnKind::integer) {
                reach(0, column->min_integer());
                reach(0, column->max_integer());
                continue;
            }
            ASK(for_each_kept(kept, [&](std::uint32_t, std::uint32_t owner, std::int64_t ms) {
                reach(owner, ms);
            }));
        }
        layouts_.resize(owners_);
        for (std::uint32_t owner = 0; owner < owners_; ++owner) {
            if (edges[owner].first <= edges[owner].second) {
                layouts_[owner] = ASK(lay_out(edges[owner].first, edges[owner].second));
            }
        }
        return collect_inside();
    }

    /// Rounding, keys and how many are taken together for values from `first` to `last`.
    Answer<Layout> lay_out(std::int64_t first, std::int64_t last) {
        Layout layout;
        layout.step = settings_.first_step;
        const auto wanted = static_cast<std::int64_t>(settings_.buckets);
        for (;; ++layout.step) {
            const Step& step = steps[layout.step];
            const std::int64_t most = wanted * step.greatest();
            const bool coarsest = layout.step + 1 == steps.size();
            if (!coarsest && (last - first) / step.length_ms > most + 1) continue;
            layout.keys.clear();
            TimeRounding& rounding = roundings_[layout.step];
            for (std::int64_t key = rounding.round(first); key <= last; key = rounding.next(key)) {
                layout.keys.push_back(key);
                if (layout.keys.size() > ledger().max_buckets())
                    ASK(ledger().allow(layout.keys.size()));
            }
            if (coarsest || std::ssize(layout.keys) <= most) break;
        }
        const std::size_t count = layout.keys.size();
        if (count <= settings_.buckets) return layout;
        for (const int interval : steps[layout.step].intervals) {
            const auto each = static_cast<std::size_t>(interval);
            if (interval == 0 || (count + each - 1) / each > settings_.buckets) continue;
            layout.interval = interval;
            std::vector<std::int64_t> kept;
            for (std::size_t i = 0; i < count; i += each)
                kept.push_back(layout.keys[i]);
            layout.keys = std::move(kept);
            break;
        }
        return layout;
    }

    /// The bucket of a moment, and how far it reaches: mostly the next moment is in it, too.
    struct Span {
        std::int64_t from = 1;
        std::int64_t last = 0;
        std::uint32_t owner = no_bucket;
        std::uint32_t bucket = no_bucket;

        bool has(std::uint32_t of, std::int64_t ms) const {
            return owner == of && ms >= from && ms <= last;
        }
    };

    Span span_of(std::uint32_t owner, std::int64_t ms) {
        const std::vector<std::int64_t>& keys = layouts_[owner].keys;
        const auto next = std::ranges::upper_bound(keys, ms);
        const std::int64_t key = *std::prev(next);
        return {key, next == keys.end() ? INT64_MAX : *next - 1, owner,
                table_.find_or_add(owner, key)};
    }

    /// Counts documents and passes them on, row group by row group.
    Answer<> collect_inside() {
        Span span;
        for (const Kept& kept : kept_) {
            below_.clear();
            std::uint32_t last_row = no_bucket;
            std::uint32_t last_bucket = no_bucket;
            ASK(for_each_kept(kept, [&](std::uint32_t row, std::uint32_t owner, std::int64_t ms) {
                if (!span.has(owner, ms)) span = span_of(owner, ms);
                if (row == last_row && span.bucket == last_bucket) return;
                last_row = row;
                last_bucket = span.bucket;
                table_.add(span.bucket, 1);
                if (!children_.none()) below_.add(row, span.bucket);
            }));
            if (!children_.none() && !below_.rows.empty())
                ASK(children_.collect(kept.context, below_.selection(table_.size())));
        }
        kept_.clear();
        return {};
    }

    Settings settings_;
    Source source_;
    std::vector<TimeRounding> roundings_;
    std::vector<Kept> kept_;
    std::uint32_t owners_ = 0;
    bool settled_ = false;
    std::vector<Layout> layouts_;  // by bucket of the parent
    BucketTable table_;
    std::string interval_ = "1s";  // of the list made last
};

Made make_auto_date_histogram(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    AutoDateHistogram::Settings settings;
    settings.source = SourceOptions::read(options, true, true);
    const auto buckets = options.integer("buckets");
    if (buckets && (*buckets < 1 || *buckets > 60'000)) {
        options.fail("buckets", "illegal_argument_exception",
                     fmt::format("buckets must be greater than 0 for [{}]", common.name));
    }
    settings.buckets = static_cast<std::size_t>(buckets.value_or(10));
    if (const auto least = options.text("minimum_interval")) {
        constexpr std::array<std::string_view, 6> names = {"second", "minute", "hour",
                                                           "day",    "month",  "year"};
        const auto* found = std::ranges::find(names, *least);
        settings.first_step =
            found == names.end() ? 0 : static_cast<std::size_t>(found - names.begin());
        if (found == names.end()) {
            options.fail(
                "minimum_interval", "illegal_argument_exception",
                fmt::format(
                    "minimum_interval must be one of [year, month, day, hour, minute, second]"));
        }
    }
    ASK(options.finish());
    ASK(settings.source.check());
    return std::make_unique<AutoDateHistogram>(std::move(common), std::move(settings));
}

constexpr Parameter members[] = {
    {"buckets", Takes::integer}, {"minimum_interval", Takes::text}, {"time_zone", Takes::text}};

constexpr AggregationKind kinds[] = {
    {"auto_date_histogram", make_auto_date_histogram, {source_members, format_members, members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::auto_date_histogram
