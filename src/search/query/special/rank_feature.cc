// search/query/special/rank_feature.cc -- rank_feature: every document that has the feature is
// found, and scores by how much of it: saturation f / (f + pivot), log(scaling_factor + f) or
// sigmoid f^e / (f^e + pivot^e).
//
// A feature is a number in a field of the type rank_feature, or one below a field of the type
// rank_features; it counts with nine digits of its mantissa, as Lucene keeps it. Where less is
// better (positive_score_impact: false) its inverse counts.

#include "base/strings.h"
#include "search/match/bm25.h"
#include "search/query/core/query_kind.h"
#include "search/query/core/query_parse.h"
#include "search/source/source_values.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace elkhorn::search::rank_feature {
namespace {

using event::Kind;
using event::Member;
using event::Value;

enum class Shape : std::uint8_t { saturation, log, sigmoid };

struct Function {
    Shape shape = Shape::saturation;
    std::optional<double> pivot;  // nothing: about the mean of the index
    double scaling_factor = 1;
    double exponent = 1;
};

constexpr unsigned dropped_bits = 15;  // of a float

std::uint32_t packed(float feature) {
    return std::bit_cast<std::uint32_t>(feature) >> dropped_bits;
}

float unpacked(std::uint32_t bits) {
    return std::bit_cast<float>(bits << dropped_bits);
}

/// Of a row group; 0: the row has none.
struct Features {
    std::vector<std::uint32_t> packed_values;

    std::uint64_t size_bytes() const { return 4 * packed_values.size(); }
};

/// Where a feature stands, and whether more of it is better.
struct Feature {
    std::string path;
    bool inverse = false;

    std::uint32_t read(std::span<const Value> values) const {
        if (values.size() != 1) return 0;
        const auto term = term_of(values[0]);
        const auto number = term ? to_double(term->text) : std::nullopt;
        if (!number || !(*number > 0) || !std::isfinite(*number)) return 0;
        const auto feature = static_cast<float>(*number);
        return packed(inverse ? 1.0F / feature : feature);
    }

    Answer<std::shared_ptr<const Features>> of(const GroupContext& context) const {
        const auto make = [&](Features& made) -> Answer<> {
            return each_source_value(context, path,
                                     [&](std::uint32_t, std::span<const Value> values) {
                                         made.packed_values.push_back(read(values));
                                         return made.size_bytes();
                                     });
        };
        return made_of_group<Features>(
            context, fmt::format("feature {}{}", path, inverse ? " inverse" : ""), make);
    }
};

class FeatureScorer final : public RowScorer {
public:
    FeatureScorer(const Feature& feature, Function function, float boost)
        : feature_(feature), function_(std::move(function)), boost_(boost) {}

    Answer<> enter(const GroupContext& context) override {
        features_ = ASK(feature_.of(context));
        return {};
    }

    bool has(std::uint32_t row) const override { return features_->packed_values[row] != 0; }

    Answer<float> score(std::uint32_t row) override {
        const float feature = unpacked(features_->packed_values[row]);
        const double pivot = function_.pivot.value_or(1);
        switch (function_.shape) {
            case Shape::log:
                return static_cast<float>(
                    boost_ * std::log(static_cast<float>(function_.scaling_factor) + feature));
            case Shape::sigmoid: {
                const double all = std::pow(pivot, function_.exponent);
                return static_cast<float>(
                    boost_ * (1 - all / (std::pow(feature, function_.exponent) + all)));
            }
            case Shape::saturation: break;
        }
        const auto narrow = static_cast<float>(pivot);
        return boost_ * (1 - narrow / (feature + narrow));
    }

private:
    const Feature& feature_;  // the node's, which whoever asked for the scorer keeps
    Function function_;
    float boost_;
    std::shared_ptr<const Features> features_;
};

class FeatureNode final : public Node {
public:
    FeatureNode(Feature feature, Function function)
        : feature_(std::move(feature)), function_(std::move(function)) {}

    Answer<Bitmap> rows(const GroupContext& context) const override {
        const auto features = ASK(feature_.of(context));
        Bitmap rows(context.rows());
        for (std::uint32_t row = 0; row < context.rows(); ++row) {
            if (features->packed_values[row] != 0) rows.set(row);
        }
        return rows;
    }

    int cost() const override { return 8; }

    std::optional<float> constant() const override { return std::nullopt; }

    Answer<std::unique_ptr<RowScorer>> scorer(Statistics& statistics, float boost) const override {
        Function function = function_;
        if (!function.pivot) function.pivot = ASK(mean(statistics));
        return std::make_unique<FeatureScorer>(feature_, std::move(function), boost);
    }

private:
    /// Lucene's: the mean of the bits it keeps, read as a feature.
    Answer<double> mean(const Statistics& statistics) const {
        double sum = 0;
        double rows = 0;
        ASK(statistics.each_group([&](const GroupContext& context) -> Answer<> {
            const auto features = ASK(feature_.of(context));
            for (const std::uint32_t bits : features->packed_values) {
                sum += bits;
                rows += bits == 0 ? 0 : 1;
            }
            return {};
        }));
        return rows == 0 ? 1.0
                         : unpacked(static_cast<std::uint32_t>(static_cast<float>(sum / rows)));
    }

    Feature feature_;
    Function function_;
};

struct Wanted {
    std::string field;
    std::optional<Function> function;
    Common common;
};

std::unexpected<Failure> bad_member(std::string_view shape, std::string_view member) {
    return bad_content(fmt::format("[{}] unknown field [{}]", shape, member));
}

Answer<Function> read_function(const Member& given) {
    Function function;
    const std::string_view shape = given.name;
    if (!given.value.is(Kind::object)) {
        return bad_content(fmt::format("[rank_feature] {} doesn't support values of type: {}",
                                       shape, token_name(given.value)));
    }
    bool has_factor = false;
    bool has_exponent = false;
    for (const Member& member : given.value.as_object().members()) {
        const double number = ASK(number_option(member));
        if (shape != "log" && member.name == "pivot") {
            function.pivot = number;
        } else if (shape == "log" && member.name == "scaling_factor") {
            function.scaling_factor = number;
            has_factor = true;
        } else if (shape == "sigmoid" && member.name == "exponent") {
            function.exponent = number;
            has_exponent = true;
        } else {
            return bad_member(shape, member.name);
        }
    }
    function.shape = shape == "log"       ? Shape::log
                     : shape == "sigmoid" ? Shape::sigmoid
                                          : Shape::saturation;
    std::string missing;
    if (shape == "log" && !has_factor) missing = "scaling_factor";
    if (shape == "sigmoid" && !function.pivot) missing = has_exponent ? "pivot" : "pivot, exponent";
    if (shape == "sigmoid" && function.pivot && !has_exponent) missing = "exponent";
    if (!missing.empty())
        return refuse("illegal_argument_exception", fmt::format("Required [{}]", missing));
    return function;
}

Answer<Function> read_shape(const Member& member) {
    auto function = read_function(member);
    if (function || function.error().reason.starts_with("[1:1] [rank_feature]")) return function;
    auto failure = bad_content(fmt::format("[feature] failed to parse field [{}]", member.name));
    failure.error().caused_by_type = function.error().type;
    failure.error().caused_by_reason = function.error().reason;
    return failure;
}

/// Whether less is better, by the mapping.
bool is_inverse(const store::FieldMapping& mapping) {
    return mapping.extra_json.find("\"positive_score_impact\":false") != std::string::npos;
}

Answer<NodePtr> plan(const Scope& scope, const Wanted& wanted) {
    const Field field = scoped_field(scope, wanted.field);
    const std::size_t dot = wanted.field.rfind('.');
    const store::FieldMapping* mapping = field.mapping;
    if (mapping == nullptr && dot != std::string::npos) {
        mapping = scope.index->mapping->find(std::string_view(wanted.field).substr(0, dot));
        if (mapping != nullptr && mapping->es_name != "rank_features") mapping = nullptr;
    }
    if (mapping == nullptr) return no_rows();
    const bool is_feature = mapping->es_name == "rank_feature";
    if (!is_feature && (mapping->es_name != "rank_features" || field.known())) {
        return cannot_create(
            "illegal_argument_exception",
            fmt::format("[rank_feature] query only works on [rank_feature] fields and features of "
                        "[rank_features] fields, not [{}]",
                        mapping->es_name));
    }
    Feature feature{wanted.field, is_feature && is_inverse(*mapping)};
    const Function function = wanted.function.value_or(Function());
    if (function.shape == Shape::log && feature.inverse) {
        return cannot_create("illegal_argument_exception",
                             "Cannot use the [log] function with a field that has a negative score "
                             "impact as it would trigger negative scores");
    }
    return std::make_shared<FeatureNode>(std::move(feature), function);
}

Answer<QueryPtr> parse_rank_feature(const Value& body) {
    Wanted wanted;
    for (const Member& member : body.as_object().members()) {
        const bool taken = ASK(take_common(member, wanted.common));
        if (taken) continue;
        const bool shape =
            member.name == "log" || member.name == "saturation" || member.name == "sigmoid";
        if (shape && wanted.function) {
            auto failure = refuse("x_content_parse_exception",
                                  "Failed to build [feature] after last required field arrived");
            failure.error().caused_by_type = "illegal_argument_exception";
            failure.error().caused_by_reason =
                "Can only specify one of [log], [saturation] and [sigmoid]";
            return failure;
        }
        if (shape)
            wanted.function = ASK(read_shape(member));
        else if (member.name == "field")
            wanted.field = ASK(text_option("rank_feature", member));
        else
            return bad_member("feature", member.name);
    }
    if (wanted.field.empty()) return refuse("illegal_argument_exception", "Required [field]");
    return make_query(
        [wanted](const Scope& scope) -> Answer<NodePtr> { return plan(scope, wanted); },
        wanted.common);
}

constexpr Parameter rank_feature_members[] = {
    {"field", Takes::text},
    {"saturation", Takes::object},
    {"log", Takes::object},
    {"sigmoid", Takes::object},
};

constexpr QueryKind kinds[] = {
    {"rank_feature", parse_rank_feature, {rank_feature_members}},
};

}  // namespace

extern constinit const QueryKinds spec{kinds};

}  // namespace elkhorn::search::rank_feature
