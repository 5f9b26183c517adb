// search/suggest/suggest.h -- "suggest" of a search: for each word of a text those words of a field
// that are near it, as Lucene's DirectSpellChecker finds them; or documents whose inputs begin as
// the text does.
//
//   "suggest": {"text": "conection", "a": {"term": {"field": "message"}}}
//   -> "suggest": {"a": [{"text": "conection", "offset": 0, "length": 9,
//                         "options": [{"text": "connection", "score": 0.88, "freq": 3}]}]}
//
//   Cost      the words of the field, of every row group, once for each word of the text.
#pragma once

#include "event/value.h"
#include "search/base/context.h"
#include "search/base/failure.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace elkhorn::search {

class SuggestRequest;

Answer<std::shared_ptr<const SuggestRequest>> parse_suggest(const event::Value& body);

/// The `_source` of a row as the search shows it; empty: it shows none.
using ShowSource =
    std::function<Answer<std::string>(const GroupContext& context, std::uint32_t row)>;

/// The object, as JSON.
Answer<std::string> suggest(const SuggestRequest& request, const RequestContext& context,
                            const ShowSource& show_source, bool typed_keys);

}  // namespace elkhorn::search
