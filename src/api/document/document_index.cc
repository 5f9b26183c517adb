// api/document/document_index.cc -- PUT|POST /{index}/_doc/{id}: one document under its id. 201 or
// 200 means that it is on disk.

#include "api/document/parts/document_write.h"

namespace elkhorn::api::document_index {
namespace {

Reply handle(const Call& call) {
    return write_document(call, false);
}

}  // namespace

extern constinit const Endpoint spec{
    "PUT POST", "/{index}/_doc/{id}",
    "op_type refresh routing timeout version version_type if_seq_no if_primary_term pipeline "
    "wait_for_active_shards require_alias",
    handle};

}  // namespace elkhorn::api::document_index
