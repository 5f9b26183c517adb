// api/mapping/parts/mapping_parameters.h -- which parameters a field of some type can have, in the
// order in which Elasticsearch shows them.
#pragma once

#include <string_view>
#include <vector>

namespace elkhorn::api {

/// In their order; empty where any is taken (types that are only kept and shown).
std::vector<std::string_view> parameters_of(std::string_view type);

/// Taken and dropped by every type that does not know them.
bool is_ignored_parameter(std::string_view name);

/// Types whose refusal of a parameter lists all that it does not know.
bool lists_unsupported(std::string_view type);

/// Types that are taken, but kept in the source only.
bool is_shown_only(std::string_view type);

}  // namespace elkhorn::api
