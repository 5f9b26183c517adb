// api/search/parts/template_text.h -- the text that a search template becomes: {"source": ...} or
// {"id": ...} of one that the node keeps, with {"params": {...}}.
#pragma once

#include "api/core/api.h"

#include <string>
#include <string_view>

namespace elkhorn::api {

inline constexpr Parameter template_members[] = {
    {"source", Takes::any},    {"inline", Takes::any},   {"id", Takes::text},
    {"params", Takes::object}, {"explain", Takes::flag}, {"profile", Takes::flag},
};

/// `id` of the path; empty: the body has it.
search::Answer<std::string> template_text(const Call& call, const event::Value& body,
                                          std::string_view id);

}  // namespace elkhorn::api
