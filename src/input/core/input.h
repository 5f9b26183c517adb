// input/core/input.h -- where events come from.
#pragma once

#include "base/budget.h"
#include "base/clock.h"
#include "base/result.h"
#include "config/ast.h"
#include "event/batch.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace elkhorn::input {

/// Where an input puts its batches: the pipeline's bounded queue. Any thread.
class Receiver {
public:
    virtual ~Receiver() = default;

    /// Blocks while the queue is full: backpressure. False once the pipeline is stopping: the batch
    /// was not taken, and its acknowledgement has been told so.
    virtual bool push(event::Batch batch) = 0;

    /// False, at once, where push would block: for senders who can be told to come back later.
    virtual bool try_push(event::Batch& batch) = 0;
};

/// Built from its options; nothing happens before `open`. An input whose sender can wait for an
/// answer sets Batch::on_acknowledge, and answers only then.
class Input {
public:
    virtual ~Input() = default;

    /// Takes what it needs (a port, a folder), so that mistakes show before anything starts.
    virtual Result<> open() { return {}; }

    /// On a thread of the pipeline (`threads` of them at once): pushes until its source has ended
    /// or `stop` was called.
    virtual void run(Receiver& receiver) = 0;

    /// From any thread, also before `run`; returns at once.
    virtual void stop() = 0;

    /// After `run` has returned and every batch has been answered: what must be written down last.
    virtual void close() {}

    virtual std::size_t threads() const { return 1; }

    /// The port it listens on, for tests that asked for any; 0 when it has none.
    virtual std::uint16_t port() const { return 0; }
};

/// The world, as far as an input may know it.
struct Context {
    const Clock& clock = system_clock();
    std::string data_path = "data";  // where positions of files are kept
    Budget* bodies = nullptr;        // what bodies and unfinished lines may hold; null: free
};

/// What the build knows about an input; the table of them is written by the build from this folder.
struct Spec {
    std::string_view name;
    std::string_view summary;
    Result<std::unique_ptr<Input>> (*build)(const config::Plugin& options, const Context& context);
};

std::span<const Spec* const> all();
const Spec* find(std::string_view name);

}  // namespace elkhorn::input
