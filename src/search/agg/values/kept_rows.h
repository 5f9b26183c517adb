// search/agg/values/kept_rows.h -- row groups that an aggregation comes back to once it has seen
// all rows (Aggregator::finish): which it was given, and the rows it chose of each for the
// aggregations inside.
#pragma once

#include "search/agg/core/aggregator.h"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

namespace elkhorn::search::agg {

class KeptGroups {
public:
    /// The place of the group; one that is given in slices is kept once.
    Answer<std::uint32_t> keep(const GroupContext& context, Ledger& ledger) {
        const bool again = !contexts_.empty() && contexts_.back().group == context.group &&
                           contexts_.back().objects == context.objects;
        if (!again) {
            ASK(ledger.hold(sizeof(GroupContext) + context.rows() / 8));
            contexts_.push_back(context);
        }
        return static_cast<std::uint32_t>(contexts_.size() - 1);
    }

    std::size_t size() const { return contexts_.size(); }

    const GroupContext& operator[](std::size_t place) const { return contexts_[place]; }

private:
    std::vector<GroupContext> contexts_;
};

/// A row of a kept group and the bucket that it goes to.
struct KeptRow {
    std::uint32_t group = 0;  // its place
    std::uint32_t row = 0;
    std::uint32_t bucket = 0;

    friend bool operator==(const KeptRow&, const KeptRow&) = default;
    friend auto operator<=>(const KeptRow&, const KeptRow&) = default;
};

/// Gives the rows to the aggregations inside, group by group.
inline Answer<> collect_kept(const KeptGroups& groups, std::vector<KeptRow>& rows,
                             SelectionBuffer& below, std::uint32_t bucket_count,
                             Children& children) {
    std::ranges::sort(rows);
    for (std::size_t from = 0; from < rows.size();) {
        below.clear();
        const std::uint32_t group = rows[from].group;
        for (; from < rows.size() && rows[from].group == group; ++from)
            below.add(rows[from].row, rows[from].bucket);
        ASK(children.collect(groups[group], below.selection(bucket_count)));
    }
    return {};
}

}  // namespace elkhorn::search::agg
