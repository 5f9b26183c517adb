// api/index/refresh.cc -- POST|GET /{index}/_refresh, _flush: what was written is visible, or in
// segments, when this answers.

#include "api/core/api.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"

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

constexpr Parameter parameters[] = {
    {"force", Takes::flag, Use::no_effect, "what is due is written out by itself"},
    {"wait_if_ongoing", Takes::flag, Use::no_effect, "it always waits"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:admin/refresh",
    .methods = "POST GET",
    .routes = "/_refresh /{index}/_refresh /_flush /{index}/_flush",
    .parameters = {parameters, index_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::refresh
