// store/offline/verify.h -- whether a data folder is sound: every checksum, and everything that one
// file says of another. Changes nothing; beside a running server it may find the last write to the
// log cut off.
#pragma once

#include "base/result.h"
#include "io/folder.h"

#include <cstdint>
#include <string>
#include <vector>

namespace elkhorn::store {

struct Verified {
    std::uint64_t indices = 0;
    std::uint64_t segments = 0;
    std::uint64_t groups = 0;
    std::uint64_t documents = 0;  // in segments, deleted ones too
    std::uint64_t log_entries = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string> damage;  // a sentence each: file, offset, what, what to do
};

/// With `values` also decodes every value and puts every document together. An error is one of
/// reading the folder at all.
Result<Verified> verify(const io::Folder& folder, bool values);

}  // namespace elkhorn::store
