// store/file/index_identity.h -- what of an index cannot be told from its segments: name, uuid,
// settings, mapping. It is in the manifest; noted a second time beside it ("indices/7/identity",
// sealed), so that a damaged manifest can be made anew (store/offline/repair.h). Rewritten only
// when it changes.
#pragma once

#include "io/folder.h"
#include "store/file/manifest.h"

#include <string>

namespace elkhorn::store {

/// Durable. Before the manifest: what is noted is at least as new.
Result<> note_identity(io::Folder& folder, const Manifest& manifest);
/// A manifest without segments; ErrorCode::not_found where none was noted.
Result<Manifest> read_identity(const io::Folder& folder, const std::string& index_folder);

}  // namespace elkhorn::store
