// api/document/document_get.cc -- GET|HEAD /{index}/_doc/{id}: a document as it is now, whether a
// refresh has shown it to searches or not.

#include "api/core/api.h"
#include "api/core/index_names.h"
#include "api/core/parameters.h"
#include "api/document/parts/document_change.h"
#include "api/document/parts/document_read.h"
#include "api/document/parts/document_version.h"
#include "json/writer.h"

namespace elkhorn::api::document_get {
namespace {

Reply handle(const Call& call) {
    const std::string& id = call.path("id");
    const Versioning wanted = ASK(versioning(call));
    const std::string index = ASK(single_name(call, call.path("index")));
    const auto found = ASK(read_document(call, index, id));
    const auto filter = ASK(source_parameters(call));
    if (found) ASK(check_read(call, wanted, index, id, found->version));
    json::Writer out;
    out.begin_object();
    ASK(write_document(out, index, id, found, filter.value_or(search::SourceFilter{})));
    out.end_object();
    return json_response(out.take(), found ? 200 : 404);
}

constexpr Parameter parameters[] = {
    {"version", Takes::long_integer},
    {"version_type", Takes::text},
    {"stored_fields", Takes::list, Use::refused, "a document is kept as its _source alone"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/read/get",
    .methods = "GET",
    .routes = "/{index}/_doc/{id}",
    .parameters = {parameters, source_parameters_table, read_parameters},
    .handle = handle,
};

}  // namespace elkhorn::api::document_get
