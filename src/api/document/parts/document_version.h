// api/document/parts/document_version.h -- which version of a document a write wants to meet:
// if_seq_no with if_primary_term, or a version that somebody else counts (version_type external,
// external_gte). Read from the URL, a _bulk line or an update's body, and refused where
// Elasticsearch refuses it.
#pragma once

#include "api/core/api.h"
#include "store/node/store.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace elkhorn::api {

enum class VersionType { internal, external, external_gte };

struct Versioning {
    std::optional<std::int64_t> if_seq_no;
    std::int64_t if_primary_term = 0;  // 0: not given
    std::optional<std::int64_t> version;
    VersionType type = VersionType::internal;

    /// Sets one member by its name in a request; false for a name that is none of them.
    search::Answer<bool> set(std::string_view name, std::string_view text);

    /// Puts into the write what it must meet.
    void require(store::Write& write) const;
};

search::Answer<Versioning> versioning(const Call& call);

/// `action_request_validation_exception` for what contradicts itself, or the action.
search::Answer<> check(const Versioning& versioning, store::Action action, bool id_given);

/// A read of a `version`: a conflict where the document is at another.
search::Answer<> check_read(const Call& call, const Versioning& versioning, std::string_view index,
                            std::string_view id, std::int64_t version);

/// "Validation Failed: 1: first;2: second;"
search::Failure validation_failure(const std::vector<std::string>& problems);

}  // namespace elkhorn::api
