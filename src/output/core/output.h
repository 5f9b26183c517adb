// output/core/output.h -- where events go.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/stop.h"
#include "config/ast.h"
#include "event/event.h"
#include "output/core/sink.h"

#include <memory>
#include <span>
#include <string_view>

namespace elkhorn::output {

using Events = std::span<const event::Event* const>;

/// Built from its options; nothing happens before `open`. Shared by the workers of a pipeline:
/// `write` is called from several threads at once.
class Output {
public:
    virtual ~Output() = default;

    virtual Result<> open() { return {}; }

    /// When it returns without an error, every event is durable at its destination, or was given up
    /// for good: then it is counted and logged with the reason. It may block while the destination
    /// is away. An error means that the same call may succeed later; the pipeline tries again.
    virtual Result<> write(Events events) = 0;

    /// No more writes will come.
    virtual void close() {}
};

/// The world, as far as an output may know it.
struct Context {
    const Clock& clock = system_clock();
    Sink* sink = nullptr;     // the embedded store; null where there is none
    Stop* give_up = nullptr;  // requested when waiting for a destination must end
};

/// What the build knows about an output; the table of them is written by the build from this
/// folder.
struct Spec {
    std::string_view name;
    std::string_view summary;
    Result<std::unique_ptr<Output>> (*build)(const config::Plugin& options, const Context& context);
};

std::span<const Spec* const> all();
const Spec* find(std::string_view name);

}  // namespace elkhorn::output
