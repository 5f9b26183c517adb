// api/index/index_delete.cc -- DELETE /{index}: all or nothing of the names; a pattern that fits
// nothing is fine.

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "json/writer.h"

namespace elkhorn::api::index_delete {
namespace {

Reply handle(const Call& call) {
    const auto options = name_options(call);
    if (!options) return std::unexpected(options.error());
    // A list of nothing would mean all of them.
    if (name_list(call.path("index")).empty()) {
        return search::refuse("action_request_validation_exception",
                              "Validation Failed: 1: index / indices is missing;");
    }
    const auto names = resolve_names(call, call.path("index"), *options);
    if (!names) return std::unexpected(names.error());
    for (const std::string& name : *names) {
        const auto done = call.context().store->delete_index(name);
        if (!done && done.error().code != ErrorCode::not_found)
            return std::unexpected(to_failure(done.error()));
    }
    json::Writer out;
    out.begin_object().member("acknowledged", true).end_object();
    return json_response(out.take());
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:admin/delete",
    .methods = "DELETE",
    .routes = "/{index}",
    .parameters = {index_parameters, master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::index_delete
