#include "store/index/tombstones.h"

namespace elkhorn::store {
namespace {

// Of the list's node, the table's node and its share of buckets, beside the id itself.
constexpr std::int64_t overhead_bytes = 160;

std::int64_t bytes_of(std::string_view id) {
    return overhead_bytes + static_cast<std::int64_t>(id.size());
}

}  // namespace

Tombstones::~Tombstones() {
    while (!oldest_first_.empty())
        drop(oldest_first_.begin());
}

void Tombstones::drop(Place place) {
    node_bytes_ -= bytes_of(place->id);
    by_id_.erase(place->id);
    oldest_first_.erase(place);
}

void Tombstones::remember(std::string_view id, std::int64_t version, std::int64_t now_ns) {
    forget(id);
    forget_old(now_ns);
    oldest_first_.push_back({std::string(id), version, now_ns});
    by_id_.emplace(oldest_first_.back().id, std::prev(oldest_first_.end()));
    node_bytes_ += bytes_of(id);
    while (node_bytes_ > limit_bytes_ && !oldest_first_.empty())
        drop(oldest_first_.begin());
}

std::optional<std::int64_t> Tombstones::version(std::string_view id, std::int64_t now_ns) const {
    const auto it = by_id_.find(id);
    if (it == by_id_.end() || now_ns - it->second->at_ns > age_ns_) return std::nullopt;
    return it->second->version;
}

void Tombstones::forget(std::string_view id) {
    if (const auto it = by_id_.find(id); it != by_id_.end()) drop(it->second);
}

void Tombstones::forget_old(std::int64_t now_ns) {
    while (!oldest_first_.empty() && now_ns - oldest_first_.front().at_ns > age_ns_)
        drop(oldest_first_.begin());
}

}  // namespace elkhorn::store
