// search/query/core/stored_document.h -- documents that a query names by index and id, for the
// terms or the words that they hold.
#pragma once

#include "event/value.h"
#include "search/base/failure.h"
#include "search/match/plan.h"

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace elkhorn::search {

struct StoredDocument {
    std::shared_ptr<event::Arena> arena;
    event::Value value;  // in the arena
};

/// Nothing where the index has no such document. Reading it costs one look-up.
Answer<std::optional<StoredDocument>> stored_document(const Scope& scope, std::string_view index,
                                                      std::string_view id);

/// JSON as a value in an arena of its own.
Answer<StoredDocument> parsed_document(std::string_view json);

/// The scalars at a dotted path, through objects, lists and keys that have dots themselves.
std::vector<event::Value> values_at(const event::Value& document, std::string_view path);

}  // namespace elkhorn::search
