// search/kql/kql_query.h -- what KQL means against one index, in the words of the query DSL:
//
//   message:a b        match                 message:"a b"   match_phrase
//   host:web-*         wildcard              host:*          exists
//   day:2024-03-01     the whole of the day  took >= 5       range
//   mach*:x            any field so called   x               any field, leniently
//   user:{ name:a }    nested
//
// and, or, not: bool. Names of fields are looked up in the index, so a query is made for each.
#pragma once

#include "event/value.h"
#include "search/base/failure.h"
#include "search/kql/kql_syntax.h"
#include "search/match/plan.h"

#include <string>

namespace elkhorn::search {

struct KqlOptions {
    std::string default_field;  // of values alone, wildcards taken; empty: all fields
    std::string time_zone;
    bool case_insensitive = false;  // of keywords
};

/// The query, in the arena.
event::Value kql_as_query(const KqlSyntax& syntax, const KqlOptions& options, const Scope& scope,
                          event::Arena& arena);

}  // namespace elkhorn::search
