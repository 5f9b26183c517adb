// api/index/force_merge.cc -- POST /{index}/_forcemerge: segments into at most so many; deleted
// documents leave the disk. Answers when it is done, and so is what was due without being asked.

#include "api/core/api.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "json/writer.h"

namespace elkhorn::api::force_merge {
namespace {

Reply handle(const Call& call) {
    const auto options = ASK(name_options(call));
    const auto names = ASK(resolve_names(call, call.path("index"), options));
    store::ForceMerge request;
    request.only_expunge = call.flag("only_expunge_deletes", false);
    if (const auto most = call.number("max_num_segments", -1); most > 0)
        request.most_segments = static_cast<std::size_t>(most);
    store::Store& store = *call.context().store;
    if (call.flag("flush", true)) {
        if (auto done = store.flush(); !done) return search::broken(done.error());
    }
    for (const std::string& name : names) {
        auto done = store.merge(name, request);
        if (!done && done.error().code != ErrorCode::not_found) return search::broken(done.error());
    }
    return shards_answer(call, names);
}

constexpr Parameter parameters[] = {
    {"max_num_segments", Takes::integer},
    {"only_expunge_deletes", Takes::flag},
    {"flush", Takes::flag},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:admin/forcemerge",
    .methods = "POST",
    .routes = "/_forcemerge /{index}/_forcemerge",
    .parameters = {parameters, index_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::force_merge
