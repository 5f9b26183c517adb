// store/segment_file.h -- a segment: row groups one after the other in one immutable file.
//
//   u64 magic, u16 version, 6 bytes 0 | row groups, each from a multiple of 8 | directory | footer
//   directory  varint groups, then each varint offset, varint bytes
//   footer     u32 directory bytes, u32 directory crc32c, u64 magic
#pragma once

#include "base/result.h"
#include "io/folder.h"
#include "store/cache.h"
#include "store/row_group.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

constexpr std::uint64_t segment_magic = 0x31304745'53474b45;  // "EKGSEG01"
constexpr std::uint16_t segment_version = 1;
constexpr std::size_t segment_header_bytes = 16;

/// Written and synced; its name is durable too. Gives the file's size.
Result<std::uint64_t> write_segment(io::Folder& folder, const std::string& name,
                                    std::span<const std::string_view> groups);

/// Maps the file and opens its row groups; reads directories only.
Result<std::vector<std::shared_ptr<const RowGroup>>> open_segment(
    const io::Folder& folder, const std::string& name, std::uint64_t salt,
    const std::shared_ptr<Cache>& cache);

}  // namespace elkhorn::store
