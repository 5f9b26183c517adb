// search/agg/bucket/histogram.cc -- histogram: buckets of equal width over numbers. A bucket's key
// is floor((value - offset) / interval) * interval + offset, computed with doubles as Elasticsearch
// does.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/values/bounds.h"
#include "search/agg/values/source.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>

namespace elkhorn::search::agg::histogram {
namespace {

std::string real_text(std::optional<double> value) {
    std::string out;
    if (value) text::append_json_real(out, *value);
    return out;
}

double as_number(std::int64_t bits) {
    return std::bit_cast<double>(bits);
}

class Histogram final : public MultiBucket {
public:
    struct Settings {
        HistogramOptions common;
        double interval = 0;
        double offset = 0;
        Bounds<double> extended;
        Bounds<double> hard;
    };

    Histogram(Common common, Settings settings)
        : MultiBucket(std::move(common)), settings_(std::move(settings)) {}

    bool is_histogram() const override { return true; }

    bool shows_empty() const override { return settings_.common.min_doc_count == 0; }

    Answer<> bind(const RequestContext& request) override {
        if (settings_.interval <= 0) {
            return refuse_in_phase(
                "illegal_argument_exception",
                fmt::format("interval must be positive, got: {}", real_text(settings_.interval)));
        }
        const Bounds<double>& hard = settings_.hard;
        const Bounds<double>& extended = settings_.extended;
        if ((hard.max && extended.max && *hard.max < *extended.max) ||
            (hard.min && extended.min && *hard.min > *extended.min)) {
            return refuse_bounds_outside(real_text(hard.min), real_text(hard.max),
                                         real_text(extended.min), real_text(extended.max));
        }
        ASK(source_.bind(request, common_, settings_.common.source, {}));
        ASK(settings_.common.order.bind(*this));
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        const NumberColumn numbers = ASK(source_.numbers(context, selection));
        const std::size_t before = table_.memory_bytes();
        below_.clear();
        numbers.visit([&](const auto& column) { count(selection, column); });
        ASK(ledger().hold(table_.memory_bytes() - before));
        return children_.none() ? Answer<>()
                                : children_.collect(context, below_.selection(table_.size()));
    }

    std::optional<TimeSpan> time_span(std::uint32_t bucket) override {
        if (parent() == nullptr || bucket >= table_.size()) return std::nullopt;
        return parent()->time_span(table_.owner(bucket));
    }

    bool merges() const override { return children_.merges(); }

    Answer<> merge(Aggregator& given, BucketMap above) override {
        auto& other = static_cast<Histogram&>(given);
        const std::size_t before = table_.memory_bytes();
        const auto below = table_.merge(other.table_, above, [](std::int64_t key) { return key; });
        ASK(ledger().hold(table_.memory_bytes() - before));
        return children_.merge(other.children_, below);
    }

    Answer<std::size_t> fan_out(const GroupContext& context) const override {
        return source_.most_values(context);
    }

    std::string key_text(const Bucket& bucket) const override {
        return source_.format().text(key_number(bucket));
    }

    double key_number(const Bucket& bucket) const override { return as_number(bucket.key); }

    std::optional<std::int64_t> next_key(const Bucket& bucket) override {
        return std::bit_cast<std::int64_t>(next_key(as_number(bucket.key)) + 0.0);
    }

protected:
    bool keyed() const override { return settings_.common.keyed; }

    void write_key(json::Writer& out, const Bucket& bucket, bool /*keyed*/) const override {
        const double key = key_number(bucket);
        if (source_.format().shown()) out.member("key_as_string", source_.format().text(key));
        out.member("key", key);
    }

    Answer<std::vector<Bucket>> buckets(std::uint32_t owner) override {
        std::vector<Bucket> found;
        for (const std::uint32_t bucket : table_.of(owner)) {
            if (table_.count(bucket) < settings_.common.min_doc_count) continue;
            found.push_back({bucket, table_.count(bucket), table_.key(bucket)});
        }
        const auto compare = [](const Bucket& a, const Bucket& b) {
            return as_number(a.key) < as_number(b.key)   ? -1
                   : as_number(a.key) > as_number(b.key) ? 1
                                                         : 0;
        };
        Order::by_key().arrange(found, found.size(), compare);
        if (settings_.common.min_doc_count == 0) found = ASK(filled(found));
        if (!settings_.common.order.is_by_key_up())
            settings_.common.order.arrange(found, found.size(), compare);
        return found;
    }

private:
    double key_of(double value) const {
        const double place = std::floor((value - settings_.offset) / settings_.interval);
        return place * settings_.interval + settings_.offset + 0.0;  // + 0.0: no negative zero
    }

    bool inside(double key) const {
        return (!settings_.hard.min || key >= *settings_.hard.min) &&
               (!settings_.hard.max || key <= *settings_.hard.max);
    }

    template <typename T>
    void count(const Selection& selection, const store::ColumnValues<T>& column) {
        std::uint32_t last_row = no_bucket;
        std::uint32_t last_bucket = no_bucket;  // of the parent
        std::uint32_t found = no_bucket;
        double last_key = std::nan("");
        const bool children = !children_.none();
        for_each_distinct(selection, column, [&](std::uint32_t row, std::uint32_t bucket, T value) {
            const double key = key_of(static_cast<double>(value));
            const bool same = key == last_key && bucket == last_bucket;
            if (same && row == last_row) return;
            if (!same) {
                if (!inside(key) || !std::isfinite(key)) return;
                found = table_.find_or_add(bucket, std::bit_cast<std::int64_t>(key));
                last_key = key;
                last_bucket = bucket;
            }
            last_row = row;
            table_.add(found, 1);
            if (children) below_.add(row, found);
        });
    }

    double round_key(double key) const {
        return std::floor((key - settings_.offset) / settings_.interval) * settings_.interval +
               settings_.offset;
    }

    double next_key(double key) const {
        return round_key(key + settings_.interval + settings_.interval / 2);
    }

    Answer<> add_empty(std::vector<Bucket>& all, double from, double below, bool inclusive) {
        if (!(from < below || (inclusive && from <= below))) return {};
        const double count = std::floor((below - from) / settings_.interval) + 1;
        if (!(count < 1e9)) return ledger().allow(1'000'000'000);
        ASK(ledger().allow(all.size() + static_cast<std::size_t>(count)));
        for (double key = from; inclusive ? key <= below : key < below;) {
            all.push_back({no_bucket, 0, std::bit_cast<std::int64_t>(key + 0.0)});
            const double next = next_key(key);
            if (!(next > key)) break;
            key = next;
        }
        return {};
    }

    Answer<std::vector<Bucket>> filled(const std::vector<Bucket>& found) {
        const double min = settings_.extended.min.value_or(std::numeric_limits<double>::infinity());
        const double max =
            settings_.extended.max.value_or(-std::numeric_limits<double>::infinity());
        std::vector<Bucket> all;
        if (found.empty()) {
            if (std::isfinite(min) && std::isfinite(max))
                ASK(add_empty(all, round_key(min), max, true));
            return all;
        }
        if (std::isfinite(min))
            ASK(add_empty(all, round_key(min), as_number(found.front().key), false));
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (i > 0) {
                ASK(add_empty(all, next_key(as_number(found[i - 1].key)), as_number(found[i].key),
                              false));
            }
            all.push_back(found[i]);
        }
        if (std::isfinite(max))
            ASK(add_empty(all, next_key(as_number(found.back().key)), max, true));
        return all;
    }

    Settings settings_;
    Source source_;
    BucketTable table_;
};

Bounds<double> read_bounds(Options& options, std::string_view key) {
    Bounds<double> bounds;
    const event::Value* value = options.object(key);
    if (value == nullptr) return bounds;
    Options inner("double_bounds", options.name(), *value);
    bounds.min = inner.real("min");
    bounds.max = inner.real("max");
    if (bounds.min && bounds.max && *bounds.min > *bounds.max) {
        inner.fail("max", "x_content_parse_exception",
                   "Failed to build [double_bounds] after last required field arrived");
    }
    if (auto read = inner.finish(); !read)
        options.fail(key, read.error().type, read.error().reason);
    return bounds;
}

Made make_histogram(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    Histogram::Settings settings;
    settings.common.source = SourceOptions::read(options, true, false);
    if (const auto interval = options.real("interval")) {
        if (!(*interval > 0)) {
            options.fail(
                "interval", "illegal_argument_exception",
                fmt::format("[interval] must be >0 for histogram aggregation [{}]", common.name));
        }
        settings.interval = *interval;
    }
    settings.offset = options.real("offset").value_or(0);
    settings.common.read(options);
    settings.extended = read_bounds(options, "extended_bounds");
    settings.hard = read_bounds(options, "hard_bounds");
    ASK(options.finish());
    ASK(settings.common.source.check());
    return std::make_unique<Histogram>(std::move(common), std::move(settings));
}

constexpr Parameter members[] = {
    {"interval", Takes::real},         {"offset", Takes::real}, {"keyed", Takes::flag},
    {"min_doc_count", Takes::integer}, {"order", Takes::any},   {"extended_bounds", Takes::object},
    {"hard_bounds", Takes::object},
};

constexpr AggregationKind kinds[] = {
    {"histogram", make_histogram, {source_members, format_members, members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::histogram
