// search/factor/field_value_factor.cc -- a number of the document, times a factor, by a modifier.

#include "base/strings.h"
#include "event/format.h"
#include "script/value/java_text.h"
#include "search/factor/factor.h"
#include "search/match/field_terms.h"
#include "search/query/core/query_parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace elkhorn::search {
namespace {

using event::Member;
using event::Value;

std::string text_of(const Value& value) {
    std::string text;
    event::append_text(text, value);
    return text;
}

enum class Modifier { none, log, log1p, log2p, ln, ln1p, ln2p, square, sqrt, reciprocal };

double modified(Modifier modifier, double value) {
    switch (modifier) {
        case Modifier::none: return value;
        case Modifier::log: return std::log10(value);
        case Modifier::log1p: return std::log10(value + 1);
        case Modifier::log2p: return std::log10(value + 2);
        case Modifier::ln: return std::log(value);
        case Modifier::ln1p: return std::log1p(value);
        case Modifier::ln2p: return std::log1p(value + 1);
        case Modifier::square: return value * value;
        case Modifier::sqrt: return std::sqrt(value);
        case Modifier::reciprocal: return 1.0 / value;
    }
    return value;
}

constexpr std::array<std::string_view, 10> modifier_names = {
    "none", "log", "log1p", "log2p", "ln", "ln1p", "ln2p", "square", "sqrt", "reciprocal"};

struct ValueFactor {
    std::string field;
    float factor = 1;
    Modifier modifier = Modifier::none;
    std::optional<double> missing;
};

/// The least of a row's values, as sorted doc values give it first; nothing: there is none.
std::optional<double> first_value(const Numbers& numbers, std::uint32_t row) {
    std::optional<double> least;
    numbers.for_each(row, [&](double value) { least = std::min(least.value_or(value), value); });
    return least;
}

class ValueOfField final : public Factor {
public:
    ValueOfField(const ValueFactor& how, Field field) : how_(how), field_(std::move(field)) {}

    Answer<> enter(const GroupContext& context) override {
        numbers_ = {};
        if (field_.known()) numbers_ = ASK(exact_numbers_of(context, field_));
        return {};
    }

    Answer<double> of(std::uint32_t row, float /*score*/) override {
        auto value = first_value(numbers_, row);
        if (!value) value = how_.missing;
        if (!value) return broken_score(fmt::format("Missing value for field [{}]", how_.field));
        const double result = modified(how_.modifier, *value * static_cast<double>(how_.factor));
        if (result >= 0 || std::isnan(result)) return result;
        return refuse_in_phase(
            "illegal_argument_exception",
            fmt::format("field value function must not produce negative scores, but got: [{}] for "
                        "field value: [{}]",
                        script::java_text(result), script::java_text(*value)));
    }

private:
    const ValueFactor& how_;  // the kind's
    Field field_;
    Numbers numbers_;
};

class ValueFactorKind final : public FactorKind {
public:
    explicit ValueFactorKind(ValueFactor how) : how_(std::move(how)) {}

    Answer<> plan(const Scope& scope) override {
        field_ = scoped_field(scope, how_.field);
        if (!field_.has_values()) {
            field_ = {};
            if (how_.missing) return {};
            return broken_score(
                fmt::format("Unable to find a field mapper for field [{}]. No "
                            "'missing' value defined.",
                            how_.field));
        }
        if (field_.is_text()) return not_for_texts(how_.field);
        if (field_.is_keyword() || field_.is_ip()) {
            return refuse_in_phase(
                "class_cast_exception",
                fmt::format("the field [{}] has no numbers but texts", how_.field));
        }
        return {};
    }

    Answer<FactorPtr> make(const RequestContext& /*request*/) const override {
        return std::make_unique<ValueOfField>(how_, field_);
    }

private:
    static std::unexpected<Failure> not_for_texts(std::string_view field) {
        return refuse_in_phase(
            "illegal_argument_exception",
            fmt::format("Text fields are not optimised for operations that require per-document "
                        "field data like aggregations and sorting, so these operations are "
                        "disabled by default. Please use a keyword field instead. Alternatively, "
                        "set fielddata=true on [{}] in order to load field data by uninverting the "
                        "inverted index. Note that this can use significant memory.",
                        field));
    }

    ValueFactor how_;
    Field field_;
};

}  // namespace

Answer<MakeFactorKind> read_value_factor(const Value& body) {
    ValueFactor how;
    for (const Member& member : body.as_object().members()) {
        if (member.name == "field") {
            how.field = text_of(member.value);
        } else if (member.name == "factor") {
            how.factor = static_cast<float>(ASK(number_option(member)));
        } else if (member.name == "missing") {
            how.missing = ASK(number_option(member));
        } else if (member.name == "modifier") {
            const std::string name = to_lower(text_of(member.value));
            const auto it = std::ranges::find(modifier_names, name);
            if (it == modifier_names.end()) {
                return refuse("illegal_argument_exception",
                              "No enum constant org.elasticsearch.common.lucene.search.function."
                              "FieldValueFactorFunction.Modifier." +
                                  to_upper(name));
            }
            how.modifier = static_cast<Modifier>(it - modifier_names.begin());
        } else {
            return bad_syntax(
                fmt::format("field_value_factor query does not support [{}]", member.name));
        }
    }
    if (how.field.empty()) return bad_syntax("[field_value_factor] required field 'field' missing");
    return MakeFactorKind([how] { return std::make_unique<ValueFactorKind>(how); });
}

}  // namespace elkhorn::search
