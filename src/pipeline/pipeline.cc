#include "pipeline/pipeline.h"

#include "base/assert.h"
#include "base/log.h"
#include "base/nearest.h"
#include "base/strings.h"
#include "pipeline/program.h"
#include "pipeline/queue.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::pipeline {
namespace {

constexpr std::int64_t retry_ms_min = 50;

/// What one worker has to itself.
struct Worker {
    Filters filters;
    Outputs outputs;
};

/// Between an input and the queue: counts.
class CountingReceiver final : public input::Receiver {
public:
    CountingReceiver(Queue& queue, PluginCounters& counters) : queue_(queue), counters_(counters) {}

    bool push(event::Batch batch) override {
        const auto events = static_cast<std::int64_t>(batch.size());
        if (!queue_.push(std::move(batch))) return false;
        counters_.out.add(events);
        return true;
    }

    bool try_push(event::Batch& batch) override {
        const auto events = static_cast<std::int64_t>(batch.size());
        if (!queue_.try_push(batch)) {
            counters_.failed.add();
            return false;
        }
        counters_.out.add(events);
        return true;
    }

private:
    Queue& queue_;
    PluginCounters& counters_;
};

}  // namespace

struct Pipeline::State {
    State(config::Pipeline parsed, const Options& given)
        : tree(std::move(parsed)), options(given), queue({given.queue_events, given.queue_bytes}) {}

    /// Waits for one of the counts of threads to come down to none.
    void wait_until(std::int64_t end_ms, std::size_t State::* threads) {
        const Lock lock(mutex);
        while (this->*threads > 0) {
            const std::int64_t left_ms = end_ms - options.clock.steady_ns() / 1'000'000;
            if (left_ms <= 0 || !changed.wait_for(mutex, left_ms)) return;
        }
    }

    const config::Pipeline tree;  // the counters are found by its nodes
    const Options options;
    Queue queue;
    Stop give_up;
    Counters counters;
    std::vector<std::unique_ptr<input::Input>> inputs;
    std::vector<std::unique_ptr<CountingReceiver>> receivers;  // one for each input
    Outputs::Pool outputs;
    std::vector<Worker> workers;
    std::vector<io::Thread> input_threads;
    std::vector<io::Thread> worker_threads;
    bool started = false;
    bool finished = false;
    Mutex mutex;
    CondVar changed;
    std::size_t reading GUARDED_BY(mutex) = 0;  // threads of inputs
    std::size_t working GUARDED_BY(mutex) = 0;  // workers
};

namespace {

/// Inputs stand in the file without conditions.
Result<> build_inputs(const config::Pipeline& tree, const Options& options, Counters& counters,
                      std::vector<std::unique_ptr<input::Input>>& inputs,
                      std::vector<PluginCounters*>& counted) {
    std::vector<std::string> mistakes;
    const input::Context context{options.clock, options.data_path, options.bodies};
    for (const config::Statement& statement : tree.inputs) {
        const auto* plugin = std::get_if<config::Plugin>(&statement.what);
        if (plugin == nullptr) {
            mistakes.emplace_back("an if cannot stand in the input section");
            continue;
        }
        const input::Spec* spec = input::find(plugin->name);
        if (spec == nullptr) {
            std::vector<std::string_view> names;
            for (const input::Spec* known : input::all())
                names.push_back(known->name);
            const std::string near = nearest_word(plugin->name, names);
            mistakes.push_back(
                fmt::format("{}: there is no input {}{}", plugin->place.text(), plugin->name,
                            near.empty() ? "" : fmt::format(" (did you mean {}?)", near)));
            continue;
        }
        auto built = spec->build(*plugin, context);
        if (!built) {
            mistakes.push_back(built.error().message);
            continue;
        }
        inputs.push_back(std::move(*built));
        counted.push_back(&counters.of("input", *plugin));
    }
    if (mistakes.empty()) return {};
    return fail(ErrorCode::invalid, join(mistakes, "\n"));
}

}  // namespace

Pipeline::Pipeline(std::unique_ptr<State> state) : state_(std::move(state)) {}

Pipeline::~Pipeline() {
    if (state_->started && !state_->finished) {
        request_stop();
        run_to_end();
    }
}

Result<std::unique_ptr<Pipeline>> Pipeline::build(config::Pipeline tree, const Options& options,
                                                  Parts parts) {
    auto state = std::make_unique<State>(std::move(tree), options);
    std::vector<std::string> mistakes;
    std::vector<PluginCounters*> counted;
    if (auto inputs = build_inputs(state->tree, options, state->counters, state->inputs, counted);
        !inputs) {
        mistakes.push_back(inputs.error().message);
    }
    for (auto& input : parts.inputs) {
        state->inputs.push_back(std::move(input));
        counted.push_back(&state->counters.named("input", "built-in input"));
    }
    const output::Context context{options.clock, options.sink, &state->give_up};
    const std::size_t workers = std::max<std::size_t>(1, options.workers);
    for (std::size_t i = 0; i < workers; ++i) {
        auto filters = Filters::compile(state->tree.filters, {options.clock, options.seed + i},
                                        state->counters);
        auto outputs =
            Outputs::compile(state->tree.outputs, context, state->outputs, state->counters);
        if (!filters) mistakes.push_back(filters.error().message);
        if (!outputs) mistakes.push_back(outputs.error().message);
        if (!mistakes.empty()) return fail(ErrorCode::invalid, join(mistakes, "\n"));
        state->workers.push_back({std::move(*filters), std::move(*outputs)});
    }
    for (auto& output : parts.outputs) {
        PluginCounters& counters = state->counters.named("output", "built-in output");
        for (Worker& worker : state->workers)
            worker.outputs.add(*output, counters);
        state->outputs.add(std::move(output));
    }
    for (PluginCounters* counters : counted) {
        state->receivers.push_back(std::make_unique<CountingReceiver>(state->queue, *counters));
    }
    return std::unique_ptr<Pipeline>(new Pipeline(std::move(state)));
}

Result<> Pipeline::start() {
    State& s = *state_;
    ASSERT(!s.started);
    for (auto& output : s.outputs.all())
        TRY(output->open());
    for (auto& input : s.inputs)
        TRY(input->open());
    s.started = true;
    {
        const Lock lock(s.mutex);
        s.working = s.workers.size();
        for (const auto& input : s.inputs)
            s.reading += input->threads();
    }
    for (std::size_t i = 0; i < s.workers.size(); ++i) {
        s.worker_threads.emplace_back(fmt::format("work-{}", i), [this, i] { work(i); });
    }
    for (std::size_t i = 0; i < s.inputs.size(); ++i) {
        input::Input* input = s.inputs[i].get();
        CountingReceiver* receiver = s.receivers[i].get();
        for (std::size_t n = 0; n < input->threads(); ++n) {
            s.input_threads.emplace_back(fmt::format("input-{}", i), [&s, input, receiver] {
                input->run(*receiver);
                const Lock lock(s.mutex);
                --s.reading;
                s.changed.notify_all();
            });
        }
    }
    return {};
}

void Pipeline::work(std::size_t worker) {
    State& s = *state_;
    Queue::Work taken;
    Subset delivered;
    while (s.queue.pop(taken, s.options.batch_events)) {
        delivered.clear();
        for (event::Batch& batch : taken.batches) {
            Subset events;
            for (event::Event& event : batch)
                events.push_back(&event);
            s.workers[worker].filters.run(batch, events);
            delivered.insert(delivered.end(), events.begin(), events.end());
        }
        if (deliver_all(worker, delivered)) {
            for (event::Batch& batch : taken.batches)
                batch.acknowledge();
        }
        s.queue.finish(taken);
    }
    const Lock lock(s.mutex);
    --s.working;
    s.changed.notify_all();
}

bool Pipeline::deliver_all(std::size_t worker, const Subset& events) {
    State& s = *state_;
    const auto deliver = [&s](output::Output& output, output::Events given,
                              PluginCounters& counters) {
        const auto count = static_cast<std::int64_t>(given.size());
        counters.in.add(count);
        for (std::int64_t wait_ms = retry_ms_min;;
             wait_ms = std::min(wait_ms * 2, s.options.retry_ms_max)) {
            const auto written = output.write(given);
            if (written) break;
            counters.failed.add();
            log::warn(
                "an output failed and is tried again",
                {{"reason", written.error().message}, {"events", count}, {"wait_ms", wait_ms}});
            if (s.give_up.wait_ms(wait_ms)) return false;
        }
        counters.out.add(count);
        return true;
    };
    return s.workers[worker].outputs.run(events, deliver);
}

void Pipeline::request_stop() {
    for (auto& input : state_->inputs)
        input->stop();
}

void Pipeline::run_to_end() {
    State& s = *state_;
    if (!s.started || s.finished) return;
    s.input_threads.clear();  // joins
    s.queue.close();
    s.worker_threads.clear();
    finish();
}

void Pipeline::stop(std::int64_t grace_ms) {
    State& s = *state_;
    if (!s.started || s.finished) return;
    request_stop();
    const std::int64_t end_ms = s.options.clock.steady_ns() / 1'000'000 + grace_ms;
    // Inputs first: what they still have from their senders goes into the queue before it closes.
    // One that is blocked on the full queue goes on as the workers make room, or is refused at
    // last.
    s.wait_until(end_ms, &State::reading);
    s.queue.close();
    s.wait_until(end_ms, &State::working);
    s.give_up.request();
    s.input_threads.clear();
    s.worker_threads.clear();
    finish();
}

void Pipeline::finish() {
    State& s = *state_;
    for (auto& output : s.outputs.all())
        output->close();
    for (auto& input : s.inputs)
        input->close();
    s.finished = true;
}

const std::vector<std::unique_ptr<input::Input>>& Pipeline::inputs() const {
    return state_->inputs;
}

}  // namespace elkhorn::pipeline
