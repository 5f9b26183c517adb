// main/lanes.h -- which requests wait for which: those that ask how the node is, those that write,
// and all others, which may take long (searches, by query, snapshots, merges). Sixteen searches
// that are stuck stop neither a bulk nor a health check.
#pragma once

#include "http/server.h"

#include <cstddef>
#include <vector>

namespace elkhorn {

std::vector<http::Lane> lanes(std::size_t workers);

/// Of a request to the API, by its method and path.
std::size_t lane_of_api(const http::Request& head);

/// The same for the UI's port, where the API is below /es and the page is quick.
std::size_t lane_of_ui(const http::Request& head);

}  // namespace elkhorn
