// api/mapping/mapping_put.cc -- PUT|POST /{index}/_mapping: adds fields. A field that is there
// keeps its type.

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "api/core/settings_text.h"
#include "api/mapping/parts/mapping_json.h"
#include "json/writer.h"

#include <vector>

namespace elkhorn::api::mapping_put {
namespace {

/// The update as the index's own analyzers read it, once it is clear that the index can have it.
search::Answer<store::Mapping> update_for(const store::IndexView& view, const event::Value& body) {
    const Analysis analysis = ASK(Analysis::read(parse_settings_text(view.settings_json)));
    store::Mapping update = ASK(parse_mappings(body, "", analysis));
    store::Mapping merged = *view.mapping;
    if (auto done = store::merge_mapping(merged, update); !done)
        return std::unexpected(to_failure(done.error()));
    ASK(check_aliases(merged));
    return update;
}

Reply handle(const Call& call) {
    if (call.body().empty()) return std::unexpected(body_required());
    const auto body = call.json_body();
    if (!body) return std::unexpected(body.error());
    const auto views = views_of(call);
    if (!views) return std::unexpected(views.error());
    std::vector<store::Mapping> updates;
    for (const auto& view : *views)
        updates.push_back(ASK(update_for(*view, *body)));
    for (std::size_t i = 0; i < updates.size(); ++i) {
        const std::string& name = (*views)[i]->name;
        if (auto done = call.context().store->put_mapping(name, updates[i]); !done)
            return std::unexpected(to_failure(done.error()));
    }
    json::Writer out;
    out.begin_object().member("acknowledged", true).end_object();
    return json_response(out.take());
}

constexpr Parameter parameters[] = {
    {"include_type_name", Takes::flag, Use::no_effect,
     "a mapping below the name of a type is understood without it"},
    {"write_index_only", Takes::flag, Use::no_effect, "there are no aliases yet"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:admin/mapping/put",
    .methods = "PUT POST",
    .routes = "/{index}/_mapping /{index}/_mapping/{type} /{index}/_mappings",
    .parameters = {parameters, index_parameters, master_parameters},
    .body = Body::free,
    .handle = handle,
};

}  // namespace elkhorn::api::mapping_put
