// filter/core/filter.h -- one step of a pipeline: what happens to a batch.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "config/ast.h"
#include "event/batch.h"

#include <memory>
#include <span>
#include <string_view>

namespace elkhorn::filter {

/// The events of a batch that a step sees: conditions around it may have left others out.
using Events = std::span<event::Event* const>;

/// A filter is built once from its options, and then sees batches in order, from one thread at a
/// time; a pipeline with several workers builds one for each. Building may fail; running may not:
/// an event that cannot be processed is tagged and passed on, because losing a log line is worse
/// than keeping an ugly one. A filter may cancel events, and may add new ones to the batch: those
/// go on behind the others.
class Filter {
public:
    virtual ~Filter() = default;
    virtual void apply(event::Batch& batch, Events events) = 0;
};

/// The world, as far as a filter may know it.
struct Context {
    const Clock& clock = system_clock();
    std::uint64_t seed = 1;  // of random choices; differs between workers
};

/// What the build knows about a filter. The table of all Specs is written by the build from this
/// folder: a new filter is a new file, and no list is edited.
struct Spec {
    std::string_view name;
    std::string_view summary;
    Result<std::unique_ptr<Filter>> (*build)(const config::Plugin& options, const Context& context);
};

std::span<const Spec* const> all();

/// Null when there is none of that name.
const Spec* find(std::string_view name);

}  // namespace elkhorn::filter
