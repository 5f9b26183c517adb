// search/script/script_call.h -- a script as a request says it: "doc['a'].value > 1", or
// {"source": ..., "params": {...}, "lang": "painless"}, or {"id": ...} of one that is stored.
//
//   const ScriptCall call = ASK(read_script(value));           // when the body is read
//   const auto program = ASK(compile(call, request, script::contexts::filter));  // when it is
// planned
//
// Refusals are those of a search phase, with the place in the source.
#pragma once

#include "base/parameter.h"
#include "event/value.h"
#include "script/core/script.h"
#include "script/run/run.h"
#include "search/base/context.h"
#include "search/base/failure.h"

#include <memory>
#include <string>

namespace elkhorn::search {

/// Of a script in a request, whoever runs it.
inline constexpr Parameter script_members[] = {
    {"source", Takes::any},
    {"inline", Takes::text},
    {"params", Takes::object},
    {"lang", Takes::text},
    {"id", Takes::text},
    {"stored", Takes::text},
    {"options", Takes::object, Use::refused, "scripts have no options", "{}"},
};

struct ScriptCall {
    std::string source;
    std::string lang = "painless";
    std::string id;  // of a stored one; empty: `source` is the script
    event::Value params;
    std::shared_ptr<event::Arena> arena;  // of the params
};

Answer<ScriptCall> read_script(const event::Value& value);

/// In the search phase. A stored script is looked up in the request.
Answer<std::shared_ptr<const script::Program>> compile(const ScriptCall& call,
                                                       const RequestContext* request,
                                                       const script::Context& context);

/// The failure of a search phase that a trouble is.
std::unexpected<Failure> script_failure(const script::Trouble& trouble,
                                        std::string_view lang = "painless");

/// What stops a query from being made: "failed to create query: ...", with its cause.
Failure as_query_failure(Failure cause);

}  // namespace elkhorn::search
