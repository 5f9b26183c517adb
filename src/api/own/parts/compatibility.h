// api/own/parts/compatibility.h -- docs/compatibility.md: what every endpoint, query and
// aggregation takes, printed from the tables they declare.
#pragma once

#include <string>

namespace elkhorn::api {

/// Markdown, the same from every build of the same tables.
std::string compatibility_page();

}  // namespace elkhorn::api
