// pipeline/pipeline.h -- inputs, filters and outputs wired into a running flow.
//
//   const auto tree = TRY(config::load_pipeline("pipeline.conf"));
//   auto pipeline = TRY(Pipeline::build(tree, options, {}));
//   TRY(pipeline->start());
//   pipeline->run_to_end();     or, later:  pipeline->stop(30'000);
//
// Flow           inputs push batches into one bounded queue; workers take what is there (up to
//                `batch_events` at once), run the filters, then the outputs, one after the other.
// Backpressure   the queue is full, or what waits and what the workers have is as many bytes as it
//                may be: the inputs block, and their senders with them.
// Delivery       a batch is acknowledged when every output of every one of its events has it
//                durably. An output that fails is tried again with growing pauses, for as long as
//                it takes; the input waits meanwhile.
// Order          is kept with one worker.
// Mistakes       unknown plug-ins and options, wrong values, ports in use: all found by `build` and
//                `start`, before anything flows, with file, line, column and the nearest right
//                word.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/stop.h"
#include "config/ast.h"
#include "input/core/input.h"
#include "io/workers.h"
#include "output/core/output.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace elkhorn::pipeline {

struct Options {
    std::string id = "main";
    std::size_t workers = 2;
    std::size_t batch_events = 2'000;
    std::size_t queue_events = 20'000;
    std::size_t queue_bytes = 64 << 20;
    std::int64_t retry_ms_max = 30'000;
    std::string data_path = "data";
    std::uint64_t seed = 1;
    output::Sink* sink =
        nullptr;  // the embedded store, for the output `elkhorn`; outlives the pipeline
    const Clock& clock = system_clock();
    Budget* bodies = nullptr;  // what inputs may receive at once; outlives the pipeline
};

/// Inputs and outputs that are no plug-ins of a file: the program's own, and tests'.
struct Parts {
    std::vector<std::unique_ptr<input::Input>> inputs;
    std::vector<std::unique_ptr<output::Output>> outputs;
};

class Pipeline {
public:
    /// Builds every plug-in; reports all mistakes, a line each. `tree` is not needed afterwards.
    static Result<std::unique_ptr<Pipeline>> build(config::Pipeline tree, const Options& options,
                                                   Parts parts);
    /// Stops, and waits for as long as it takes to drain.
    ~Pipeline();

    /// Opens outputs, then inputs, then starts the threads.
    Result<> start();

    /// Waits until every input has ended by itself (or `request_stop`) and everything is delivered.
    void run_to_end();

    /// Asks the inputs to end; returns at once. From any thread.
    void request_stop();

    /// Inputs end, the queue drains, outputs close. Past `grace_ms` waiting outputs are told to
    /// give up, and what they still had stays unacknowledged.
    void stop(std::int64_t grace_ms);

    /// The inputs in the order of the file, then the ones given as Parts.
    const std::vector<std::unique_ptr<input::Input>>& inputs() const;

private:
    struct State;
    explicit Pipeline(std::unique_ptr<State> state);
    void work(std::size_t worker);
    bool deliver_all(std::size_t worker, const std::vector<event::Event*>& events);
    void finish();

    std::unique_ptr<State> state_;
};

}  // namespace elkhorn::pipeline
