#include "pipeline/program.h"

#include "base/nearest.h"
#include "base/strings.h"

#include <fmt/format.h>

namespace elkhorn::pipeline {
namespace {

/// The plug-in's spec, or the mistake with the nearest right name.
template <typename Spec>
Result<const Spec*> find_spec(std::string_view kind, const config::Plugin& plugin,
                              const Spec* found, std::span<const Spec* const> all) {
    if (found != nullptr) return found;
    std::vector<std::string_view> names;
    for (const Spec* spec : all)
        names.push_back(spec->name);
    const std::string near = nearest_word(plugin.name, names);
    return fail(ErrorCode::invalid,
                fmt::format("{}: there is no {} {}{}", plugin.place.text(), kind, plugin.name,
                            near.empty() ? "" : fmt::format(" (did you mean {}?)", near)));
}

/// Statements to steps; `make` turns a plug-in into a step's target. Goes on after a mistake, so
/// that all of them are reported.
template <typename Target, typename Make>
std::vector<Step<Target>> compile_steps(const std::vector<config::Statement>& statements,
                                        const Make& make, std::vector<std::string>& mistakes) {
    std::vector<Step<Target>> steps;
    for (const config::Statement& statement : statements) {
        Step<Target> step;
        if (const auto* plugin = std::get_if<config::Plugin>(&statement.what)) {
            auto made = make(*plugin, step);
            if (!made)
                mistakes.push_back(made.error().message);
            else
                steps.push_back(std::move(step));
            continue;
        }
        for (const auto& arm : std::get<config::Choice>(statement.what).arms) {
            typename Step<Target>::Arm compiled;
            if (arm.condition) {
                auto condition = Condition::compile(*arm.condition);
                if (condition)
                    compiled.condition = std::move(*condition);
                else
                    mistakes.push_back(condition.error().message);
            }
            compiled.body = compile_steps<Target>(arm.body, make, mistakes);
            step.arms.push_back(std::move(compiled));
        }
        steps.push_back(std::move(step));
    }
    return steps;
}

/// Splits off the events for which the arm holds; `rest` keeps the others, in order.
template <typename Arm>
Subset take_matching(Arm& arm, Subset& rest) {
    if (!arm.condition) return std::exchange(rest, {});
    Subset matching;
    std::size_t kept = 0;
    for (event::Event* event : rest) {
        if (arm.condition->holds(*event))
            matching.push_back(event);
        else
            rest[kept++] = event;
    }
    rest.resize(kept);
    return matching;
}

void forget_cancelled(Subset& events) {
    std::erase_if(events, [](const event::Event* event) { return event->cancelled(); });
}

}  // namespace

PluginCounters::PluginCounters(std::string_view kind, std::string_view name, std::string_view id)
    : in("elkhorn_pipeline_events_in_total", "Events given to a plug-in.",
         {{"kind", kind}, {"plugin", name}, {"id", id}}),
      out("elkhorn_pipeline_events_out_total", "Events a plug-in passed on or delivered.",
          {{"kind", kind}, {"plugin", name}, {"id", id}}),
      failed("elkhorn_pipeline_failures_total", "Times a plug-in could not do its work.",
             {{"kind", kind}, {"plugin", name}, {"id", id}}) {}

PluginCounters& Counters::of(std::string_view kind, const config::Plugin& plugin) {
    auto& counters = by_plugin_[&plugin];
    if (counters) return *counters;
    const config::Attribute* id = plugin.find("id");
    const std::string place = fmt::format("line {}", plugin.place.line);
    counters =
        std::make_unique<PluginCounters>(kind, plugin.name, id != nullptr ? id->value.text : place);
    return *counters;
}

PluginCounters& Counters::named(std::string_view kind, const std::string& name) {
    auto& counters = by_name_[name];
    if (!counters) counters = std::make_unique<PluginCounters>(kind, name, name);
    return *counters;
}

Result<Filters> Filters::compile(const std::vector<config::Statement>& statements,
                                 const filter::Context& context, Counters& counters) {
    std::vector<std::string> mistakes;
    const auto make = [&](const config::Plugin& plugin, FilterStep& step) -> Result<> {
        const auto* spec =
            TRY(find_spec("filter", plugin, filter::find(plugin.name), filter::all()));
        step.target = TRY(spec->build(plugin, context));
        step.counters = &counters.of("filter", plugin);
        return {};
    };
    Filters filters;
    filters.steps_ = compile_steps<std::unique_ptr<filter::Filter>>(statements, make, mistakes);
    if (mistakes.empty()) return filters;
    return fail(ErrorCode::invalid, join(mistakes, "\n"));
}

void Filters::run(event::Batch& batch, Subset& events) {
    run_steps(steps_, batch, events);
}

void Filters::run_steps(std::vector<FilterStep>& steps, event::Batch& batch, Subset& events) {
    for (FilterStep& step : steps) {
        if (events.empty()) return;
        const std::size_t before = batch.size();
        if (step.target) {
            step.counters->in.add(static_cast<std::int64_t>(events.size()));
            step.target->apply(batch, events);
        } else {
            Subset rest = events;
            for (auto& arm : step.arms) {
                Subset matching = take_matching(arm, rest);
                run_steps(arm.body, batch, matching);
            }
        }
        forget_cancelled(events);
        for (std::size_t i = before; i < batch.size(); ++i) {
            if (!batch[i].cancelled()) events.push_back(&batch[i]);
        }
        if (step.target) step.counters->out.add(static_cast<std::int64_t>(events.size()));
    }
}

Result<output::Output*> Outputs::Pool::get(const config::Plugin& plugin,
                                           const output::Context& context) {
    output::Output*& known = by_plugin_[&plugin];
    if (known != nullptr) return known;
    const auto* spec = TRY(find_spec("output", plugin, output::find(plugin.name), output::all()));
    all_.push_back(TRY(spec->build(plugin, context)));
    known = all_.back().get();
    return known;
}

Result<Outputs> Outputs::compile(const std::vector<config::Statement>& statements,
                                 const output::Context& context, Pool& pool, Counters& counters) {
    std::vector<std::string> mistakes;
    const auto make = [&](const config::Plugin& plugin, OutputStep& step) -> Result<> {
        step.target = TRY(pool.get(plugin, context));
        step.counters = &counters.of("output", plugin);
        return {};
    };
    Outputs outputs;
    outputs.steps_ = compile_steps<output::Output*>(statements, make, mistakes);
    if (mistakes.empty()) return outputs;
    return fail(ErrorCode::invalid, join(mistakes, "\n"));
}

void Outputs::add(output::Output& output, PluginCounters& counters) {
    OutputStep step;
    step.target = &output;
    step.counters = &counters;
    steps_.push_back(std::move(step));
}

bool Outputs::run(const Subset& events, const Deliver& deliver) {
    return run_steps(steps_, events, deliver);
}

bool Outputs::run_steps(std::vector<OutputStep>& steps, const Subset& events,
                        const Deliver& deliver) {
    if (events.empty()) return true;
    for (OutputStep& step : steps) {
        if (step.target != nullptr) {
            if (!deliver(*step.target, events, *step.counters)) return false;
            continue;
        }
        Subset rest = events;
        for (auto& arm : step.arms) {
            const Subset matching = take_matching(arm, rest);
            if (!run_steps(arm.body, matching, deliver)) return false;
        }
    }
    return true;
}

}  // namespace elkhorn::pipeline
