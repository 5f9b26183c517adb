// search/query/core/brief.h -- the beginning of a query's body as JSON, for who profiles it.
#pragma once

#include "event/value.h"

#include <string>

namespace elkhorn::search {

/// Some 200 bytes at most; what is long costs no more than what is short.
std::string brief(const event::Value& body);

}  // namespace elkhorn::search
