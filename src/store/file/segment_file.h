// store/file/segment_file.h -- a segment: row groups one after the other in one immutable file.
//
//   u64 magic, u16 version, 6 bytes 0 | row groups, each from a multiple of 8 | directory | footer
//   directory  varint groups, then each varint offset, varint bytes
//   footer     u32 directory bytes, u32 directory crc32c, u64 magic
#pragma once

#include "base/result.h"
#include "io/folder.h"
#include "store/group/cache.h"
#include "store/group/row_group.h"

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

/// Writes a segment, row group by row group.
class SegmentWriter {
public:
    static Result<SegmentWriter> create(io::Folder& folder, std::string name);

    Result<> add(std::string_view group);
    /// Synced, and its name durable. Gives the file's size.
    Result<std::uint64_t> finish();

private:
    SegmentWriter(io::Folder& folder, std::string name)
        : folder_(&folder), name_(std::move(name)) {}

    io::Folder* folder_;  // the caller's
    std::string name_;
    std::unique_ptr<io::Appender> file_;
    std::string directory_;
    std::uint64_t groups_ = 0;
    std::uint64_t at_ = 0;
};

/// Maps the file and opens its row groups; reads directories only.
Result<std::vector<std::shared_ptr<const RowGroup>>> open_segment(
    const io::Folder& folder, const std::string& name, std::uint64_t salt,
    const std::shared_ptr<Cache>& cache);

}  // namespace elkhorn::store
