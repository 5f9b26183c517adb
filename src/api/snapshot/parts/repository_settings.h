// api/snapshot/parts/repository_settings.h -- the settings a repository of type "fs" may be given,
// and the check of a body's `settings` against them before a repository is made.
//
// Values are kept as texts, names with dots where they were nested. What has no effect is held to
// its kind all the same, in Elasticsearch's words, so that a slip does not wait to be found there.
#pragma once

#include "base/parameter.h"
#include "event/value.h"
#include "search/base/failure.h"
#include "store/snapshot/snapshots.h"

#include <string_view>

namespace elkhorn::api {

inline constexpr Parameter repository_settings[] = {
    {"location", Takes::text, Use::used, "its folder, below one of path.repo"},
    {"readonly", Takes::flag, Use::used, "nothing is made or deleted in it"},
    {"compress", Takes::flag, Use::no_effect, "segments are packed as they are"},
    {"chunk_size", Takes::size, Use::no_effect, "a file is kept whole"},
    {"max_restore_bytes_per_sec", Takes::size, Use::no_effect, "a restore is not slowed down"},
    {"max_snapshot_bytes_per_sec", Takes::size, Use::no_effect, "a snapshot is not slowed down"},
};

/// Into `entry.settings`; `name` is the repository's, for the error.
search::Answer<> read_repository_settings(std::string_view name, const event::Object& settings,
                                          store::RepositoryEntry& entry);

}  // namespace elkhorn::api
