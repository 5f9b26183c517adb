// api/core/error_body.h -- failures as Elasticsearch writes them:
//   {"error":{"root_cause":[{"type","reason",...}],"type","reason",...},"status"}
// and failures of the search phase inside a search_phase_execution_exception.
#pragma once

#include "base/result.h"
#include "http/message.h"
#include "json/writer.h"
#include "search/base/failure.h"
#include "store/limits/memory_hold.h"

#include <string>
#include <string_view>

namespace elkhorn::api {

http::Response error_response(const search::Failure& failure);

/// The members type, reason, index_uuid, shard, index, caused_by of one failure, without braces.
void write_failure(json::Writer& out, const search::Failure& failure);

/// The same with its root cause: the members of "error".
void write_failure_with_root(json::Writer& out, const search::Failure& failure);

/// Whether it names the shard and the index's uuid, which is in `caused_by_reason` then.
bool names_shard(const search::Failure& failure);

/// One entry of failed_shards or of _shards.failures: shard, index, node, reason.
void write_shard_failure(json::Writer& out, const search::Failure& failure);

/// The store's errors in Elasticsearch's types.
search::Failure to_failure(const Error& error);

search::Failure index_not_found(std::string_view name,
                                std::string_view resource_type = "index_or_alias");
search::Failure body_required();

/// circuit_breaking_exception, 429: the share that `room` is of has not that much left for `what`.
search::Failure no_room_for(std::string_view what, const store::MemoryHold& room);

}  // namespace elkhorn::api
