// api/snapshot/parts/snapshot_body.h -- what the bodies that make and restore snapshots have in
// common: the list of indices with the options beside it, and how a restore reads that list.
//
// The two read it differently, as Elasticsearch does. Making one follows the rules of every other
// list of indices (`api/core/index_names.h`): an exclusion needs a pattern before it. In a restore,
// "-name" in the first place takes from all of the snapshot, and "+name" says that it adds.
#pragma once

#include "api/core/index_names.h"
#include "event/value.h"
#include "search/base/failure.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::api {

/// The member `indices` of a body: a text with commas, or an array of names as they are; empty when
/// it is not there.
search::Answer<std::vector<std::string>> names_in(const event::Object& body);
/// A boolean member of a body.
search::Answer<bool> flag_in(const event::Object& body, std::string_view name, bool otherwise);
/// ignore_unavailable, allow_no_indices and expand_wildcards of a body.
search::Answer<NameOptions> name_options_in(const event::Object& body);

/// Those of `known` that a restore's list means, in the order of their names. Nothing given means
/// all. Fails with index_not_found_exception.
search::Answer<std::vector<std::string>> select_indices(const std::vector<std::string>& known,
                                                        std::span<const std::string> names,
                                                        const NameOptions& options);

}  // namespace elkhorn::api
