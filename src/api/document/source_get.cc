// api/document/source_get.cc -- GET|HEAD /{index}/_source/{id}: a document's JSON and nothing
// around it.

#include "api/core/api.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "api/document/parts/document_change.h"
#include "api/document/parts/document_read.h"
#include "api/document/parts/document_version.h"
#include "json/writer.h"

#include <fmt/format.h>

namespace elkhorn::api::source_get {
namespace {

Reply missing(std::string_view index, std::string_view id) {
    search::Failure failure;
    failure.status = 404;
    failure.type = "resource_not_found_exception";
    failure.reason = fmt::format("Document not found [{}]/[_doc]/[{}]", index, id);
    return std::unexpected(failure);
}

Reply handle(const Call& call) {
    const std::string& id = call.path("id");
    const Versioning wanted = ASK(versioning(call));
    const auto filter = ASK(source_parameters(call)).value_or(search::SourceFilter{});
    if (!filter.enabled)
        return std::unexpected(validation_failure({"fetching source can not be disabled"}));
    const std::string index = ASK(single_name(call, call.path("index")));
    const auto found = ASK(read_document(call, index, id));
    if (!found) return missing(index, id);
    ASK(check_read(call, wanted, index, id, found->version));
    return json_response(ASK(search::filter_source(found->source, filter)));
}

constexpr Parameter parameters[] = {
    {"version", Takes::long_integer},
    {"version_type", Takes::text},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/read/get",
    .methods = "GET",
    .routes = "/{index}/_source/{id}",
    .parameters = {parameters, source_parameters_table, read_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::source_get
