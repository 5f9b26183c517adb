// api/document_get.cc -- GET|HEAD /{index}/_doc/{id} and /{index}/_source/{id}: a document as it
// is now,
// whether a refresh has shown it to searches or not.

#include "api/api.h"
#include "api/error_body.h"
#include "api/index_names.h"
#include "json/writer.h"
#include "search/search.h"

#include <fmt/format.h>

namespace elkhorn::api::document_get {
namespace {

/// _source, _source_includes and _source_excludes of the URL.
search::Answer<search::SourceFilter> source_filter(const Call& call) {
    search::Parameters parameters;
    for (const auto& [name, value] : call.parameters()) {
        if (name.starts_with("_source")) parameters.emplace_back(name, value);
    }
    auto request = search::parse_request(event::Value(), parameters);
    if (!request) return std::unexpected(request.error());
    return request->source;
}

Reply missing_source(std::string_view index, std::string_view id) {
    search::Failure failure;
    failure.status = 404;
    failure.type = "resource_not_found_exception";
    failure.reason = fmt::format("Document not found [{}]/[_doc]/[{}]", index, id);
    return std::unexpected(failure);
}

Reply handle(const Call& call) {
    const auto path = call.request().path();
    const bool source_only = path.size() > 1 && path[1] == "_source";
    const std::string& id = call.path("id");
    const auto index = single_name(call, call.path("index"));
    if (!index) return std::unexpected(index.error());
    auto found = call.context().store->get(*index, id);
    if (!found) {
        if (found.error().code != ErrorCode::not_found) return search::broken(found.error());
        return std::unexpected(index_not_found(*index, "index_expression"));
    }
    const auto filter = source_filter(call);
    if (!filter) return std::unexpected(filter.error());
    std::string source;
    if (*found && filter->enabled) {
        auto filtered = search::filter_source((*found)->source, *filter);
        if (!filtered) return std::unexpected(filtered.error());
        source = std::move(*filtered);
    }
    if (source_only) {
        if (!*found) return missing_source(*index, id);
        return json_response(std::move(source));
    }
    json::Writer out;
    out.begin_object().member("_index", *index).member("_type", "_doc").member("_id", id);
    if (*found)
        out.member("_version", (*found)->version)
            .member("_seq_no", (*found)->seq_no)
            .member("_primary_term", 1);
    out.member("found", found->has_value());
    if (*found && filter->enabled) out.key("_source").raw(source);
    out.end_object();
    return json_response(out.take(), *found ? 200 : 404);
}

}  // namespace

extern constinit const Endpoint spec{"GET", "/{index}/_doc/{id} /{index}/_source/{id}",
                                     "_source _source_includes _source_excludes realtime refresh "
                                     "preference routing stored_fields version "
                                     "version_type",
                                     handle};

}  // namespace elkhorn::api::document_get
