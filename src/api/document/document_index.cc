// api/document/document_index.cc -- PUT|POST /{index}/_doc/{id}: one document under its id. 201 or
// 200 means that it is on disk.

#include "api/core/parameters.h"
#include "api/document/parts/document_write.h"

namespace elkhorn::api::document_index {
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
    .methods = "PUT POST",
    .routes = "/{index}/_doc/{id}",
    .parameters = {parameters, write_parameters, version_parameters},
    .body = Body::free,
    .handle = handle,
};

}  // namespace elkhorn::api::document_index
