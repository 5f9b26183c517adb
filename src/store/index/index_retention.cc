// What retention asks of an index: what its tail and its segments hold, of what times, and to take
// no more writes.

#include "store/index/index.h"

#include <algorithm>
#include <span>

namespace elkhorn::store {
namespace {

constexpr std::string_view time_field = "@timestamp";

void raise(std::optional<std::int64_t>& newest, std::int64_t value) {
    newest = std::max(newest.value_or(value), value);
}

/// The latest of them up to `latest_ms`; the latest of all where there is none.
std::optional<std::int64_t> newest_of(std::span<const std::int64_t> times, std::int64_t latest_ms) {
    std::optional<std::int64_t> within;
    std::optional<std::int64_t> newest;
    for (const std::int64_t time : times) {
        raise(newest, time);
        if (time <= latest_ms) raise(within, time);
    }
    return within ? within : newest;
}

std::optional<std::int64_t> newest_in(const RowGroup& group, std::int64_t latest_ms) {
    const Column* times = group.find(time_field, ColumnKind::integer);
    if (times == nullptr || times->value_count() == 0) return std::nullopt;
    if (times->max_integer() <= latest_ms) return times->max_integer();
    const auto values = times->integers();
    return values ? newest_of((*values)->values, latest_ms) : times->max_integer();
}

/// Whole numbers that are no dates mean something else.
bool is_dated(const Mapping& mapping) {
    const FieldMapping* time = mapping.find(time_field);
    return time != nullptr && time->type == FieldType::date;
}

}  // namespace

RetainedTail Index::unsealed(std::int64_t latest_ms) const {
    RetainedTail unsealed;
    Groups encoded;
    {
        const Lock lock(mutex_);
        unsealed.next_seq_no = next_seq_no_;
        unsealed.size_bytes = static_cast<std::uint64_t>(counted_bytes_.load());
        const bool dated = is_dated(manifest_.mapping);
        for (const auto& slot : slots_) {
            if (slot->segment != 0) continue;
            unsealed.rows += slot->rows() - slot->deleted_rows;
            if (!dated) continue;
            if (slot->builder == nullptr) {
                encoded.push_back(slot->group);
                continue;
            }
            const ColumnBuilder* times = slot->builder->find(time_field, ColumnKind::integer);
            const auto newest =
                times == nullptr ? std::nullopt : newest_of(times->integers, latest_ms);
            if (newest) raise(unsealed.newest_ms, *newest);
        }
    }
    for (const auto& group : encoded) {
        if (const auto newest = newest_in(*group, latest_ms)) raise(unsealed.newest_ms, *newest);
    }
    return unsealed;
}

std::vector<SealedGroup> Index::sealed_groups(std::int64_t latest_ms) const {
    std::vector<SealedGroup> sealed;
    Groups groups;
    bool dated = false;
    {
        const Lock lock(mutex_);
        dated = is_dated(manifest_.mapping);
        for (const auto& slot : slots_) {
            if (slot->segment == 0) continue;
            SealedGroup group;
            group.first_seq_no = slot->first_seq_no();
            group.live_rows = slot->rows() - slot->deleted_rows;
            group.size_bytes = slot->group->size_bytes();
            group.segment = slot->segment;
            sealed.push_back(group);
            groups.push_back(slot->group);
        }
    }
    for (std::size_t i = 0; dated && i < sealed.size(); ++i)
        sealed[i].newest_ms = newest_in(*groups[i], latest_ms);
    return sealed;
}

bool Index::retire(std::optional<std::int64_t> next_seq_no) {
    const Lock lock(mutex_);
    retired_ = retired_ || !next_seq_no || next_seq_no_ == *next_seq_no;
    return retired_;
}

void Index::revive() {
    const Lock lock(mutex_);
    retired_ = false;
}

}  // namespace elkhorn::store
