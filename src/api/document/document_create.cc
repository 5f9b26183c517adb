// api/document/document_create.cc -- PUT/POST /{index}/_create/{id}: one document, only if its id
// is new.

#include "api/document/parts/document_write.h"

namespace elkhorn::api::document_create {
namespace {

Reply handle(const Call& call) {
    return write_document(call, true);
}

}  // namespace

extern constinit const Endpoint spec{
    "PUT POST", "/{index}/_create/{id}",
    "op_type refresh routing timeout version version_type if_seq_no if_primary_term pipeline "
    "wait_for_active_shards require_alias",
    handle};

}  // namespace elkhorn::api::document_create
