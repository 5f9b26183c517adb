// api/refresh.cc -- POST|GET /{index}/_refresh, _flush: what was written is visible, or in
// segments, when
// this answers.

#include "api/api.h"
#include "api/index_names.h"
#include "json/writer.h"

namespace elkhorn::api::refresh {
namespace {

Reply handle(const Call& call) {
    const auto options = name_options(call);
    if (!options) return std::unexpected(options.error());
    const auto names = resolve_names(call, call.path("index"), *options);
    if (!names) return std::unexpected(names.error());
    store::Store& store = *call.context().store;
    std::int64_t total = 0;
    std::int64_t primaries = 0;
    for (const std::string& name : *names) {
        if (auto done = store.refresh(name); !done && done.error().code != ErrorCode::not_found) {
            return search::broken(done.error());
        }
        const auto view = store.view(name);
        if (!view) continue;
        primaries += shards_of(**view);
        total += shards_of(**view) * (1 + replicas_of(**view));
    }
    if (call.request().path().back() == "_flush") {
        if (auto done = store.flush(); !done) return search::broken(done.error());
    }
    json::Writer out;
    out.begin_object().key("_shards").begin_object();
    out.member("total", total).member("successful", primaries).member("failed", 0);
    out.end_object().end_object();
    return json_response(out.take());
}

}  // namespace

extern constinit const Endpoint spec{
    "POST GET", "/_refresh /{index}/_refresh /_flush /{index}/_flush",
    "ignore_unavailable allow_no_indices expand_wildcards force wait_if_ongoing", handle};

}  // namespace elkhorn::api::refresh
