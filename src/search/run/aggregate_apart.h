// search/run/aggregate_apart.h -- the aggregations of a search counted by several threads: each
// has a state of its own and every n-th row group, and the states become one at the end.
//
//   auto apart = ASK(AggregateApart::begin(...));       null: one thread does it better
//   auto done = apart->count();                         `first` has then seen all
//
// Which row group goes to which state does not depend on who has time for it, so that sums of
// fractions are the same every time. A state that nobody has begun with is counted by whoever asks.
#pragma once

#include "search/agg/core/aggregations.h"
#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/run/rows_ahead.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace elkhorn::search {

class AggregateApart {
public:
    /// What was found of a row group.
    struct Counted {
        std::uint64_t rows = 0;       // alive, and matching
        std::optional<Bitmap> which;  // of the first `kept_groups`, where that is wanted
    };

    static constexpr std::size_t kept_groups = 256;  // 2 MB of rows

    struct Plan {
        const event::Value* body = nullptr;       // the "aggs"
        const RequestContext* request = nullptr;  // whose aggregations `first` are
        Aggregations* first = nullptr;            // used by the caller's thread alone
        bool keep_rows = false;
    };

    /// Null where the aggregations do not merge, or there is too little to do for several. What the
    /// plan points to outlives it.
    static Answer<std::unique_ptr<AggregateApart>> begin(const Plan& plan,
                                                         const std::vector<RowsAhead::Group>& all);
    ~AggregateApart();

    /// All of them, once. What was found until a failure is merged all the same.
    Answer<> count();

    const Counted& counted(std::size_t group) const;

private:
    struct Shared;

    explicit AggregateApart(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

    std::shared_ptr<Shared> shared_;
};

}  // namespace elkhorn::search
