// search/agg/metric/matrix_stats.cc -- matrix_stats: count, mean, variance, skewness and kurtosis
// of fields, and covariance and correlation of each two, over the documents that have them all. Of
// several values of a document the average counts.
//
// Moments are updated document by document, as Elasticsearch does, and fields are written in the
// order of a Java hash map, so that the answer is the same text.

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/values/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>

namespace elkhorn::search::agg::matrix_stats {
namespace {

using event::Kind;
using event::Value;

struct Moments {
    double sum = 0;
    double mean = 0;
    double m2 = 0;
    double m3 = 0;
    double m4 = 0;

    void add(double value, double count) {
        sum += value;
        if (count == 1) {
            mean = value;
            return;
        }
        const double d = value - mean;
        mean += d / count;
        const double dn = d / count;
        const double t = d * dn * (count - 1);
        const double before2 = m2;
        const double before3 = m3;
        m2 += t;
        m3 += t * dn * (count - 2) - 3 * dn * before2;
        const double dn2 = dn * dn;
        m4 += t * dn2 * (count * count - 3 * count + 3) + 6 * dn2 * before2 - 4 * dn * before3;
    }
};

struct State {
    std::uint64_t count = 0;
    std::vector<Moments> moments;     // by field
    std::vector<double> covariances;  // by field and field

    void add(const std::vector<double>& values) {
        const std::size_t fields = values.size();
        if (moments.empty()) {
            moments.resize(fields);
            covariances.resize(fields * fields);
        }
        const auto documents = static_cast<double>(++count);
        std::vector<double> deltas(fields);
        for (std::size_t i = 0; i < fields; ++i) {
            moments[i].add(values[i], documents);
            deltas[i] = values[i] * documents - moments[i].sum;
        }
        if (count == 1) return;
        for (std::size_t i = 0; i < fields; ++i) {
            for (std::size_t k = i + 1; k < fields; ++k)
                covariances[i * fields + k] +=
                    1.0 / (documents * (documents - 1.0)) * deltas[i] * deltas[k];
        }
    }

    double variance(std::size_t i) const {
        return moments[i].m2 / (static_cast<double>(count) - 1);
    }

    double covariance(std::size_t i, std::size_t k) const {
        if (i == k) return variance(i);
        const std::size_t fields = moments.size();
        const double sum = covariances[std::min(i, k) * fields + std::max(i, k)];
        return sum / (static_cast<double>(count) - 1);
    }
};

void write_number(json::Writer& out, std::string_view name, double value) {
    out.key(name);
    if (std::isnan(value)) {
        out.value("NaN");
    } else if (std::isinf(value)) {
        out.value(value > 0 ? "Infinity" : "-Infinity");
    } else {
        out.value(value);
    }
}

class MatrixStats final : public Aggregator {
public:
    struct Settings {
        std::vector<SourceOptions> fields;
        std::vector<std::string> names;
    };

    MatrixStats(Common common, Settings settings)
        : Aggregator(std::move(common)), settings_(std::move(settings)) {}

    Shape shape() const override { return Shape::other; }

    bool may_have_children() const override { return false; }

    Answer<> bind(const RequestContext& request) override {
        for (std::size_t i = 0; i < settings_.fields.size(); ++i) {
            Source source;
            ASK(source.bind(request, common_, settings_.fields[i], {}));
            if (!source.mapped()) continue;  // as if it had not been asked for
            sources_.push_back(std::move(source));
            names_.push_back(settings_.names[i]);
        }
        arrange();
        return {};
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        const std::size_t fields = sources_.size();
        ASK(ledger().hold(selection.bucket_count > states_.size()
                              ? (selection.bucket_count - states_.size()) *
                                    (fields * sizeof(Moments) + fields * fields * sizeof(double))
                              : 0));
        ASK(grow(states_, selection.bucket_count));
        if (fields == 0) return {};
        const std::size_t averages_bytes = fields * context.rows() * sizeof(double);
        ASK(ledger().hold(averages_bytes > held_bytes_ ? averages_bytes - held_bytes_ : 0));
        held_bytes_ = std::max(held_bytes_, averages_bytes);
        std::vector<std::vector<double>> averages(fields);
        for (std::size_t i = 0; i < fields; ++i)
            averages[i] = ASK(averages_of(context, sources_[i]));
        std::vector<double> values(fields);
        selection.for_each([&](std::uint32_t row, std::uint32_t bucket) {
            for (std::size_t i = 0; i < fields; ++i) {
                values[i] = averages[i][row];
                if (std::isnan(values[i])) return;
            }
            states_[bucket].add(values);
        });
        return {};
    }

    Answer<> render(json::Writer& out, std::uint32_t bucket) override {
        const State none;
        const State& state = bucket < states_.size() ? states_[bucket] : none;
        out.member("doc_count", state.count);
        if (state.count == 0) return {};
        out.key("fields").begin_array();
        for (std::size_t i = 0; i < names_.size(); ++i)
            write_field(out, state, i);
        out.end_array();
        return {};
    }

private:
    /// The average of each row's values; NaN where there are none.
    static Answer<std::vector<double>> averages_of(const GroupContext& context,
                                                   const Source& source) {
        std::vector<double> averages(context.rows(), std::nan(""));
        const NumberColumn numbers = ASK(source.numbers(context));
        numbers.visit([&](const auto& column) {
            for (std::uint32_t row = 0; row < context.rows(); ++row) {
                const auto first = column.rows.first(row);
                const auto last = column.rows.last(row);
                if (first == last) continue;
                double sum = 0;
                for (auto i = first; i < last; ++i)
                    sum += static_cast<double>(column.values[i]);
                averages[row] = sum / static_cast<double>(last - first);
            }
        });
        return averages;
    }

    static std::uint32_t java_hash(const std::string& text) {
        std::uint32_t hash = 0;
        for (const char c : text)
            hash = 31 * hash + static_cast<unsigned char>(c);
        return hash ^ hash >> 16U;
    }

    /// In the order that they are added up and written in there.
    void arrange() {
        std::uint32_t places = 16;
        while (names_.size() * 4 > std::size_t{places} * 3)
            places *= 2;
        std::vector<std::size_t> order(names_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::stable_sort(
            order, {}, [&](std::size_t i) { return java_hash(names_[i]) & (places - 1); });
        std::vector<Source> sources;
        std::vector<std::string> names;
        for (const std::size_t i : order) {
            sources.push_back(std::move(sources_[i]));
            names.push_back(std::move(names_[i]));
        }
        sources_ = std::move(sources);
        names_ = std::move(names);
    }

    void write_field(json::Writer& out, const State& state, std::size_t i) const {
        const auto count = static_cast<double>(state.count);
        const Moments& moments = state.moments[i];
        out.begin_object().member("name", names_[i]).member("count", state.count);
        write_number(out, "mean", moments.mean);
        write_number(out, "variance", state.variance(i));
        write_number(out, "skewness", std::sqrt(count) * moments.m3 / std::pow(moments.m2, 1.5));
        write_number(out, "kurtosis", count * moments.m4 / (moments.m2 * moments.m2));
        out.key("covariance").begin_object();
        for (std::size_t k = 0; k < names_.size(); ++k)
            write_number(out, names_[k], state.covariance(i, k));
        out.end_object().key("correlation").begin_object();
        for (std::size_t k = 0; k < names_.size(); ++k) {
            const double together = std::sqrt(state.variance(i)) * std::sqrt(state.variance(k));
            write_number(out, names_[k], i == k ? 1.0 : state.covariance(i, k) / together);
        }
        out.end_object().end_object();
    }

    Settings settings_;
    std::vector<Source> sources_;     // of the fields that are mapped
    std::vector<std::string> names_;  // of those
    std::vector<State> states_;
    std::size_t held_bytes_ = 0;  // of the averages of a row group
};

Answer<> read_fields(const Common& common, const Value& value, std::vector<std::string>& names) {
    if (value.is(Kind::string)) {
        names.emplace_back(value.as_string());
        return {};
    }
    for (const Value& name : value.as_array().values()) {
        if (!name.is(Kind::string)) {
            return refuse_parsing(fmt::format("Unexpected token {} [fields] in [{}].",
                                              token_name(name), common.name));
        }
        names.emplace_back(name.as_string());
    }
    return {};
}

Answer<> read_mode(const Value& value) {
    constexpr std::array modes = {"avg", "min", "max", "sum", "median"};
    if (std::ranges::find(modes, value.as_string()) != modes.end()) return {};
    return refuse("illegal_argument_exception",
                  fmt::format("Illegal sort mode: {}", value.as_string()));
}

Made make_matrix_stats(Common common, const Value& body) {
    std::vector<std::string> names;
    const Value* missing = nullptr;
    for (const event::Member& member : body.as_object().members()) {
        const Value& value = member.value;
        if (member.name == "fields" && (value.is(Kind::string) || value.is(Kind::array))) {
            ASK(read_fields(common, value, names));
        } else if (member.name == "mode" && value.is(Kind::string)) {
            ASK(read_mode(value));
        } else if (member.name == "missing" && value.is(Kind::object)) {
            missing = &value;
        } else {
            return refuse_parsing(fmt::format("Unexpected token {} [{}] in [{}].",
                                              token_name(value), member.name, common.name));
        }
    }
    MatrixStats::Settings settings;
    std::set<std::string> seen;
    for (std::string& name : names) {
        if (!seen.insert(name).second) continue;
        SourceOptions source;
        source.field = name;
        source.has_field = true;
        const Value* instead = missing == nullptr ? nullptr : missing->as_object().find(name);
        if (instead != nullptr) source.missing = scalar_text(*instead);
        settings.fields.push_back(std::move(source));
        settings.names.push_back(std::move(name));
    }
    constexpr std::size_t most_fields = 256;
    if (settings.names.size() > most_fields) {
        return refuse("illegal_argument_exception",
                      fmt::format("matrix_stats [{}] takes at most {} fields, for their "
                                  "covariances grow with the square",
                                  common.name, most_fields));
    }
    return std::make_unique<MatrixStats>(std::move(common), std::move(settings));
}

constexpr Parameter members[] = {
    {"fields", Takes::list},
    {"mode", Takes::one_of, Use::used, "", "avg min max sum median"},
    {"missing", Takes::object},
};

constexpr AggregationKind kinds[] = {
    {"matrix_stats", make_matrix_stats, {members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::matrix_stats
