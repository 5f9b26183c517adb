// store/node/node_limits.h -- what keeps a node within its memory and its disk: the account of
// memory, the watch over the disk, and retention; the engine asks here before it takes a write.
//
//   Threads   `look` and `run_retention` are the housekeeper's; the rest may be asked by anybody.
#pragma once

#include "base/result.h"
#include "store/limits/disk_watch.h"
#include "store/limits/memory_account.h"
#include "store/node/retention_keeper.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

class NodeLimits {
public:
    /// The node is the engine's, and its options are set.
    explicit NodeLimits(Node& node)
        : node_(node),
          memory_(node.options->memory),
          disk_(node.options->watermarks),
          retention_(node) {
        node.memory = &memory_;
    }

    /// Once the indices and the log are open.
    Result<> open(const RetentionKeeper::Indices& indices);

    /// Why that index may not be changed now: the disk is at flood stage.
    Result<> check_change(std::string_view index) const;
    /// What a write will need, taken until it has counted itself; nothing while there is no room.
    std::optional<MemoryAccount::Charge> room_for(std::span<const Write> writes);
    /// How many of the first writes are to ask for room together; at least one.
    std::size_t slice_of(std::span<const Write> writes) const;
    /// An error where a write could never find room.
    Result<> check_size(std::span<const Write> writes) const;
    /// What to say to a writer who waited in vain.
    std::unexpected<Error> no_room(std::span<const Write> writes) const;

    /// What the tails should shrink to; nothing while they may stay as they are.
    std::optional<std::int64_t> tails_target();

    /// Notes what is held, and once a second looks at the disk.
    void look();
    void look_at_disk();

    bool retention_due() const { return retention_.due(); }

    void run_retention(const RetentionKeeper::Indices& indices,
                       const RetentionKeeper::Remove& remove) {
        retention_.run(indices, remove);
    }

    std::vector<std::string> warnings() const;

    void believe_clock() { retention_.believe_clock(); }

    MemoryAccount& memory() { return memory_; }

private:
    static std::uint64_t needed_bytes(const Write& write);
    static std::uint64_t needed_bytes(std::span<const Write> writes);

    Node& node_;
    MemoryAccount memory_;
    DiskWatch disk_;
    RetentionKeeper retention_;
    std::atomic<std::uint64_t> awaited_bytes_{0};  // by the largest write that found no room
    std::int64_t looked_ms_ = 0;                   // at the disk; steady
    bool disk_unknown_ = false;                    // and that was said
};

}  // namespace elkhorn::store
