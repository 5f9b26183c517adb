// api/document/parts/document_answer.h -- what _bulk and the document endpoints share: a write's
// outcome as Elasticsearch words it, refresh, and reading a document's JSON.
#pragma once

#include "api/core/api.h"
#include "json/writer.h"
#include "store/node/store.h"

#include <string_view>

namespace elkhorn::api {

enum class Refresh { no, yes, wait };

search::Answer<Refresh> refresh_parameter(const Call& call);

/// _index, _type, _id, _version, result, [forced_refresh,] _shards, _seq_no, _primary_term.
/// `no_shards`: none had a part in it, as in a single update that changes nothing.
void write_outcome(json::Writer& out, const Context& context, std::string_view index,
                   const store::Written& written, bool forced_refresh, bool no_shards = false);

/// 201 where a document was made, 404 where a delete found none, else 200.
int status_of(const store::Written& written);

/// The failure of one document. `index` and its uuid are shown with conflicts.
search::Failure document_failure(const Context& context, std::string_view index,
                                 const Error& error);

/// JSON that ends too early, or is none, in Elasticsearch's types.
search::Failure broken_json(std::string_view json, const Error& error);

/// What Elasticsearch's parser calls the value: "START_ARRAY".
std::string_view token_name(const event::Value& value);

/// A document that is no JSON object, in Elasticsearch's words.
search::Failure unparsable(const Error& error);

search::Answer<> check_id(std::string_view id);

}  // namespace elkhorn::api
