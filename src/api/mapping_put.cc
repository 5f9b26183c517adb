// api/mapping_put.cc -- PUT|POST /{index}/_mapping: adds fields. A field that is there keeps its
// type.

#include "api/api.h"
#include "api/error_body.h"
#include "api/index_names.h"
#include "api/mapping_json.h"
#include "json/writer.h"

#include <fmt/format.h>

namespace elkhorn::api::mapping_put {
namespace {

/// Below a field that is no object there can be no fields.
search::Answer<> check_objects(const store::Mapping& mapping, const store::Mapping& update) {
    for (const auto& [path, field] : update.fields) {
        for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
            const store::FieldMapping* above = mapping.find(path.substr(0, dot));
            if (above == nullptr || above->type == store::FieldType::object ||
                above->type == store::FieldType::nested) {
                continue;
            }
            return search::refuse(
                "illegal_argument_exception",
                fmt::format("can't merge a non object mapping [{}] with an object mapping",
                            path.substr(0, dot)));
        }
    }
    return {};
}

Reply handle(const Call& call) {
    if (call.body().empty()) return std::unexpected(body_required());
    const auto body = call.json_body();
    if (!body) return std::unexpected(body.error());
    const auto views = views_of(call);
    if (!views) return std::unexpected(views.error());
    const auto update = parse_mappings(*body, "");
    if (!update) return std::unexpected(update.error());
    for (const auto& view : *views) {
        if (auto sound = check_objects(*view->mapping, *update); !sound)
            return std::unexpected(sound.error());
    }
    for (const auto& view : *views) {
        if (auto done = call.context().store->put_mapping(view->name, *update); !done) {
            return std::unexpected(to_failure(done.error()));
        }
    }
    json::Writer out;
    out.begin_object().member("acknowledged", true).end_object();
    return json_response(out.take());
}

}  // namespace

extern constinit const Endpoint spec{
    "PUT POST", "/{index}/_mapping /{index}/_mapping/{type} /{index}/_mappings",
    "ignore_unavailable allow_no_indices expand_wildcards include_type_name timeout master_timeout "
    "write_index_only",
    handle};

}  // namespace elkhorn::api::mapping_put
