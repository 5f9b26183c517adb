// api/script/script_delete.cc -- DELETE /_scripts/{id}.

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "api/core/parameters.h"
#include "json/writer.h"
#include "store/meta/metadata.h"

#include <fmt/format.h>

namespace elkhorn::api::script_delete {
namespace {

Reply handle(const Call& call) {
    const std::string& id = call.path("id");
    const auto removed = call.context().store->metadata().remove(store::MetadataKind::script, id);
    if (!removed) return std::unexpected(to_failure(removed.error()));
    if (!*removed) {
        auto failure = search::refuse(
            "resource_not_found_exception",
            fmt::format("stored script [{}] does not exist and cannot be deleted", id));
        failure.error().status = 404;
        return failure;
    }
    json::Writer out;
    out.begin_object().member("acknowledged", true).end_object();
    return json_response(out.take());
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/script/delete",
    .methods = "DELETE",
    .routes = "/_scripts/{id}",
    .parameters = {master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::script_delete
