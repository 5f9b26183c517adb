// store/file/sealed_file.h -- small files that are written whole and read whole (manifest,
// deletes): a header with magic, version, length and checksum before the body. Damage is named with
// file and offset.
//
//   u64 magic, u16 version, u16 0, u32 crc32c of the body, u64 body bytes, body
#pragma once

#include "base/kill_point.h"
#include "base/result.h"
#include "io/folder.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace elkhorn::store {

/// Where a test may end the process while one is written; a static beside its kind.
struct SealedSteps {
    explicit SealedSteps(const std::string& what)
        : created(what + ".new.created"),
          written(what + ".new.written"),
          synced(what + ".new.synced"),
          renamed(what + ".renamed"),
          named(what + ".named") {}

    KillPoint created;
    KillPoint written;
    KillPoint synced;
    KillPoint renamed;
    KillPoint named;  // the folder is synced
};

struct SealedKind {
    std::uint64_t magic = 0;
    std::uint16_t version = 1;
    std::string_view what;  // "manifest"
    SealedSteps& steps;
};

/// Written, synced, and its name made durable: through `name`.new and a rename.
Result<> write_sealed(io::Folder& folder, const std::string& name, const SealedKind& kind,
                      std::string_view body);
Result<std::string> read_sealed(const io::Folder& folder, const std::string& name,
                                const SealedKind& kind);

}  // namespace elkhorn::store
