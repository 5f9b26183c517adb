// search/match/found_rows.h -- what a term found in each row group where it is rare: its
// statistics, its scores and its hits all look for it, and once is enough.
//
//   Memory    some 400 bytes a row group at most, for as long as the request is planned.
//   Threads   everything is thread-safe.
#pragma once

#include "base/mutex.h"
#include "search/base/context.h"
#include "store/code/bitmap.h"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace elkhorn::search {

class FoundRows {
public:
    /// Nothing where nobody has looked, or there was more than is kept.
    std::optional<store::Bitmap> of(const GroupContext& context) const {
        if (context.objects != nullptr) return std::nullopt;
        const Lock lock(mutex_);
        const auto there = found_.find(context.group);
        if (there == found_.end()) return std::nullopt;
        store::Bitmap rows(context.rows());
        for (const std::uint32_t row : there->second)
            rows.set(row);
        return rows;
    }

    void keep(const GroupContext& context, const store::Bitmap& rows) const {
        if (context.objects != nullptr || rows.count() > few) return;
        std::vector<std::uint32_t> kept;
        rows.for_each([&](std::uint32_t row) { kept.push_back(row); });
        const Lock lock(mutex_);
        found_.try_emplace(context.group, std::move(kept));
    }

private:
    static constexpr std::uint32_t few = 64;

    mutable Mutex mutex_;
    mutable std::map<const store::RowGroup*, std::vector<std::uint32_t>> found_ GUARDED_BY(mutex_);
};

}  // namespace elkhorn::search
