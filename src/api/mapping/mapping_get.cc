// api/mapping/mapping_get.cc -- GET /{index}/_mapping and /_mapping/field/{fields}: what an index
// believes of its fields, dynamic ones included.

#include "api/core/api.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "api/mapping/parts/mapping_json.h"
#include "base/strings.h"
#include "base/wildcard.h"
#include "json/writer.h"

namespace elkhorn::api::mapping_get {
namespace {

void write_one(json::Writer& out, std::string_view full, const store::FieldMapping& field) {
    out.key(full).begin_object().member("full_name", full).key("mapping").begin_object();
    out.key(full.substr(full.rfind('.') + 1));
    write_field(out, field);
    out.end_object().end_object();
}

void write_fields(json::Writer& out, const store::Mapping& mapping, std::string_view patterns) {
    out.begin_object();
    for (const auto& [path, field] : mapping.fields) {
        for (const std::string_view pattern : split(patterns, ',')) {
            if (matches_star(pattern, path)) write_one(out, path, field);
            for (const auto& [name, sub] : field.fields) {
                const std::string full = path + "." + name;
                if (matches_star(pattern, full)) write_one(out, full, sub);
            }
        }
    }
    out.end_object();
}

Reply handle(const Call& call) {
    const auto views = views_of(call);
    if (!views) return std::unexpected(views.error());
    json::Writer out;
    out.begin_object();
    for (const auto& view : *views) {
        out.key(view->name).begin_object().key("mappings");
        if (call.path("fields").empty())
            write_mappings(out, *view->mapping);
        else
            write_fields(out, *view->mapping, call.path("fields"));
        out.end_object();
    }
    out.end_object();
    return json_response(out.take());
}

constexpr Parameter parameters[] = {
    {"include_type_name", Takes::flag, Use::refused,
     "types are gone: mappings are shown without one", "false"},
    {"include_defaults", Takes::flag, Use::refused, "defaults are not listed", "false"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:admin/mappings/get",
    .methods = "GET",
    .routes =
        "/_mapping /{index}/_mapping /{index}/_mapping/{type} /{index}/_mapping/field/{fields} "
        "/_mapping/field/{fields}",
    .parameters = {parameters, index_parameters, master_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::mapping_get
