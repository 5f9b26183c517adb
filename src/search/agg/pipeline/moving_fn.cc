// search/agg/pipeline/moving_fn.cc -- moving_fn: a script over the values of the buckets before
// each one, as many as the window has; "shift" moves the window on. Buckets without a value are
// left out of windows and get none.

#include "search/agg/core/pipeline_kind.h"
#include "search/agg/core/script.h"
#include "search/agg/figures/moving_script.h"
#include "search/base/members.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace elkhorn::search::agg::moving_fn {
namespace {

using event::Kind;
using event::Value;
using ScriptPtr = std::shared_ptr<const MovingScript>;

class MovingFn final : public ParentPipeline {
public:
    MovingFn(Common common, Settings settings, ScriptPtr script, std::int64_t window,
             std::int64_t shift)
        : ParentPipeline(std::move(common), std::move(settings)),
          script_(std::move(script)),
          window_(window),
          shift_(shift) {}

    std::string typed_name() const override { return "simple_value"; }

    Answer<> apply(MultiBucket& parent, BucketList& list) const override {
        std::vector<double> numbers(list.buckets.size());
        std::vector<double> values;
        for (std::size_t i = 0; i < list.buckets.size(); ++i) {
            numbers[i] =
                ASK(number(parent, list, i, settings().paths[0].second, settings().insert_zeros));
            if (!std::isnan(numbers[i])) values.push_back(numbers[i]);
        }
        const auto size = static_cast<std::int64_t>(values.size());
        std::vector<PipelineValue> made(list.buckets.size());
        std::int64_t at = 0;
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            if (std::isnan(numbers[i])) continue;
            if (at % 256 == 255) ASK(ledger().go_on());
            const std::int64_t from = std::clamp<std::int64_t>(at - window_ + shift_, 0, size);
            const std::int64_t to = std::clamp<std::int64_t>(at + shift_, 0, size);
            const auto window = std::span<const double>(values).subspan(
                static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
            made[i] = {true, ASK(script_->run(window)), 0};
            ++at;
        }
        list.made[place()] = std::move(made);
        return {};
    }

protected:
    bool needs_histogram() const override { return true; }

private:
    ScriptPtr script_;
    std::int64_t window_;
    std::int64_t shift_;
};

constexpr ParameterTable script_tables[] = {script_members};

MovingScript::Params params_of(const Value* params) {
    MovingScript::Params found;
    if (params == nullptr || !params->is(Kind::object)) return found;
    for (const event::Member& member : params->as_object().members()) {
        if (member.value.is(Kind::boolean)) {
            found[std::string(member.name)] = member.value.as_boolean() ? 1 : 0;
        } else if (const auto text = scalar_text(member.value)) {
            if (const auto number = parse_real(*text)) found[std::string(member.name)] = *number;
        }
    }
    return found;
}

/// Null where none is given.
Answer<ScriptPtr> read_script(Options& options) {
    const Value* given = options.any("script");
    if (given == nullptr) return ScriptPtr();
    if (given->is(Kind::string)) return MovingScript::parse(given->as_string(), {});
    if (!given->is(Kind::object)) {
        options.fail_kind("script", *given);
        return ScriptPtr();
    }
    const MemberCheck check = ASK(check_members("a script", *given, script_tables));
    if (!check.undeclared.empty()) {
        options.fail("script", "x_content_parse_exception",
                     fmt::format("[1:1] [script] unknown field [{}]", check.undeclared));
        return ScriptPtr();
    }
    const event::Object& object = given->as_object();
    const Value* source = object.find("source");
    if (source == nullptr) source = object.find("inline");
    if (source == nullptr || !source->is(Kind::string)) {
        return refuse("illegal_argument_exception",
                      "must specify either [source] for an inline script or [id] for a stored "
                      "script");
    }
    return MovingScript::parse(source->as_string(), params_of(object.find("params")));
}

MadePipeline make(Common common, PipelineOptions& options) {
    Options& rest = options.rest();
    const auto window = rest.integer("window");
    const auto shift = rest.integer("shift");
    ScriptPtr script = ASK(read_script(rest));
    if (window && *window <= 0) {
        rest.fail("window", "illegal_argument_exception",
                  "[window] must be a positive, non-zero integer.");
    }
    ASK(options.finish());
    if (script == nullptr) return options.missing("script");
    if (!window) return options.missing("window");
    constexpr std::int64_t far = 2'147'483'647;
    return std::make_unique<MovingFn>(std::move(common), std::move(options.settings()),
                                      std::move(script), std::min(*window, far),
                                      std::clamp(shift.value_or(0), -far, far));
}

constexpr Parameter members[] = {
    {"window", Takes::integer}, {"shift", Takes::integer}, {"script", Takes::any}};

constexpr PipelineKind kinds[] = {
    {"moving_fn", make, {path_member, gap_member, format_member, members}}};

}  // namespace

extern constinit const PipelineKinds spec{kinds};

}  // namespace elkhorn::search::agg::moving_fn
