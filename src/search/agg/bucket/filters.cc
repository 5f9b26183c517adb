// search/agg/bucket/filters.cc -- buckets by queries and the like: filter, filters, missing and
// global.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/buckets.h"
#include "search/agg/core/single_bucket.h"
#include "search/agg/values/planned_filter.h"
#include "search/agg/values/source.h"
#include "search/query/core/parse.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::search::agg::filters {
namespace {

using event::Kind;
using event::Value;

class Filter final : public SingleBucket {
public:
    Filter(Common common, QueryPtr query)
        : SingleBucket(std::move(common)), query_(std::move(query)) {}

    Answer<> bind(const RequestContext& request) override {
        ASK(query_.bind(request, common_.nested));
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        return collect_rows(context, selection, ASK(query_.rows(context)));
    }

    bool merges() const override { return children_.merges(); }

    Answer<> merge(Aggregator& other, BucketMap above) override {
        return merge_counts(static_cast<Filter&>(other), above);
    }

private:
    PlannedFilter query_;
};

class Missing final : public SingleBucket {
public:
    Missing(Common common, SourceOptions options)
        : SingleBucket(std::move(common)), options_(std::move(options)) {}

    Answer<> bind(const RequestContext& request) override {
        SourceRule rule;
        rule.texts = rule.addresses = rule.anything = true;
        rule.unmapped = ValueKind::text;
        ASK(source_.bind(request, common_, options_, rule));
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        store::Bitmap rows(context.rows(), true);
        const auto remove = [&](const store::RowValues& values) {
            for (std::uint32_t row = 0; row < context.rows(); ++row) {
                if (values.has(row)) rows.reset(row);
            }
        };
        if (const store::Column* column = source_.column(context)) {
            rows.and_not(ASK(column->present()));
        } else {
            const NumberColumn numbers = ASK(source_.numbers(context, selection));
            numbers.visit([&](const auto& values) { remove(values.rows); });
            const TermColumn terms = ASK(source_.terms(context, selection));
            if (!terms.none()) remove(terms.ordinals->rows);
        }
        return collect_rows(context, selection, rows);
    }

    bool merges() const override { return children_.merges(); }

    Answer<> merge(Aggregator& other, BucketMap above) override {
        return merge_counts(static_cast<Missing&>(other), above);
    }

private:
    SourceOptions options_;
    Source source_;
};

class Global final : public SingleBucket {
public:
    using SingleBucket::SingleBucket;

    bool wants_all_rows() const override { return true; }

    Answer<> collect(const GroupContext& context, const Selection& /*selection*/) override {
        ASK(grow(counts_, 1));
        rows_.clear();
        context.live.for_each([this](std::uint32_t row) { rows_.push_back(row); });
        counts_[0] += rows_.size();
        Selection all;
        all.rows = rows_;
        all.whole = rows_.size() == context.rows();
        return children_.collect(context, all);
    }

private:
    std::vector<std::uint32_t> rows_;
};

struct FiltersSettings {
    std::vector<std::pair<std::string, PlannedFilter>> filters;
    bool named = true;
    std::optional<std::string> other;  // name of the bucket of all others
};

class Filters final : public MultiBucket {
public:
    Filters(Common common, FiltersSettings settings)
        : MultiBucket(std::move(common)), settings_(std::move(settings)) {}

    Answer<> bind(const RequestContext& request) override {
        for (auto& [name, query] : settings_.filters)
            ASK(query.bind(request, common_.nested));
        return children_.bind(request);
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        const std::uint32_t count = ASK(bucket_product(selection.bucket_count, places()));
        ASK(grow(counts_, count));
        ASK(look_at(context));
        below_.clear();
        const bool children = !children_.none();
        const auto step = static_cast<std::uint32_t>(places());
        selection.for_each([&](std::uint32_t row, std::uint32_t owner) {
            for (std::uint32_t place = 0; place < step; ++place) {
                if (!matching_[place].test(row)) continue;
                ++counts_[owner * step + place];
                if (children) below_.add(row, owner * step + place);
            }
        });
        return children ? children_.collect(context, below_.selection(count)) : Answer<>();
    }

    bool merges() const override { return children_.merges(); }

    Answer<> merge(Aggregator& given, BucketMap above) override {
        auto& other = static_cast<Filters&>(given);
        const std::vector<std::uint32_t> below = several_below(above, places());
        ASK(merge_states(counts_, other.counts_, below,
                         [](std::uint64_t& mine, std::uint64_t more) { mine += more; }));
        return children_.merge(other.children_, below);
    }

    std::optional<TimeSpan> time_span(std::uint32_t bucket) override {
        if (parent() == nullptr || bucket == no_bucket) return std::nullopt;
        return parent()->time_span(static_cast<std::uint32_t>(bucket / places()));
    }

    Answer<std::size_t> fan_out(const GroupContext& /*context*/) const override { return places(); }

    std::string key_text(const Bucket& bucket) const override {
        const auto place = static_cast<std::size_t>(bucket.key);
        return place < settings_.filters.size() ? settings_.filters[place].first
                                                : settings_.other.value_or("");
    }

protected:
    bool keyed() const override { return settings_.named; }

    void write_key(json::Writer& /*out*/, const Bucket& /*bucket*/, bool /*keyed*/) const override {
    }

    Answer<std::vector<Bucket>> buckets(std::uint32_t owner) override {
        std::vector<Bucket> made;
        for (std::size_t place = 0; place < places(); ++place) {
            const std::size_t bucket = owner == no_bucket ? no_bucket : owner * places() + place;
            const bool there = bucket < counts_.size();
            made.push_back({there ? static_cast<std::uint32_t>(bucket) : no_bucket,
                            there ? counts_[bucket] : 0, static_cast<std::int64_t>(place)});
        }
        return made;
    }

private:
    std::size_t places() const { return settings_.filters.size() + (settings_.other ? 1 : 0); }

    /// The rows of each filter in the group; kept while the group is the same.
    Answer<> look_at(const GroupContext& context) {
        if (group_ == context.group && objects_ == context.objects) return {};
        const std::size_t rows_bytes = places() * (context.rows() / 8 + 64);
        if (rows_bytes > matching_bytes_) {
            ASK(ledger().hold(rows_bytes - matching_bytes_));
            matching_bytes_ = rows_bytes;
        }
        group_ = nullptr;
        matching_.clear();
        for (const auto& [name, query] : settings_.filters)
            matching_.push_back(ASK(query.rows(context)));
        if (settings_.other) {
            store::Bitmap others(context.rows(), true);
            for (const store::Bitmap& rows : matching_)
                others.and_not(rows);
            matching_.push_back(std::move(others));
        }
        group_ = context.group;
        objects_ = context.objects;
        return {};
    }

    FiltersSettings settings_;
    std::vector<std::uint64_t> counts_;
    std::vector<store::Bitmap> matching_;     // by place, of group_
    std::size_t matching_bytes_ = 0;          // held in the ledger
    const store::RowGroup* group_ = nullptr;  // only compared
    std::shared_ptr<const ObjectsPlace> objects_;
};

Answer<> read_filters(const Value& value, FiltersSettings& settings) {
    if (value.is(Kind::object)) {
        for (const event::Member& member : value.as_object().members()) {
            settings.filters.emplace_back(member.name,
                                          PlannedFilter(ASK(parse_query(member.value))));
        }
        std::ranges::sort(settings.filters,
                          [](const auto& a, const auto& b) { return a.first < b.first; });
        return {};
    }
    settings.named = false;
    for (const Value& element : value.as_array().values()) {
        settings.filters.emplace_back("", PlannedFilter(ASK(parse_query(element))));
    }
    return {};
}

Made make_filter(Common common, const Value& body) {
    QueryPtr query = ASK(parse_query(body));
    return std::make_unique<Filter>(std::move(common), std::move(query));
}

Made make_filters(Common common, const Value& body) {
    FiltersSettings settings;
    bool other = false;
    std::string other_key = "_other_";
    for (const event::Member& member : body.as_object().members()) {
        const Value& value = member.value;
        if (member.name == "filters" && (value.is(Kind::object) || value.is(Kind::array))) {
            ASK(read_filters(value, settings));
        } else if (member.name == "other_bucket" && value.is(Kind::boolean)) {
            other = other || value.as_boolean();
        } else if (member.name == "other_bucket_key" && value.is(Kind::string)) {
            other_key = value.as_string();
            other = true;
        } else {
            return refuse_parsing(fmt::format("Unknown key for a {} in [{}]: [{}].",
                                              token_name(value), common.name, member.name));
        }
    }
    if (settings.filters.empty())
        return refuse("illegal_argument_exception", "[filters] cannot be empty.");
    if (other) settings.other = other_key;
    return std::make_unique<Filters>(std::move(common), std::move(settings));
}

Made make_missing(Common common, const Value& body) {
    Options options(common.type, common.name, body);
    SourceOptions source = SourceOptions::read(options, false, false);
    ASK(options.finish());
    ASK(source.check());
    return std::make_unique<Missing>(std::move(common), std::move(source));
}

Made make_global(Common common, const Value& body) {
    if (body.as_object().size() != 0) {
        return refuse_parsing(
            fmt::format("Expected [FIELD_NAME] under a [START_OBJECT], but got a [{}] in [{}]",
                        token_name(body.as_object().members()[0].value), common.name));
    }
    return std::make_unique<Global>(std::move(common));
}

constexpr Parameter any_query[] = {{"*", Takes::object}};
constexpr Parameter filters_members[] = {
    {"filters", Takes::object}, {"other_bucket", Takes::flag}, {"other_bucket_key", Takes::text}};

constexpr AggregationKind kinds[] = {
    {"filter", make_filter, {any_query}},
    {"filters", make_filters, {filters_members}},
    {"missing", make_missing, {source_members}},
    {"global", make_global},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::filters
