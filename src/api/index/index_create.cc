// api/index/index_create.cc -- PUT /{index}: makes an index with mappings and settings. Durable
// when answered.

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "api/core/settings_text.h"
#include "api/mapping/parts/mapping_json.h"
#include "json/writer.h"

#include <fmt/format.h>

namespace elkhorn::api::index_create {
namespace {

search::Answer<store::IndexSettings> read_body(const event::Value& body) {
    store::IndexSettings made;
    if (body.is_null()) return made;
    if (!body.is(event::Kind::object))
        return search::refuse("parse_exception", "the body must be an object");
    Settings settings;
    if (const event::Value* given = body.as_object().find("settings")) {
        settings = ASK(read_settings(*given));
        made.settings_json = settings_text(settings);
    }
    const Analysis analysis = ASK(Analysis::read(settings));
    for (const event::Member& member : body.as_object().members()) {
        if (member.name == "settings") continue;
        if (member.name == "mappings") {
            made.mapping =
                ASK(parse_mappings(member.value, "Failed to parse mapping [_doc]: ", analysis));
            ASK(check_aliases(made.mapping));
        } else if (member.name == "aliases") {
            if (member.value.is(event::Kind::object) && member.value.as_object().size() == 0)
                continue;
            return search::refuse("illegal_argument_exception",
                                  "aliases are not supported yet: make the index without them");
        } else {
            return search::refuse("parse_exception",
                                  fmt::format("unknown key [{}] for create index", member.name));
        }
    }
    return made;
}

Reply handle(const Call& call) {
    const auto body = call.json_body();
    if (!body) {
        search::Failure failure = body.error();
        failure.type = "parse_exception";
        return std::unexpected(failure);
    }
    const auto name = single_name(call, call.path("index"));
    if (!name) return std::unexpected(name.error());
    auto settings = read_body(*body);
    if (!settings) return std::unexpected(settings.error());
    store::Store& store = *call.context().store;
    const auto made = store.create_index(*name, std::move(*settings));
    if (!made) {
        search::Failure failure = to_failure(made.error());
        if (made.error().code != ErrorCode::overloaded) failure.index = *name;
        if (made.error().code == ErrorCode::conflict) {
            failure.status = 400;
            failure.type = "resource_already_exists_exception";
            failure.reason = fmt::format("index [{}/{}] already exists", *name,
                                         store.uuid(*name).value_or("_na_"));
        }
        return std::unexpected(failure);
    }
    json::Writer out;
    out.begin_object()
        .member("acknowledged", true)
        .member("shards_acknowledged", true)
        .member("index", *name);
    out.end_object();
    return json_response(out.take());
}

constexpr Parameter parameters[] = {
    {"include_type_name", Takes::flag, Use::no_effect,
     "a mapping below the name of a type is understood without it"},
    {"wait_for_active_shards", Takes::text, Use::no_effect, "there is one copy of every row"},
};

constexpr Parameter members[] = {
    {"settings", Takes::object},
    {"mappings", Takes::object},
    {"aliases", Takes::object},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:admin/create",
    .methods = "PUT",
    .routes = "/{index}",
    .parameters = {parameters, master_parameters},
    .body = Body::members,
    .members = {members},
    .unknown_member = nullptr,
    .handle = handle,
};

}  // namespace elkhorn::api::index_create
