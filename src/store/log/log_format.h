// store/log/log_format.h -- the bytes of the write-ahead log; drawn in docs/formats/log.md.
//
//   file    u64 magic, u16 version, u16 0, u32 crc32c of the rest of the header, u64 file number,
//           u64 first lsn; then frames
//   frame   u32 magic (another for the further frames of one write), u32 crc32c of what follows in
//           the frame, u64 first lsn, u32 entries, u32 raw bytes, u32 compressed bytes, then LZ4
//           of: (varint length, entry)...
#pragma once

#include <cstddef>
#include <cstdint>

namespace elkhorn::store {

constexpr std::uint64_t log_magic = 0x31304c41'57474b45;  // "EKGWAL01"
constexpr std::uint16_t log_version = 2;                  // 1 had no continued frames
constexpr std::size_t log_header_bytes = 32;
constexpr std::uint32_t frame_magic = 0x4d52464c;      // "LFRM"
constexpr std::uint32_t continued_magic = 0x4352464c;  // "LFRC": written and synced with the last
constexpr std::size_t frame_header_bytes = 28;

}  // namespace elkhorn::store
