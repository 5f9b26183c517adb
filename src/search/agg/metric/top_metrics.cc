// search/agg/metric/top_metrics.cc -- top_metrics: fields of the documents that come first by a
// sort. Where a sort field is missing the document is not among them; a missing metric is null.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/core/options.h"
#include "search/agg/values/kept_rows.h"
#include "search/agg/values/source.h"
#include "search/sort/sort.h"
#include "store/schema/ip_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace elkhorn::search::agg::top_metrics {
namespace {

using event::Kind;
using event::Value;

struct Settings {
    std::vector<SourceOptions> metrics;
    SortList sort;
    std::size_t size = 1;
};

class TopMetrics final : public Aggregator {
public:
    TopMetrics(Common common, Settings settings)
        : Aggregator(std::move(common)), settings_(std::move(settings)) {}

    Shape shape() const override { return Shape::multi_metric; }

    bool may_have_children() const override { return false; }

    Answer<> bind(const RequestContext& request) override {
        SourceRule rule;
        rule.texts = rule.addresses = true;
        for (const SourceOptions& metric : settings_.metrics)
            ASK(sources_.emplace_back().bind(request, common_, metric, rule));
        for (std::size_t i = 0; i < request.indices.size(); ++i) {
            Columns columns;
            columns.place = i;
            for (const auto& sort : settings_.sort) {
                columns.columns.push_back(
                    ASK(make_sort_column(sort, request, *request.indices[i], common().nested)));
            }
            columns_.emplace(request.indices[i].get(), std::move(columns));
        }
        return {};
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(grow(states_, selection.bucket_count));
        const auto found = columns_.find(context.index);
        if (selection.rows.empty() || found == columns_.end()) return {};
        for (const auto& column : found->second.columns)
            ASK(column->enter(context));
        const std::uint32_t place = ASK(groups_.keep(context, ledger()));
        for (std::size_t i = 0; i < selection.rows.size(); ++i) {
            Hit hit{place, selection.rows[i], {}};
            for (const auto& column : found->second.columns)
                hit.keys.push_back(ASK(column->value(hit.row)));
            ASK(offer(states_[selection.buckets.empty() ? 0 : selection.buckets[i]],
                      std::move(hit)));
        }
        return {};
    }

    Answer<> render(json::Writer& out, std::uint32_t bucket) override {
        out.key("top").begin_array();
        for (std::size_t i = 0; bucket < states_.size() && i < states_[bucket].size(); ++i) {
            const Hit& hit = states_[bucket][i];
            const Columns& columns = columns_.at(groups_[hit.group].index);
            out.begin_object().key("sort").begin_array();
            for (std::size_t k = 0; k < hit.keys.size(); ++k)
                out.raw(columns.columns[k]->json(hit.keys[k]));
            out.end_array().key("metrics").begin_object();
            for (std::size_t k = 0; k < sources_.size(); ++k) {
                out.key(settings_.metrics[k].field);
                ASK(write_metric(out, sources_[k], groups_[hit.group], hit.row));
            }
            out.end_object().end_object();
        }
        out.end_array();
        return {};
    }

    double metric(std::uint32_t bucket, std::string_view key) const override {
        if (bucket >= states_.size() || states_[bucket].empty()) return std::nan("");
        const Hit& hit = states_[bucket].front();
        for (std::size_t k = 0; k < sources_.size(); ++k) {
            if (settings_.metrics[k].field != key) continue;
            const auto numbers = sources_[k].numbers(groups_[hit.group]);
            return numbers ? first_of(*numbers, hit.row) : std::nan("");
        }
        return std::nan("");
    }

    bool has_metric(std::string_view key) const override {
        return std::ranges::any_of(
            settings_.metrics, [&](const SourceOptions& metric) { return metric.field == key; });
    }

private:
    struct Hit {
        std::uint32_t group = 0;  // its place in groups_
        std::uint32_t row = 0;
        std::vector<SortValue> keys;
    };

    struct Columns {
        std::size_t place = 0;  // of the index in the request
        std::vector<std::unique_ptr<SortColumn>> columns;
    };

    /// The order of indices and of arrival where the sort says nothing.
    std::tuple<std::size_t, std::int64_t, std::uint32_t> rank(const Hit& hit) const {
        const GroupContext& context = groups_[hit.group];
        return {columns_.at(context.index).place, context.group->first_seq_no(), hit.row};
    }

    bool before(const Hit& a, const Hit& b) const {
        for (std::size_t i = 0; i < settings_.sort.size(); ++i) {
            const int way = compare_keys(*settings_.sort[i], a.keys[i], b.keys[i]);
            if (way != 0) return way < 0;
        }
        return rank(a) < rank(b);
    }

    Answer<> offer(std::vector<Hit>& hits, Hit hit) {
        const auto less = [this](const Hit& a, const Hit& b) {
            return before(a, b);
        };
        if (hits.size() == settings_.size && !before(hit, hits.back())) return {};
        if (hits.size() == settings_.size) {
            hits.pop_back();
        } else {
            ASK(ledger().hold(sizeof(Hit) + hit.keys.size() * (sizeof(SortValue) + 32)));
        }
        hits.insert(std::ranges::upper_bound(hits, hit, less), std::move(hit));
        return {};
    }

    static double first_of(const NumberColumn& numbers, std::uint32_t row) {
        double first = std::nan("");
        numbers.visit([&](const auto& column) {
            if (column.rows.first(row) < column.rows.last(row))
                first = static_cast<double>(column.values[column.rows.first(row)]);
        });
        return first;
    }

    /// The first value; a date or an address as text.
    static Answer<> write_metric(json::Writer& out, const Source& source,
                                 const GroupContext& context, std::uint32_t row) {
        const TermColumn terms = ASK(source.terms(context));
        if (!terms.none() && terms.ordinals->rows.has(row)) {
            const std::string_view text =
                terms.text(terms.ordinals->values[terms.ordinals->rows.first(row)]);
            if (source.kind() == ValueKind::address) {
                out.value(store::format_ip(text));
            } else {
                out.value(text);
            }
            return {};
        }
        const NumberColumn numbers = ASK(source.numbers(context));
        if (std::isnan(first_of(numbers, row))) {
            out.null();
            return {};
        }
        numbers.visit([&](const auto& column) {
            const auto value = column.values[column.rows.first(row)];
            if (source.format().shown()) {
                out.value(source.format().text(value));
            } else {
                out.value(value);
            }
        });
        return {};
    }

    Settings settings_;
    std::vector<Source> sources_;  // of the metrics
    std::map<const store::IndexView*, Columns> columns_;
    KeptGroups groups_;
    std::vector<std::vector<Hit>> states_;  // first ones first
};

Answer<> read_metric(const Common& common, const Value& value, Settings& settings) {
    if (!value.is(Kind::object)) {
        return refuse_parsing(fmt::format("[metrics] of [{}] are objects with a [field], not a {}",
                                          common.name, token_name(value)));
    }
    Options inner("metrics", common.name, value);
    SourceOptions source = SourceOptions::read(inner, true, false);
    ASK(inner.finish());
    ASK(source.check());
    if (source.script) {
        return refuse("illegal_argument_exception",
                      "top_metrics shows the values of fields: a script is none");
    }
    settings.metrics.push_back(std::move(source));
    return {};
}

Made make_top_metrics(Common common, const Value& body) {
    Options options(common.type, common.name, body);
    Settings settings;
    const Value* metrics = options.object_or_array("metrics");
    const Value* sort = options.any("sort");
    const auto size = options.integer("size").value_or(1);
    ASK(options.finish());
    if (metrics == nullptr) return refuse("illegal_argument_exception", "Required [metrics]");
    if (sort == nullptr) return refuse("illegal_argument_exception", "Required [sort]");
    if (metrics->is(Kind::object)) ASK(read_metric(common, *metrics, settings));
    for (std::size_t i = 0; metrics->is(Kind::array) && i < metrics->as_array().size(); ++i)
        ASK(read_metric(common, metrics->as_array()[i], settings));
    if (size < 1 || size > 10) {
        return refuse("illegal_argument_exception",
                      fmt::format("[top_metrics.size] must be at least 1 and at most 10 but was "
                                  "[{}]",
                                  size));
    }
    settings.size = static_cast<std::size_t>(size);
    settings.sort = ASK(parse_sort(*sort));
    if (settings.sort.size() != 1) {
        return refuse("illegal_argument_exception",
                      "only one sort is supported by top_metrics, so far");
    }
    if (settings.sort[0]->kind == Sort::Kind::score) {
        return refuse("illegal_argument_exception",
                      "top_metrics does not sort by _score: say a field");
    }
    return std::make_unique<TopMetrics>(std::move(common), std::move(settings));
}

constexpr Parameter members[] = {
    {"metrics", Takes::any}, {"sort", Takes::any}, {"size", Takes::integer}};

constexpr AggregationKind kinds[] = {
    {"top_metrics", make_top_metrics, {members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::top_metrics
