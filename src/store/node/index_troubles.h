// store/node/index_troubles.h -- which indices cannot be written to disk, and why. Each is tried
// again by itself, later and later; none of them holds up another.
//
//   Threads   all calls are thread-safe
//   Bounded   by the indices there are; `warnings` names the first few
#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::store {

class Index;

/// The first error of a round that goes on.
class FirstError {
public:
    void add(Result<> done) {
        if (!done && first_) first_ = std::move(done);
    }

    Result<> take() { return std::move(first_); }

private:
    Result<> first_;
};

class IndexTroubles {
public:
    explicit IndexTroubles(const Clock& clock) : clock_(clock) {}

    /// Whether `doing` that ("flush", "merge") is to be tried: not soon after it failed.
    bool due(const Index& index, std::string_view doing) const;
    /// What became of it; gives that back, with the index's name in the error.
    Result<> note(const Index& index, std::string_view doing, Result<> done);
    /// It was deleted.
    void forget(const Index& index);
    std::vector<std::string> warnings() const;

private:
    struct Trouble {
        std::string name;
        std::string reason;
        std::int64_t wait_ms = 0;
        std::int64_t again_ms = 0;  // steady
    };

    using Key = std::pair<std::uint64_t, std::string>;  // incarnation, doing

    std::int64_t now_ms() const { return clock_.steady_ns() / 1'000'000; }

    const Clock& clock_;  // the node's
    mutable Mutex mutex_;
    std::map<Key, Trouble> troubles_ GUARDED_BY(mutex_);
};

}  // namespace elkhorn::store
