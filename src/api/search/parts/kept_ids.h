// api/search/parts/kept_ids.h -- the ids of scrolls or points in time that a call names: in its
// path, a parameter or its body, where they may be one or a list.
#pragma once

#include "api/core/api.h"
#include "search/base/failure.h"

#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::api {

/// `name` is the member's, the parameter's where the endpoint has it, and the path's.
search::Answer<std::vector<std::string>> kept_ids(const Call& call, std::string_view name);

/// The refusal of a member that a scroll does not take.
search::Failure unknown_scroll_member(std::string_view name);

}  // namespace elkhorn::api
