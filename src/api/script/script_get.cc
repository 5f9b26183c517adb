// api/script/script_get.cc -- GET /_scripts/{id}: a script that the node keeps.

#include "api/core/api.h"
#include "api/core/parameters.h"
#include "api/search/parts/stored_scripts.h"
#include "json/writer.h"

namespace elkhorn::api::script_get {
namespace {

Reply handle(const Call& call) {
    const auto script = stored_script(*call.context().store, call.path("id"));
    json::Writer out;
    out.begin_object().member("_id", call.path("id")).member("found", script.has_value());
    if (script) out.key("script").raw(script->json);
    out.end_object();
    return json_response(out.take(), script ? 200 : 404);
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "cluster:admin/script/get",
    .methods = "GET",
    .routes = "/_scripts/{id}",
    .parameters = {master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::script_get
