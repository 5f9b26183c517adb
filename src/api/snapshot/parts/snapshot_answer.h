// api/snapshot/parts/snapshot_answer.h -- what the endpoints of snapshots share: their errors in
// Elasticsearch's words, names and patterns, and a snapshot as JSON.
#pragma once

#include "api/core/api.h"
#include "json/writer.h"
#include "store/snapshot/snapshots.h"

#include <expected>
#include <optional>
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

/// The snapshots that a list of names and patterns means, in the order they were begun. A pattern
/// that fits nothing is an error where `pattern_must_fit`.
search::Answer<std::vector<store::Snapshot>> snapshots_of(const Call& call, bool ignore_unavailable,
                                                          bool pattern_must_fit);

/// Those of `known` that the patterns mean: names, stars, "-name" after a star; the first that is
/// not there as the unexpected. Nothing given means all.
std::expected<std::vector<std::string>, std::string> filter_names(
    const std::vector<std::string>& known, const std::vector<std::string>& patterns,
    bool ignore_unavailable);

/// The member `indices` of a body: a text with commas, or an array; empty when it is not there.
search::Answer<std::vector<std::string>> names_in(const event::Object& body);
/// A boolean member of a body.
search::Answer<bool> flag_in(const event::Object& body, std::string_view name, bool otherwise);

std::int64_t shards_of(const store::SnapshotIndex& index);
std::int64_t shards_of(const store::Snapshot& snapshot);

void write_snapshot(json::Writer& out, const store::Snapshot& snapshot, bool verbose);

}  // namespace elkhorn::api
