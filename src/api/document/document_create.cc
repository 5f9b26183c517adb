// api/document/document_create.cc -- PUT/POST /{index}/_create/{id}: one document, only if its id
// is new.

#include "api/core/parameters.h"
#include "api/document/parts/document_write.h"

namespace elkhorn::api::document_create {
namespace {

Reply handle(const Call& call) {
    return write_document(call, true);
}

constexpr Parameter parameters[] = {
    {"op_type", Takes::one_of, Use::used, "opType must be 'create' or 'index', found: [{}]",
     "create index"},
};

}  // namespace

extern constinit const Endpoint spec{
    .action = "indices:data/write/index",
    .methods = "PUT POST",
    .routes = "/{index}/_create/{id}",
    .parameters = {parameters, write_parameters, version_parameters},
    .body = Body::free,
    .handle = handle,
};

}  // namespace elkhorn::api::document_create
