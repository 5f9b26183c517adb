// api/search/render_template.cc -- GET|POST /_render/template and /_render/template/{id}: what a
// search template becomes, without the search.

#include "api/core/api.h"
#include "api/search/parts/template_text.h"
#include "json/parse.h"
#include "json/writer.h"

namespace elkhorn::api::render_template {
namespace {

Reply handle(const Call& call) {
    const event::Value body = ASK(call.json_body());
    const std::string text = ASK(template_text(call, body, call.path("id")));
    json::Parser parser;
    event::Arena arena;
    const auto parsed = parser.parse(text, arena);
    if (!parsed) {
        auto failure = search::refuse(
            "json_parse_exception", "the template does not become JSON: " + parsed.error().message);
        return failure;
    }
    json::Writer out;
    out.begin_object().key("template_output").value(*parsed);
    out.end_object();
    return json_response(out.take());
}

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/read/search/template",
    .methods = "POST GET",
    .routes = "/_render/template /_render/template/{id}",
    .body = Body::members,
    .members = {template_members},
    .handle = handle,
};

}  // namespace elkhorn::api::render_template
