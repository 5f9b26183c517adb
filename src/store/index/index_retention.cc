// What retention asks of an index: what its tail holds, and to take no more writes.

#include "store/index/index.h"

#include <algorithm>

namespace elkhorn::store {
namespace {

constexpr std::string_view time_field = "@timestamp";

void raise(std::optional<std::int64_t>& newest, std::int64_t value) {
    newest = std::max(newest.value_or(value), value);
}

}  // namespace

RetainedTail Index::unsealed() const {
    const Lock lock(mutex_);
    RetainedTail unsealed;
    unsealed.next_seq_no = next_seq_no_;
    unsealed.size_bytes = static_cast<std::uint64_t>(counted_bytes_.load());
    const FieldMapping* time = manifest_.mapping.find(time_field);
    const bool dated = time != nullptr && time->type == FieldType::date;
    for (const auto& slot : slots_) {
        if (slot->segment != 0) continue;
        unsealed.rows += slot->rows() - slot->deleted_rows;
        if (!dated) continue;
        if (slot->builder != nullptr) {
            const ColumnBuilder* times = slot->builder->find(time_field, ColumnKind::integer);
            if (times != nullptr && !times->integers.empty())
                raise(unsealed.newest_ms, std::ranges::max(times->integers));
        } else if (const Column* times = slot->group->find(time_field, ColumnKind::integer)) {
            if (times->value_count() > 0) raise(unsealed.newest_ms, times->max_integer());
        }
    }
    return unsealed;
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
