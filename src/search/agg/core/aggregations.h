// search/agg/core/aggregations.h -- the "aggs" of a request: parsed into a tree, fed the matching
// rows of each row group, and written as Elasticsearch answers them.
//
//   auto aggs = parse_aggregations(body["aggs"], request);
//   for each row group: aggs->collect(context, matching);
//   aggs->render(out);
//
// One thread at a time; several threads by `merge`.
#pragma once

#include "event/value.h"
#include "json/writer.h"
#include "search/base/context.h"
#include "search/base/failure.h"
#include "store/code/bitmap.h"

#include <memory>

namespace elkhorn::search {

class Aggregations {
public:
    virtual ~Aggregations() = default;

    /// Rows of `matching` are alive and match the query.
    virtual Answer<> collect(const GroupContext& context, const store::Bitmap& matching) = 0;

    /// Whether several that were read from the same request can each see a part of the row groups,
    /// each by a thread of its own, and become one.
    virtual bool merges() const = 0;
    /// Adds what the other has seen; it may not be used after that.
    virtual Answer<> merge(Aggregations& other) = 0;

    /// Writes the members of the "aggregations" object, without its braces; names in
    /// Elasticsearch's typed form (`sterms#name`) when asked.
    virtual Answer<> render(json::Writer& out, bool typed_keys) = 0;
};

/// The "aggs" object. Fields are checked against the request's indices: a text field is refused as
/// Elasticsearch refuses it.
Answer<std::unique_ptr<Aggregations>> parse_aggregations(const event::Value& aggs,
                                                         const RequestContext& request);

}  // namespace elkhorn::search
