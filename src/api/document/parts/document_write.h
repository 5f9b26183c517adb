// api/document/parts/document_write.h -- the one way a single document is written, behind three
// endpoints.
#pragma once

#include "api/core/api.h"

namespace elkhorn::api {

/// Writes the body as the document {id} of {index}; a conflict where it is there and `create` is
/// set. 201 or 200 means that it is on disk.
Reply write_document(const Call& call, bool create);

}  // namespace elkhorn::api
