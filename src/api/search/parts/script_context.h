// api/search/parts/script_context.h -- what scripts of a request need of it where there is no
// search: the present, the scripts that the node keeps, the clock they are ended by.
#pragma once

#include "api/core/api.h"
#include "api/search/parts/stored_scripts.h"
#include "search/base/context.h"

namespace elkhorn::api {

inline search::RequestContext script_context(const Call& call) {
    search::RequestContext context;
    context.clock = call.context().clock;
    context.now_ms = call.context().clock->wall_ms();
    context.deadline_ns =
        call.context().clock->steady_ns() + call.context().query_timeout_ms * 1'000'000;
    context.left = call.request().abandonment;
    context.memory = &call.context().store->memory();
    context.stored_script = stored_scripts(*call.context().store);
    return context;
}

}  // namespace elkhorn::api
