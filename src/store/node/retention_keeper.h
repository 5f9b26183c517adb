// store/node/retention_keeper.h -- retention at work: once a minute it tells decide_drops what the
// indices hold, and does what that says. It also keeps the time (retention_clock.h) over restarts,
// in the file retention.clock.
//
//   Threads   `run` is the housekeeper's; the rest may be asked by anybody.
//   Failures  what could not be dropped is logged and tried again with the next turn.
#pragma once

#include "base/mutex.h"
#include "store/index/index.h"
#include "store/limits/retention.h"
#include "store/limits/retention_clock.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace elkhorn::store {

class RetentionKeeper {
public:
    using Indices = std::vector<std::shared_ptr<Index>>;
    /// Takes an index out for good; false where something was written to it since that sequence
    /// number was the next.
    using Remove =
        std::function<Result<bool>(const std::shared_ptr<Index>& index, std::int64_t next_seq_no)>;

    explicit RetentionKeeper(const Node& node) : node_(node) {}

    /// What time the folder knows of. Once, before `run`.
    Result<> open(const Indices& indices);
    bool due() const;
    void run(const Indices& indices, const Remove& remove);

    /// A sentence while the wall clock is not believed.
    std::vector<std::string> warnings() const;
    void believe_clock();

private:
    const RetentionOptions& options() const { return node_.options->retention; }

    bool counts_ages() const;
    void watch_clock();
    void report(RetentionClock::State before) REQUIRES(mutex_);
    Result<> keep_time(std::int64_t known_ms) const;
    std::uint64_t bytes_wanted() const;
    std::int64_t latest_believed() const;
    void report_disk(std::uint64_t bytes_wanted, bool something_goes);
    Result<> carry_out(const Drop& drop, const std::shared_ptr<Index>& index,
                       std::int64_t next_seq_no, const Remove& remove) const;

    const Node& node_;              // the engine's
    std::int64_t last_run_ms_ = 0;  // steady
    bool stuck_ = false;            // nothing is left that may go; it was said
    mutable Mutex mutex_;
    std::optional<RetentionClock> clock_ GUARDED_BY(mutex_);  // nothing: no rule counts ages
    std::int64_t now_ms_ GUARDED_BY(mutex_) = 0;
    std::int64_t reported_ms_ GUARDED_BY(mutex_) = 0;  // steady
};

}  // namespace elkhorn::store
