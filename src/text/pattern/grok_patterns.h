// text/pattern/grok_patterns.h -- the names that every Logstash configuration takes for granted, in
// pattern-file form: a name, a blank, a definition. The field names are those from before the
// Elastic Common Schema (clientip, verb, response, ...), which files without ecs_compatibility
// expect. Only text/ includes this.
#pragma once

#include <span>
#include <string_view>

namespace elkhorn::text {

/// Several texts; a name is defined once.
std::span<const std::string_view> standard_patterns();

}  // namespace elkhorn::text
