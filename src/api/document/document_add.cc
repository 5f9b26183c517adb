// api/document/document_add.cc -- POST /{index}/_doc: one document under a generated id.

#include "api/core/parameters.h"
#include "api/document/parts/document_write.h"

namespace elkhorn::api::document_add {
namespace {

Reply handle(const Call& call) {
    return write_document(call, false);
}

constexpr Parameter parameters[] = {
    {"op_type", Takes::one_of, Use::used, "opType must be 'create' or 'index', found: [{}]",
     "create index"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/write/index",
    .methods = "POST",
    .routes = "/{index}/_doc",
    .parameters = {parameters, write_parameters, version_parameters},
    .body = Body::free,
    .handle = handle,
};

}  // namespace elkhorn::api::document_add
