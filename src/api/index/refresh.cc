// api/index/refresh.cc -- POST|GET /{index}/_refresh, _flush: what was written is visible, or in
// segments, when this answers.

#include "api/core/api.h"
#include "api/core/index_names.h"

namespace elkhorn::api::refresh {
namespace {

Reply handle(const Call& call) {
    const auto options = ASK(name_options(call));
    const auto names = ASK(resolve_names(call, call.path("index"), options));
    store::Store& store = *call.context().store;
    for (const std::string& name : names) {
        auto done = store.refresh(name);
        if (!done && done.error().code != ErrorCode::not_found) return search::broken(done.error());
    }
    if (call.request().path().back() == "_flush") {
        if (auto done = store.flush(); !done) return search::broken(done.error());
    }
    return shards_answer(call, names);
}

}  // namespace

extern constinit const Endpoint spec{
    "POST GET", "/_refresh /{index}/_refresh /_flush /{index}/_flush",
    "ignore_unavailable allow_no_indices expand_wildcards force wait_if_ongoing", handle};

}  // namespace elkhorn::api::refresh
