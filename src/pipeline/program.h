// pipeline/program.h -- a pipeline's filters and outputs, compiled for one worker: steps in order,
// choices with their conditions. Each worker has its own, for filters and conditions keep scratch;
// the outputs behind it are shared. Only pipeline/ includes this.
#pragma once

#include "base/metrics.h"
#include "base/result.h"
#include "config/ast.h"
#include "filter/core/filter.h"
#include "output/core/output.h"
#include "pipeline/condition.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::pipeline {

/// What one plug-in of the file has done; shared by the workers, shown in /metrics.
struct PluginCounters {
    PluginCounters(std::string_view kind, std::string_view name, std::string_view id);

    metrics::Counter in;
    metrics::Counter out;
    metrics::Counter failed;
};

/// The counters of each plug-in of a file, by the plug-in's place in the tree.
class Counters {
public:
    PluginCounters& of(std::string_view kind, const config::Plugin& plugin);
    PluginCounters& named(std::string_view kind, const std::string& name);

private:
    std::map<const void*, std::unique_ptr<PluginCounters>> by_plugin_;
    std::map<std::string, std::unique_ptr<PluginCounters>> by_name_;
};

using Subset = std::vector<event::Event*>;

/// Steps of one kind: `Target` does the work, conditions choose for whom.
template <typename Target>
struct Step {
    struct Arm {
        std::optional<Condition> condition;
        std::vector<Step> body;
    };

    Target target{};  // unless there are arms
    PluginCounters* counters = nullptr;
    std::vector<Arm> arms;
};

class Filters {
public:
    /// Mistakes of all plug-ins together, a line each.
    static Result<Filters> compile(const std::vector<config::Statement>& statements,
                                   const filter::Context& context, Counters& counters);

    /// Cancelled events leave `events`; events that filters added join it at the end.
    void run(event::Batch& batch, Subset& events);

private:
    using FilterStep = Step<std::unique_ptr<filter::Filter>>;

    static void run_steps(std::vector<FilterStep>& steps, event::Batch& batch, Subset& events);

    std::vector<FilterStep> steps_;
};

class Outputs {
public:
    /// Every output of a file, made once; workers compile their own Outputs over it.
    class Pool {
    public:
        Result<output::Output*> get(const config::Plugin& plugin, const output::Context& context);

        void add(std::unique_ptr<output::Output> output) { all_.push_back(std::move(output)); }

        std::vector<std::unique_ptr<output::Output>>& all() { return all_; }

    private:
        std::map<const config::Plugin*, output::Output*> by_plugin_;
        std::vector<std::unique_ptr<output::Output>> all_;
    };

    using Deliver = std::function<bool(output::Output&, output::Events, PluginCounters&)>;

    static Result<Outputs> compile(const std::vector<config::Statement>& statements,
                                   const output::Context& context, Pool& pool, Counters& counters);

    void add(output::Output& output, PluginCounters& counters);

    /// Gives each output its events. False as soon as `deliver` says that one could not take them.
    bool run(const Subset& events, const Deliver& deliver);

private:
    using OutputStep = Step<output::Output*>;

    static bool run_steps(std::vector<OutputStep>& steps, const Subset& events,
                          const Deliver& deliver);

    std::vector<OutputStep> steps_;
};

}  // namespace elkhorn::pipeline
