// search/agg/metric/t_tests.cc -- t_test: whether the values of two fields, or of a field under two
// filters, differ by more than chance (student.h).

#include "search/agg/core/aggregation_kind.h"
#include "search/agg/figures/student.h"
#include "search/agg/values/planned_filter.h"
#include "search/agg/values/source.h"
#include "search/query/core/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace elkhorn::search::agg::t_tests {
namespace {

enum class Kind : std::uint8_t { paired, homoscedastic, heteroscedastic };

constexpr std::array kind_names = {"paired", "homoscedastic", "heteroscedastic"};

struct Side {
    SourceOptions options;
    std::optional<PlannedFilter> filter;
    Source source;
};

struct State {
    Sample a;  // of a paired test the differences
    Sample b;
};

class TTest final : public Aggregator {
public:
    TTest(Common common, Side a, Side b, Kind kind, std::string format)
        : Aggregator(std::move(common)),
          sides_{std::move(a), std::move(b)},
          kind_(kind),
          format_(format.empty() ? ValueFormat() : ValueFormat::decimal(format)) {}

    Shape shape() const override { return Shape::single_metric; }

    bool may_have_children() const override { return false; }

    Answer<> bind(const RequestContext& request) override {
        for (Side& side : sides_) {
            ASK(side.source.bind(request, common_, side.options, {}));
            if (side.filter) ASK(side.filter->bind(request, common_.nested));
        }
        return {};
    }

    Answer<> collect(const GroupContext& context, const Selection& selection) override {
        ASK(grow(states_, selection.bucket_count));
        if (kind_ == Kind::paired) return collect_pairs(context, selection);
        ASK(collect_side(context, selection, sides_[0], &State::a));
        return collect_side(context, selection, sides_[1], &State::b);
    }

    Answer<> render(json::Writer& out, std::uint32_t bucket) override {
        const double value = metric(bucket, "");
        out.key("value");
        if (std::isnan(value)) {
            out.null();
            return {};
        }
        out.value(value);
        if (format_.shown()) out.member("value_as_string", format_.text(value));
        return {};
    }

    double metric(std::uint32_t bucket, std::string_view /*key*/) const override {
        if (bucket >= states_.size()) return std::nan("");
        const State& state = states_[bucket];
        switch (kind_) {
            case Kind::paired: return paired_test(state.a);
            case Kind::homoscedastic: return homoscedastic_test(state.a, state.b);
            default: return heteroscedastic_test(state.a, state.b);
        }
    }

    bool has_metric(std::string_view key) const override { return key.empty() || key == "value"; }

private:
    Answer<> collect_side(const GroupContext& context, const Selection& selection, const Side& side,
                          Sample State::* sample) {
        store::Bitmap rows(context.rows(), true);
        if (side.filter) rows = ASK(side.filter->rows(context));
        const NumberColumn numbers = ASK(side.source.numbers(context, selection));
        numbers.visit([&](const auto& column) {
            selection.for_each([&](std::uint32_t row, std::uint32_t bucket) {
                if (!rows.test(row)) return;
                for (auto i = column.rows.first(row); i < column.rows.last(row); ++i)
                    (states_[bucket].*sample).add(static_cast<double>(column.values[i]));
            });
        });
        return {};
    }

    Answer<> collect_pairs(const GroupContext& context, const Selection& selection) {
        std::array<std::vector<double>, 2> values;
        bool several = false;
        for (std::size_t side = 0; side < sides_.size(); ++side) {
            values[side].assign(context.rows(), std::nan(""));
            const NumberColumn numbers = ASK(sides_[side].source.numbers(context, selection));
            numbers.visit([&](const auto& column) {
                for (std::uint32_t row = 0; row < context.rows(); ++row) {
                    const auto first = column.rows.first(row);
                    several = several || column.rows.last(row) > first + 1;
                    if (column.rows.last(row) > first)
                        values[side][row] = static_cast<double>(column.values[first]);
                }
            });
        }
        if (several) {
            return refuse_execution(
                "Encountered more than one value for a single document. Use a script to combine "
                "multiple values per doc into a single value.");
        }
        selection.for_each([&](std::uint32_t row, std::uint32_t bucket) {
            const double difference = values[0][row] - values[1][row];
            if (!std::isnan(difference)) states_[bucket].a.add(difference);
        });
        return {};
    }

    std::array<Side, 2> sides_;
    Kind kind_;
    ValueFormat format_;
    std::vector<State> states_;
};

Answer<Side> read_side(Options& options, std::string_view key) {
    Side side;
    const event::Value* given = options.object(key);
    if (given == nullptr) return side;
    Options inner(key, options.name(), *given);
    side.options = SourceOptions::read(inner, false, false);
    if (const event::Value* filter = inner.object("filter"))
        side.filter.emplace(ASK(parse_query(*filter)));
    if (auto read = inner.finish(); !read)
        options.fail(key, read.error().type, read.error().reason);
    return side;
}

Made make_t_test(Common common, const event::Value& body) {
    Options options(common.type, common.name, body);
    Side a = ASK(read_side(options, "a"));
    Side b = ASK(read_side(options, "b"));
    const std::string type = options.text("type").value_or("heteroscedastic");
    const std::string format = options.text("format").value_or("");
    const auto kind = std::ranges::find(kind_names, type);
    if (kind == kind_names.end()) {
        options.fail("type", "illegal_argument_exception",
                     fmt::format("No enum constant of a t_test's type is [{}]: there are paired, "
                                 "homoscedastic and heteroscedastic",
                                 type));
    }
    ASK(options.finish());
    for (const auto& [name, side] : {std::pair("a", &a), std::pair("b", &b)}) {
        if (side->options.given()) continue;
        return refuse("illegal_argument_exception",
                      fmt::format("t_test [{}] needs a field in [{}]", common.name, name));
    }
    const auto chosen = static_cast<Kind>(kind - kind_names.begin());
    if (chosen == Kind::paired && (a.filter || b.filter)) {
        return refuse("illegal_argument_exception",
                      fmt::format("Paired t-test cannot take [filter] in [{}]: both values are of "
                                  "one document",
                                  common.name));
    }
    return std::make_unique<TTest>(std::move(common), std::move(a), std::move(b), chosen, format);
}

constexpr Parameter members[] = {
    {"a", Takes::object},
    {"b", Takes::object},
    {"type", Takes::text},
    {"format", Takes::text},
};

constexpr AggregationKind kinds[] = {
    {"t_test", make_t_test, {members}},
};

}  // namespace

extern constinit const AggregationKinds spec{kinds};

}  // namespace elkhorn::search::agg::t_tests
