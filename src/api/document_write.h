// api/document_write.h -- the one way a single document is written, behind three endpoints.
#pragma once

#include "api/api.h"

namespace elkhorn::api {

/// Writes the body as the document {id} of {index}; a conflict where it is there and `create` is
/// set.
Reply write_document(const Call& call, bool create);

}  // namespace elkhorn::api
