// ui/ui.h -- the web UI's port: static files from the binary, and the Elasticsearch API of the same
// process (or of a cluster) under /es/, so that the page has one origin.
#pragma once

#include "http/message.h"

#include <functional>

namespace elkhorn::ui {

/// Answers an API request whose target has no /es in front any more.
using Forward = std::function<http::Response(http::Request& request)>;

/// The request is changed on its way to `forward`, not copied: its body may be large. Paths without
/// a file name extension are the page's own: they get index.html.
http::Response handle(http::Request& request, const Forward& forward);

}  // namespace elkhorn::ui
