// store/index/shared_work.h -- pieces of work that several threads share: encoding the row groups
// of a flush, each of which takes one core for as long as a second.
//
//   Threads   `run` may be called by several at once, and from within a piece of work: whoever
//             calls it works too, and waits for nobody who has not begun.
//   Cost      without threads a plain loop
#pragma once

#include "base/result.h"
#include "io/workers.h"

#include <cstddef>
#include <functional>
#include <optional>

namespace elkhorn::store {

class SharedWork {
public:
    /// That many beside the caller.
    explicit SharedWork(std::size_t threads);

    /// Does the pieces 0 to `count` - 1, in any order; all of them, though one fails. The first
    /// error.
    Result<> run(std::size_t count, const std::function<Result<>(std::size_t piece)>& work);

private:
    std::size_t threads_;
    std::optional<io::Workers> workers_;  // nothing without threads
};

}  // namespace elkhorn::store
