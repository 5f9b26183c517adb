// api/document_answer.h -- what _bulk and the document endpoints share: a write's outcome as
// Elasticsearch
// words it, refresh, and reading a document's JSON.
#pragma once

#include "api/api.h"
#include "json/writer.h"
#include "store/store.h"

#include <string_view>

namespace elkhorn::api {

enum class Refresh { no, yes, wait };

search::Answer<Refresh> refresh_parameter(const Call& call);

/// _index, _type, _id, _version, result, [forced_refresh,] _shards, _seq_no, _primary_term.
void write_outcome(json::Writer& out, const Context& context, std::string_view index,
                   const store::Written& written, bool forced_refresh);

/// The failure of one document. `index` and its uuid are shown with conflicts.
search::Failure document_failure(const Context& context, std::string_view index,
                                 const Error& error);

/// A document that is no JSON object, in Elasticsearch's words.
search::Failure unparsable(const Error& error);

search::Answer<> check_id(std::string_view id);

}  // namespace elkhorn::api
