// store/index/tombstones.h -- the versions of documents that an index deleted a short while ago, so
// that one made again goes on counting: 1, deleted 2, made again 3.
//
//   Bounded    by age (a minute, as Elasticsearch's index.gc_deletes) and, over all indices of a
//              node, by bytes: past them an index forgets its oldest. A document that is made again
//              after that begins at version 1; sequence numbers go on, so compare-and-write is as
//              safe.
//   Durable    as far as the log goes: replay of its deletes makes them anew.
//   Threads    none: whoever holds the index's mutex. Only the node's sum is shared.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace elkhorn::store {

class Tombstones {
public:
    /// `node_bytes` is the sum of all indices, which outlives this.
    Tombstones(std::atomic<std::int64_t>& node_bytes, std::int64_t age_ms,
               std::uint64_t limit_bytes)
        : node_bytes_(node_bytes),
          age_ns_(age_ms * 1'000'000),
          limit_bytes_(static_cast<std::int64_t>(limit_bytes)) {}

    ~Tombstones();
    Tombstones(const Tombstones&) = delete;
    Tombstones& operator=(const Tombstones&) = delete;

    void remember(std::string_view id, std::int64_t version, std::int64_t now_ns);
    /// The version at which it was deleted; nothing once that is forgotten.
    std::optional<std::int64_t> version(std::string_view id, std::int64_t now_ns) const;
    /// The document is there again.
    void forget(std::string_view id);
    void forget_old(std::int64_t now_ns);

    std::size_t size() const { return by_id_.size(); }

private:
    struct Tombstone {
        std::string id;
        std::int64_t version = 0;
        std::int64_t at_ns = 0;
    };

    using Place = std::list<Tombstone>::iterator;

    void drop(Place place);

    std::atomic<std::int64_t>& node_bytes_;  // the node's
    const std::int64_t age_ns_;
    const std::int64_t limit_bytes_;
    std::list<Tombstone> oldest_first_;
    std::unordered_map<std::string_view, Place> by_id_;  // views of the list's ids
};

}  // namespace elkhorn::store
