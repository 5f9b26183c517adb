// api/snapshot/parts/snapshot_answer.h -- what the endpoints of snapshots share: their errors in
// Elasticsearch's words, which snapshots a path means, and a snapshot as JSON.
#pragma once

#include "api/core/api.h"
#include "json/writer.h"
#include "store/snapshot/snapshots.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::api {

search::Failure repository_missing(std::string_view name);
search::Failure snapshot_missing(std::string_view repository, std::string_view snapshot);
/// "repository_exception" with the name in front of the reason: 500.
search::Failure repository_failure(std::string_view repository, std::string_view reason);
/// The store's error while it worked on a repository.
search::Failure repository_failure(std::string_view repository, const Error& error);

/// The repository of the call's path; fails when there is none of that name.
search::Answer<store::RepositoryEntry> repository_of(const Call& call);

/// The snapshots that names and patterns mean, in the order they were begun. A name that is not
/// there is an error, a pattern that fits none is not, and no word means all.
search::Answer<std::vector<store::Snapshot>> snapshots_of(const Call& call,
                                                          std::span<const std::string> names,
                                                          bool ignore_unavailable);
/// All of the repository, in the same order.
search::Answer<std::vector<store::Snapshot>> all_snapshots(const Call& call);

std::int64_t shards_of(const store::SnapshotIndex& index);
std::int64_t shards_of(const store::Snapshot& snapshot);

void write_snapshot(json::Writer& out, const store::Snapshot& snapshot, bool verbose);

}  // namespace elkhorn::api
