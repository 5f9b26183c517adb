// store/file/repositories_file.h -- whether the list of snapshot repositories can be read.
#pragma once

#include "base/result.h"
#include "io/folder.h"

namespace elkhorn::store {

constexpr const char* repositories_file = "repositories";

/// No error when there is none.
Result<> check_repositories_file(const io::Folder& data);

}  // namespace elkhorn::store
