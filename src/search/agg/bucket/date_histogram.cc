// search/agg/bucket/date_histogram.cc -- date_histogram: buckets of time by calendar or fixed
// intervals, in a zone (agg_rounding.h). Gaps between buckets are filled unless min_doc_count says
// otherwise.
//
// Rows in order of time are counted by searching for each bucket's end; others find their bucket in
// a small table of the spans seen last.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/values/bounds.h"
#include "search/agg/values/interval.h"
#include "search/agg/values/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

namespace elkhorn::search::agg::date_histogram {
namespace {

class DateHistogram final : public MultiBucket {
public:
    struct Settings {
        HistogramOptions common;
        Interval interval;
        std::optional<BoundTexts> extended;
        std::optional<BoundTexts> hard;
    };

    DateHistogram(Common common, Settings settings)
        : MultiBucket(std::move(common)), settings_(std::move(settings)) {}

    bool is_histogram() const override { return true; }

    bool shows_empty() const override { return settings_.common.min_doc_count == 0; }

    Answer<> bind(const RequestContext& request) override {
        SourceRule rule;
        rule.unmapped = ValueKind::date;
        ASK(source_.bind(request, common_, settings_.common.source, rule));
        rounding_ = ASK(settings_.interval.rounding(settings_.common.source.time_zone));
        ASK(read_bounds(settings_.extended, "extended_bounds", extended_));
        ASK(read_bounds(settings_.hard, "hard_bounds", hard_));
        if ((hard_.max && extended_.max && *hard_.max < *extended_.max) ||
            (hard_.min && extended_.min && *hard_.min > *extended_.min)) {
            return refuse_bounds_outside(
                settings_.hard->min.value_or(""), settings_.hard->max.value_or(""),
                settings_.extended->min.value_or(""), settings_.extended->max.value_or(""));
        }
        // Bounds lie where buckets begin, whatever the offset.
        if (hard_.min) hard_.min = rounding_->round_plain(*hard_.min);
        if (hard_.max) hard_.max = rounding_->round_plain(*hard_.max);
        ASK(settings_.common.order.bind(*this));
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        const NumberColumn numbers = ASK(source_.numbers(context, selection));
        const std::size_t before = table_.memory_bytes();
        below_.clear();
        const bool in_order = numbers.integers && numbers.integers->rows.one_each() &&
                              numbers.column != nullptr && numbers.column->ascending() &&
                              selection.all_in_first();
        if (in_order) {
            count_in_order(selection, numbers.integers->values);
        } else {
            numbers.visit([&](const auto& column) { count(selection, column); });
        }
        ASK(ledger().hold(table_.memory_bytes() - before));
        if (children_.none()) return {};
        Selection chosen = below_.selection(table_.size());
        if (in_order && !hard()) chosen.rows = selection.rows;
        return children_.collect(context, chosen);
    }

    std::optional<TimeSpan> time_span(std::uint32_t bucket) override {
        if (bucket >= table_.size()) return std::nullopt;
        const std::int64_t key = table_.key(bucket);
        return TimeSpan{rounding_->next(key) - key, settings_.interval.months()};
    }

    bool merges() const override { return children_.merges(); }

    Answer<> merge(Aggregator& given, BucketMap above) override {
        auto& other = static_cast<DateHistogram&>(given);
        const std::size_t before = table_.memory_bytes();
        const auto below = table_.merge(other.table_, above, [](std::int64_t key) { return key; });
        ASK(ledger().hold(table_.memory_bytes() - before));
        return children_.merge(other.children_, below);
    }

    Answer<std::size_t> fan_out(const GroupContext& context) const override {
        return source_.most_values(context);
    }

    std::string key_text(const Bucket& bucket) const override {
        return source_.format().text(bucket.key);
    }

    double key_number(const Bucket& bucket) const override {
        return static_cast<double>(bucket.key);
    }

    std::optional<std::int64_t> next_key(const Bucket& bucket) override {
        return rounding_->next(bucket.key);
    }

protected:
    bool keyed() const override { return settings_.common.keyed; }

    void write_key(json::Writer& out, const Bucket& bucket, bool /*keyed*/) const override {
        if (source_.format().shown())
            out.member("key_as_string", source_.format().text(bucket.key));
        out.member("key", bucket.key);
    }

    Answer<std::vector<Bucket>> buckets(std::uint32_t owner) override {
        std::vector<Bucket> found;
        for (const std::uint32_t bucket : table_.of(owner)) {
            if (table_.count(bucket) < settings_.common.min_doc_count) continue;
            found.push_back({bucket, table_.count(bucket), table_.key(bucket)});
        }
        std::ranges::sort(found, {}, &Bucket::key);
        if (settings_.common.min_doc_count == 0) found = ASK(filled(found));
        if (settings_.common.order.is_by_key_up()) return found;
        settings_.common.order.arrange(found, found.size(), [](const Bucket& a, const Bucket& b) {
            return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
        });
        return found;
    }

private:
    /// The spans of time seen last, by where they begin.
    struct Slot {
        std::int64_t key = 0;
        std::int64_t from = 1;
        std::int64_t to = 0;
        std::uint32_t bucket = no_bucket;  // of the one bucket of the parent
    };

    static constexpr std::size_t slot_count = 1024;

    bool hard() const { return hard_.min || hard_.max; }

    bool inside(std::int64_t key) const {
        return (!hard_.min || key >= *hard_.min) && (!hard_.max || key < *hard_.max);
    }

    Answer<> read_bounds(const std::optional<BoundTexts>& texts, std::string_view name,
                         Bounds<std::int64_t>& bounds) {
        if (!texts) return {};
        const auto read = [&](const std::optional<std::string>& text,
                              bool number) -> Answer<std::int64_t> {
            if (number) return static_cast<std::int64_t>(parse_real(*text).value_or(0));
            return source_.format().read_whole(*text);
        };
        if (texts->min) bounds.min = ASK(read(texts->min, texts->min_is_number));
        if (texts->max) bounds.max = ASK(read(texts->max, texts->max_is_number));
        if (bounds.min && bounds.max && *bounds.min > *bounds.max) {
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("[{0}.min][{1}] cannot be greater than [{0}.max][{2}] for histogram "
                            "aggregation [{3}]",
                            name, *bounds.min, *bounds.max, this->name()));
        }
        return {};
    }

    /// One value a row, never smaller than the one before.
    void count_in_order(const Selection& selection, const std::vector<std::int64_t>& values) {
        const auto rows = selection.rows;
        const bool children = !children_.none();
        for (std::size_t i = 0; i < rows.size();) {
            const TimeRounding::Span span = rounding_->bucket(values[rows[i]]);
            std::size_t step = 1;
            while (i + step < rows.size() && values[rows[i + step]] < span.to)
                step *= 2;
            const auto first = rows.begin() + static_cast<std::ptrdiff_t>(i + step / 2);
            const auto last =
                rows.begin() + static_cast<std::ptrdiff_t>(std::min(i + step, rows.size()));
            const auto end = std::partition_point(
                first, last, [&](std::uint32_t row) { return values[row] < span.to; });
            const auto past = std::max(static_cast<std::size_t>(end - rows.begin()), i + 1);
            if (inside(span.key)) {
                const std::uint32_t bucket = table_.find_or_add(0, span.key);
                table_.add(bucket, past - i);
                if (children) below_.buckets.resize(below_.buckets.size() + past - i, bucket);
                if (children && hard()) {
                    below_.rows.insert(below_.rows.end(),
                                       rows.begin() + static_cast<std::ptrdiff_t>(i),
                                       rows.begin() + static_cast<std::ptrdiff_t>(past));
                }
            }
            i = past;
        }
    }

    template <typename T>
    void count(const Selection& selection, const store::ColumnValues<T>& column) {
        const int shift = std::bit_width(static_cast<std::uint64_t>(rounding_->length_ms())) - 1;
        const bool one_owner = selection.all_in_first();
        const bool children = !children_.none();
        std::uint32_t last_row = no_bucket;
        std::uint32_t last_owner = no_bucket;
        std::int64_t last_key = 0;
        slots_.assign(slot_count, Slot());
        for_each_distinct(selection, column, [&](std::uint32_t row, std::uint32_t owner, T value) {
            const auto ms = static_cast<std::int64_t>(value);
            Slot& slot = slots_[static_cast<std::size_t>(ms >> shift) & (slot_count - 1)];
            if (ms < slot.from || ms >= slot.to) {
                const TimeRounding::Span span = rounding_->bucket(ms);
                slot = {span.key, span.from, span.to, no_bucket};
            }
            if (row == last_row && owner == last_owner && slot.key == last_key) return;
            if (!inside(slot.key)) return;
            last_row = row;
            last_owner = owner;
            last_key = slot.key;
            std::uint32_t bucket = slot.bucket;
            if (bucket == no_bucket || !one_owner) {
                bucket = table_.find_or_add(owner, slot.key);
                slot.bucket = bucket;
            }
            table_.add(bucket, 1);
            if (children) below_.add(row, bucket);
        });
    }

    /// Empty buckets from one key on, while they are below `below` or, when `inclusive`, at it.
    Answer<> add_empty(std::vector<Bucket>& all, std::int64_t from, std::int64_t below,
                       bool inclusive) {
        for (std::int64_t key = from; key < below || (inclusive && key == below);
             key = rounding_->next(key)) {
            if (all.size() >= ledger().max_buckets()) {
                const auto more = static_cast<std::size_t>((below - key) / rounding_->length_ms());
                return ledger().allow(all.size() + more + 1);
            }
            all.push_back({no_bucket, 0, key});
        }
        return {};
    }

    Answer<std::vector<Bucket>> filled(const std::vector<Bucket>& found) {
        const std::int64_t offset = rounding_->offset_ms();
        const auto min = extended_.min
                             ? std::optional(rounding_->round_plain(*extended_.min) + offset)
                             : std::nullopt;
        const auto max = extended_.max
                             ? std::optional(rounding_->round_plain(*extended_.max) + offset)
                             : std::nullopt;
        std::vector<Bucket> all;
        if (found.empty()) {
            if (min && max) ASK(add_empty(all, *min, *max, true));
            return all;
        }
        if (min) ASK(add_empty(all, *min, found.front().key, false));
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (i > 0) ASK(add_empty(all, rounding_->next(found[i - 1].key), found[i].key, false));
            all.push_back(found[i]);
        }
        if (max && *max > found.back().key)
            ASK(add_empty(all, rounding_->next(found.back().key), *max, true));
        return all;
    }

    Settings settings_;
    Source source_;
    std::optional<TimeRounding> rounding_;
    Bounds<std::int64_t> extended_;
    Bounds<std::int64_t> hard_;
    BucketTable table_;
    std::vector<Slot> slots_;
};

Made make_date_histogram(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    DateHistogram::Settings settings;
    settings.common.source = SourceOptions::read(options, true, true);
    settings.interval = Interval::read(options);
    settings.common.read(options);
    settings.extended = BoundTexts::read(options, "extended_bounds");
    settings.hard = BoundTexts::read(options, "hard_bounds");
    ASK(options.finish());
    ASK(settings.common.source.check());
    return std::make_unique<DateHistogram>(std::move(common), std::move(settings));
}

constexpr Parameter members[] = {
    {"interval", Takes::any},           {"calendar_interval", Takes::text},
    {"fixed_interval", Takes::text},    {"offset", Takes::any},
    {"time_zone", Takes::text},         {"keyed", Takes::flag},
    {"min_doc_count", Takes::integer},  {"order", Takes::any},
    {"extended_bounds", Takes::object}, {"hard_bounds", Takes::object},
};

constexpr AggregationKind kinds[] = {
    {"date_histogram", make_date_histogram, {source_members, format_members, members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::date_histogram
