// search/agg/pipeline/moving_fn.cc -- moving_fn: a script over the values of the buckets before
// each one, as many as the window has; "shift" moves the window on. Buckets without a value are
// left out of windows and get none.

#include "script/run/run.h"
#include "search/agg/core/pipeline_kind.h"
#include "search/script/script_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace elkhorn::search::agg::moving_fn {
namespace {

using event::Kind;
using event::Value;

struct Compiled {
    ScriptCall call;
    std::shared_ptr<const script::Program> program;
};

/// The values of a window.
class WindowHost final : public script::Host {
public:
    explicit WindowHost(const Ledger& ledger) : ledger_(ledger) {}

    script::Value variable(script::Run& run, script::Role role) override {
        if (role != script::Role::values) return {};
        std::vector<script::Value> items;
        items.reserve(window.size());
        for (const double value : window)
            items.push_back(script::Value::of_double(value));
        return script::Value::of(
            run.make_list(std::move(items), script::Type(script::Class::double_, 1)));
    }

    bool go_on() override { return ledger_.go_on().has_value(); }

    std::span<const double> window;

private:
    const Ledger& ledger_;  // the aggregation's
};

class MovingFn final : public ParentPipeline {
public:
    MovingFn(Common common, Settings settings, Compiled script, std::int64_t window,
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
        WindowHost host(ledger());
        script::Run run(script_.program, host, {});
        run.set_params(script_.call.params);
        std::int64_t at = 0;
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            if (std::isnan(numbers[i])) continue;
            if (at % 256 == 255) ASK(ledger().go_on());
            const std::int64_t from = std::clamp<std::int64_t>(at - window_ + shift_, 0, size);
            const std::int64_t to = std::clamp<std::int64_t>(at + shift_, 0, size);
            const auto window = std::span<const double>(values).subspan(
                static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
            host.window = window;
            run.leave_row();
            const script::Value value = run.execute();
            if (value.thrown()) {
                ASK(ledger().go_on());
                return script_failure(run.trouble());
            }
            made[i] = {true, value.as_double(), 0};
            ++at;
        }
        list.made[place()] = std::move(made);
        return {};
    }

protected:
    bool needs_histogram() const override { return true; }

private:
    Compiled script_;
    std::int64_t window_;
    std::int64_t shift_;
};

MadePipeline make(Common common, PipelineOptions& options) {
    Options& rest = options.rest();
    const auto window = rest.integer("window");
    const auto shift = rest.integer("shift");
    const Value* given = rest.any("script");
    Compiled script;
    if (given != nullptr && !given->is(Kind::string) && !given->is(Kind::object)) {
        rest.fail_kind("script", *given);
        given = nullptr;
    }
    if (given != nullptr) {
        script.call = ASK(read_script(*given));
        script.program =
            ASK(compile(script.call, common.ledger->request(), script::contexts::moving_function));
    }
    if (window && *window <= 0) {
        rest.fail("window", "illegal_argument_exception",
                  "[window] must be a positive, non-zero integer.");
    }
    ASK(options.finish());
    if (given == nullptr) return options.missing("script");
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
