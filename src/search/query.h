// search/query.h -- a question as a tree, parsed from Elasticsearch's query DSL (or Lucene's query
// string), and the rows of a row group that answer it.
//
// A Query is parsed once per request and is independent of any index: fields are resolved against
// the mapping of the index each row group belongs to. Immutable; share freely.
//
//   Cost      cheapest predicate first; dictionaries before rows; min and max before either.
#pragma once

#include "event/value.h"
#include "search/context.h"
#include "search/failure.h"
#include "store/bitmap.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// One query object: {"term":{"status":404}}. Errors as Elasticsearch 7.10 words them.
Answer<QueryPtr> parse_query(const event::Value& query);

struct QueryStringOptions {
    std::vector<std::string> fields;  // "message^2"; empty: all text, keyword and number fields
    std::string default_operator = "or";
    bool lenient = false;
    bool analyze_wildcard = false;
    std::string time_zone;
};

/// Lucene's syntax, as in ?q= and query_string.
Answer<QueryPtr> parse_query_string(std::string_view text, const QueryStringOptions& options);

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
