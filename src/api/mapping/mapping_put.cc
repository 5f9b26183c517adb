// api/mapping/mapping_put.cc -- PUT|POST /{index}/_mapping: adds fields. A field that is there
// keeps its type.

#include "api/core/api.h"
#include "api/core/error_body.h"
#include "api/core/index_names.h"
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

}  // namespace

extern constinit const Endpoint spec{
    "PUT POST", "/{index}/_mapping /{index}/_mapping/{type} /{index}/_mappings",
    "ignore_unavailable allow_no_indices expand_wildcards include_type_name timeout master_timeout "
    "write_index_only",
    handle};

}  // namespace elkhorn::api::mapping_put
