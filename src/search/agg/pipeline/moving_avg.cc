// search/agg/pipeline/moving_avg.cc -- moving_avg, the older moving_fn: the next value by a model
// over the values before each bucket, and with "predict" those after the last one, in buckets made
// for them. Buckets without a value get none and are left out of windows.

#include "script/library/moving_functions.h"
#include "search/agg/core/pipeline_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace elkhorn::search::agg::moving_avg {
namespace {

using script::HoltWinters;
using script::moving_average;
using script::moving_exponential_average;
using script::moving_holt;
using script::moving_linear_average;

using event::Kind;
using event::Value;

enum class ModelKind : std::uint8_t { simple, linear, ewma, holt, holt_winters };

struct Model {
    ModelKind kind = ModelKind::simple;
    HoltWinters settings;  // its alpha and beta are those of the others, too

    bool enough(std::size_t values) const {
        return kind == ModelKind::holt_winters ? settings.enough(values) : values > 0;
    }

    /// The values after the last one; all the same where the model knows of no trend.
    std::vector<double> predict(std::span<const double> values, std::size_t count) const {
        if (!enough(values.size())) return std::vector<double>(count, no_number);
        if (kind == ModelKind::holt)
            return moving_holt(values, settings.alpha, settings.beta, count);
        if (kind == ModelKind::holt_winters) return settings.forecast(values, count);
        return std::vector<double>(count, next(values));
    }

    double next(std::span<const double> values) const {
        switch (kind) {
            case ModelKind::simple: return moving_average(values);
            case ModelKind::linear: return moving_linear_average(values);
            case ModelKind::ewma: return moving_exponential_average(values, settings.alpha);
            case ModelKind::holt: return moving_holt(values, settings.alpha, settings.beta, 1)[0];
            default: return settings.forecast(values, 1)[0];
        }
    }
};

class MovingAverage final : public ParentPipeline {
public:
    MovingAverage(Common common, Settings settings, Model model, std::size_t window,
                  std::size_t predicted)
        : ParentPipeline(std::move(common), std::move(settings)),
          model_(model),
          window_(window),
          predicted_(predicted) {}

    std::string typed_name() const override { return "simple_value"; }

    Answer<> apply(MultiBucket& parent, BucketList& list) const override {
        std::vector<PipelineValue> made(list.buckets.size());
        std::vector<double> values;
        std::size_t last = 0;  // bucket with a value
        for (std::size_t i = 0; i < list.buckets.size(); ++i) {
            const double value =
                ASK(number(parent, list, i, settings().paths[0].second, settings().insert_zeros));
            if (std::isnan(value)) continue;
            if (values.size() % 256 == 255) ASK(ledger().go_on());
            const std::size_t size = std::min(window_, values.size());
            if (model_.enough(size))
                made[i] = {true, model_.next(std::span<const double>(values).last(size)), 0};
            values.push_back(value);
            last = i;
        }
        list.made[place()] = std::move(made);
        return list.buckets.empty() ? Answer<>() : predict(parent, list, values, last);
    }

protected:
    bool needs_histogram() const override { return true; }

private:
    /// Values of the buckets after the last one that has any, which are made where there are none.
    Answer<> predict(MultiBucket& parent, BucketList& list, std::span<const double> values,
                     std::size_t last) const {
        if (predicted_ == 0) return {};
        ASK(ledger().allow(list.buckets.size() + predicted_));
        const auto window = values.last(std::min(window_, values.size()));
        const std::vector<double> next = model_.predict(window, predicted_);
        for (std::size_t i = 0; i < next.size(); ++i) {
            const std::size_t at = last + 1 + i;
            if (at >= list.buckets.size()) {
                const auto key = parent.next_key(list.buckets.back());
                if (!key) return {};
                list.buckets.push_back({no_bucket, 0, *key, true});
                for (auto& made : list.made) {
                    if (!made.empty()) made.emplace_back();
                }
            }
            list.made[place()][at] = {true, next[i], 0};
        }
        return {};
    }

    Model model_;
    std::size_t window_;
    std::size_t predicted_;  // how many buckets; 0: none
};

std::unexpected<Failure> bad_settings(std::string_view model, std::string reason) {
    auto failure = refuse_parsing(fmt::format("Could not parse settings for model [{}].", model));
    failure.error().caused_by_type = "parse_exception";
    failure.error().caused_by_reason = std::move(reason);
    return failure;
}

/// Which of the settings a model has: as many of the first ones as that.
std::size_t known_settings(ModelKind kind) {
    switch (kind) {
        case ModelKind::ewma: return 1;
        case ModelKind::holt: return 2;
        case ModelKind::holt_winters: return 6;
        default: return 0;
    }
}

Answer<> read_setting(const event::Member& member, std::string_view model, HoltWinters& settings,
                      bool& pads) {
    if (member.name == "type") {
        const auto type = scalar_text(member.value).value_or("");
        settings.multiplicative = type == "mult";
        if (settings.multiplicative || type == "add") return {};
        return bad_settings(model, fmt::format("Unknown value [{}] for [type]", type));
    }
    if (member.name == "pad") {
        pads = member.value.is(Kind::boolean) && member.value.as_boolean();
        return {};
    }
    const auto text = scalar_text(member.value);
    const auto number = text ? parse_real(*text) : std::nullopt;
    if (!number) {
        return bad_settings(model, fmt::format("Parameter [{}] must be a double", member.name));
    }
    if (member.name == "period") {
        if (*number < 1)
            return bad_settings(model, "Parameter [period] must be an integer of at least 1");
        settings.period = static_cast<std::size_t>(std::min(*number, 1e9));
        return {};
    }
    if (!(*number >= 0 && *number <= 1)) {
        std::string shown;
        text::append_json_real(shown, *number);
        return bad_settings(
            model, fmt::format("Parameter [{}] must be between 0-1 inclusive.  Providedvalue was "
                               "[{}]",
                               member.name, shown));
    }
    (member.name == "alpha"  ? settings.alpha
     : member.name == "beta" ? settings.beta
                             : settings.gamma) = *number;
    return {};
}

Answer<> read_settings(const Value* given, std::string_view name, Model& model) {
    constexpr std::array names = {"alpha", "beta", "gamma", "period", "type", "pad"};
    constexpr double usual_padding = 0.0000000001;
    bool pads = false;
    std::string unknown;
    for (std::size_t i = 0; given != nullptr && i < given->as_object().size(); ++i) {
        const event::Member& member = given->as_object().members()[i];
        const auto end = names.begin() + static_cast<std::ptrdiff_t>(known_settings(model.kind));
        if (std::find(names.begin(), end, member.name) == end) {
            unknown += (unknown.empty() ? "" : ", ") + std::string(member.name);
            continue;
        }
        ASK(read_setting(member, name, model.settings, pads));
    }
    if (!unknown.empty())
        return bad_settings(name, fmt::format("Unrecognized parameter(s): [[{}]]", unknown));
    if (pads) model.settings.padding = usual_padding;
    return {};
}

Answer<Model> read_model(PipelineOptions& options) {
    constexpr std::array names = {"simple", "linear", "ewma", "holt", "holt_winters"};
    const std::string name = options.rest().text("model").value_or("simple");
    const auto found = std::ranges::find(names, name);
    if (found == names.end())
        return refuse_parsing(fmt::format("no [moving_avg_model] registered for [{}]", name));
    Model model;
    model.kind = static_cast<ModelKind>(found - names.begin());
    ASK(read_settings(options.rest().object("settings"), name, model));
    return model;
}

MadePipeline make(Common common, PipelineOptions& options) {
    const auto window = options.rest().integer("window");
    const auto predict = options.rest().integer("predict");
    const Model model = ASK(read_model(options));
    ASK(options.finish());
    if (window && *window <= 0) {
        return refuse_parsing(
            fmt::format("[window] value must be a positive, non-zero integer.  "
                        "Value supplied was [null] in [{}].",
                        options.name()));
    }
    if (predict && *predict <= 0) {
        return refuse_parsing(
            fmt::format("[predict] value must be a positive integer.  Value "
                        "supplied was [{}] in [{}].",
                        *predict, options.name()));
    }
    const auto size = static_cast<std::size_t>(window.value_or(5));
    if (model.kind == ModelKind::holt_winters && size < 2 * model.settings.period) {
        return refuse("illegal_argument_exception",
                      fmt::format("Field [window] must be at least twice as large as the period "
                                  "when using Holt-Winters.  Value provided was [{}], which is "
                                  "less than (2*period) == {}",
                                  size, 2 * model.settings.period));
    }
    return std::make_unique<MovingAverage>(std::move(common), std::move(options.settings()), model,
                                           size, static_cast<std::size_t>(predict.value_or(0)));
}

constexpr Parameter members[] = {
    {"window", Takes::integer},
    {"model", Takes::text},
    {"settings", Takes::object},
    {"minimize", Takes::flag, Use::refused,
     "the best settings of a model are not searched for: say them", "false"},
    {"predict", Takes::integer},
};

constexpr PipelineKind kinds[] = {
    {"moving_avg", make, {path_member, gap_member, format_member, members}, PipelineWords::token}};

}  // namespace

extern constinit const PipelineKinds spec{kinds};

}  // namespace elkhorn::search::agg::moving_avg
