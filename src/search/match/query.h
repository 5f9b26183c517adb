// search/match/query.h -- a question as a tree, parsed from Elasticsearch's query DSL (or Lucene's
// query string), and the rows of a row group that answer it.
//
// A Query is parsed once per request and is independent of any index: fields are resolved against
// the mapping of the index each row group belongs to. Immutable; share freely.
//
//   Cost      cheapest predicate first; dictionaries before rows; min and max before either.
#pragma once

#include "search/base/context.h"
#include "search/base/failure.h"
#include "store/code/bitmap.h"

#include <memory>

namespace elkhorn::search {

class Query {
public:
    virtual ~Query() = default;

    /// The rows that match, dead ones possibly among them (and with `context.live`).
    virtual Answer<store::Bitmap> rows(const GroupContext& context) const = 0;

    /// Whether it has anything to say about scores (match, term, query_string ... in query
    /// context). When false every hit scores `constant_score()`.
    virtual bool scores() const { return false; }

    virtual double constant_score() const { return 1.0; }
};

using QueryPtr = std::shared_ptr<const Query>;

QueryPtr match_all();

/// BM25 scores of the matching rows, as Lucene 8 computes them for one shard (k1 1.2, b 0.75,
/// lengths in one byte). Gathers term statistics over all row groups of an index first.
class Scorer {
public:
    virtual ~Scorer() = default;
    virtual Answer<float> score(const GroupContext& context, std::uint32_t row) = 0;
};

/// Statistics are those of `index`, as Elasticsearch's are those of a shard.
Answer<std::unique_ptr<Scorer>> make_scorer(const QueryPtr& query, const RequestContext& request,
                                            const store::IndexView& index);

}  // namespace elkhorn::search
