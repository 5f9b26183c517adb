// api/search/parts/search_context.h -- the search::RequestContext of a call: indices, frozen now,
// deadline.
#pragma once

#include "api/core/index_names.h"
#include "api/search/parts/stored_scripts.h"
#include "search/base/context.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::api {

/// Over those indices.
inline search::RequestContext search_context_of(
    const Call& call, std::vector<std::shared_ptr<const store::IndexView>> indices) {
    search::RequestContext context;
    context.clock = call.context().clock;
    context.now_ms = call.context().clock->wall_ms();
    context.deadline_ns =
        call.context().clock->steady_ns() + call.context().query_timeout_ms * 1'000'000;
    context.spawn = call.context().spawn;
    context.threads = call.context().search_threads;
    context.left = call.request().abandonment;
    context.memory = &call.context().store->memory();
    context.answer = std::make_shared<search::AnswerRoom>(context.memory);
    context.max_buckets = call.context().max_buckets;
    context.indices = std::move(indices);
    context.stored_script = stored_scripts(*call.context().store);
    context.source_of = [store = call.context().store](
                            std::string_view index,
                            std::string_view id) -> search::Answer<std::optional<std::string>> {
        if (!store->view(index)) {
            auto failure = search::refuse("index_not_found_exception",
                                          "no such index [" + std::string(index) + "]");
            failure.error().status = 404;
            failure.error().index = index;
            return failure;
        }
        auto found = ASK(store->get(index, id));
        if (!found) return std::nullopt;
        return std::move(found->source);
    };
    return context;
}

/// Over those that the call's path means.
inline search::Answer<search::RequestContext> search_context(const Call& call) {
    auto views = views_of(call);
    if (!views) return std::unexpected(views.error());
    return search_context_of(call, std::move(*views));
}

inline std::int64_t all_shards(const search::RequestContext& context) {
    std::int64_t shards = 0;
    for (const auto& index : context.indices)
        shards += shards_of(*index);
    return shards;
}

}  // namespace elkhorn::api
