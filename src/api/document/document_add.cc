// api/document/document_add.cc -- POST /{index}/_doc: one document under a generated id.

#include "api/document/parts/document_write.h"

namespace elkhorn::api::document_add {
namespace {

Reply handle(const Call& call) {
    return write_document(call, false);
}

}  // namespace

extern constinit const Endpoint spec{
    "POST", "/{index}/_doc",
    "op_type refresh routing timeout version version_type if_seq_no if_primary_term pipeline "
    "wait_for_active_shards require_alias",
    handle};

}  // namespace elkhorn::api::document_add
