// search/run/rows_ahead.h -- the rows of the next row groups, found by other threads while the
// search's own looks at those of the groups before.
//
//   RowsAhead ahead(request, visits);
//   for (i ...) rows = ahead.take(i, most);      as node->rows would give them
//
// A group that nobody has begun with when it is its turn is done by whoever asks: a search goes on
// at its own pace where every other thread is busy, and nobody ever waits for one who waits.
#pragma once

#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/match/plan.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace elkhorn::search {

class RowsAhead {
public:
    struct Group {
        NodePtr node;
        const store::IndexView* index = nullptr;  // the request's
        std::size_t number = 0;
    };

    /// `request` outlives it.
    RowsAhead(const RequestContext& request, std::vector<Group> groups);
    /// Waits for those who are at it.
    ~RowsAhead();
    RowsAhead(const RowsAhead&) = delete;
    RowsAhead& operator=(const RowsAhead&) = delete;

    /// The rows of a group, deleted ones among them. Each once, ascending; others are begun with up
    /// to `window` groups further on.
    Answer<Bitmap> take(std::size_t group, const GroupContext& context, std::size_t window);

private:
    struct Shared;

    const RequestContext& request_;
    std::size_t spawned_ = 0;  // groups before it were given to others, or passed
    std::shared_ptr<Shared> shared_;
};

/// A row group of a request: its rows that are not deleted, and what belongs to it.
GroupContext context_of(const RequestContext& request, const store::IndexView& index,
                        std::size_t group);

}  // namespace elkhorn::search
