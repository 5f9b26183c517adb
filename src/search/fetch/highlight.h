// search/fetch/highlight.h -- "highlight" of a search: where in the texts of a hit the words stand
// that the query looked for, cut into fragments.
//
//   {"highlight":{"fields":{"*":{}}}}  ->  hit: "highlight":{"message":["an <em>error</em> in"]}
//
// Parsed once, planned for each index (which fields, which marks), asked for each hit of the page.
// The kinds unified, plain and fvh are all answered as Elasticsearch's unified one answers.
//
//   Cost      a field without marks costs nothing; another one is cut into words once a hit. Texts
//             beyond 1,000,000 characters are refused, as Elasticsearch refuses them.
#pragma once

#include "event/value.h"
#include "search/base/context.h"
#include "search/base/failure.h"
#include "search/base/field.h"
#include "search/match/marks.h"
#include "search/match/plan.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace elkhorn::search {

struct HighlightOptions {
    std::string before = "<em>";
    std::string after = "</em>";
    std::string type = "unified";
    std::string scanner = "sentence";
    std::int64_t fragment_size = 100;  // characters; less than one: whole sentences
    std::int64_t fragments = 5;        // 0: whole values
    std::int64_t no_match_size = 0;    // of what is shown where nothing was found
    bool by_score = false;
    bool html = false;
    bool require_field_match = true;
    QueryPtr query;  // in place of the search's; null: that one
};

struct HighlightRequest {
    std::vector<std::pair<std::string, HighlightOptions>> fields;  // names, with * in them
};

Answer<std::shared_ptr<const HighlightRequest>> parse_highlight(const event::Value& value);

/// For one index. Looks at the request, and at `node`, the search's query planned for it.
class Highlighter {
public:
    static Answer<std::unique_ptr<Highlighter>> plan(const HighlightRequest& request,
                                                     const Scope& scope, const NodePtr& node);

    /// Members with braces; empty where nothing of the row is to be shown.
    Answer<std::string> of(const GroupContext& context, std::uint32_t row) const;

private:
    struct Shown {
        Field field;
        const HighlightOptions* options = nullptr;  // the request's
        FieldMarks marks;
    };

    Answer<std::vector<std::string>> fragments(const GroupContext& context, std::uint32_t row,
                                               const Shown& shown) const;

    std::vector<NodePtr> nodes_;  // that marks look at
    std::vector<Shown> shown_;
};

}  // namespace elkhorn::search
