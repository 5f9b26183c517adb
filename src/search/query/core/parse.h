// search/query/core/parse.h -- a query of the request read into a tree (search/match/query.h).
#pragma once

#include "event/value.h"
#include "search/base/failure.h"
#include "search/match/query.h"

#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::search {

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

}  // namespace elkhorn::search
