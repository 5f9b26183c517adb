// store/file/deletes_file.h -- which rows of an index's row groups are deleted, as of a flush; one
// file, replaced as a whole (docs/formats/manifest.md).
#pragma once

#include "base/result.h"
#include "io/folder.h"
#include "store/code/bitmap.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace elkhorn::store {

/// By first sequence number of the row group.
using Deletes = std::vector<std::pair<std::int64_t, Bitmap>>;

/// As they are sealed in the file.
std::string deletes_bytes(const Deletes& deletes);

Result<> write_deletes_file(io::Folder& folder, const std::string& name, const Deletes& deletes);
Result<Deletes> read_deletes_file(const io::Folder& folder, const std::string& name);
/// `name` is the file it is from, for the error.
Result<Deletes> parse_deletes(const std::string& name, std::string_view body);

}  // namespace elkhorn::store
