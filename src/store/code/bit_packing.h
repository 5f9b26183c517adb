// store/code/bit_packing.h -- whole numbers in blocks, each block at the width its range needs.
//
//   chunk   [block]...                     every block holds 4,096 values, the last one what is
//   left
//   block   [width u8][mode u8][first i64][base i64][min i64][max i64] [packed bits, low first,
//           padded to a byte]
//   mode 0  frame of reference: value = base + packed
//   mode 1  delta: value[0] = first, value[i] = value[i-1] + base + packed[i]
//
// min and max of a block are its skip entry: a range that misses them needs no unpacking. Widths
// go from 0 (all alike) to 64. Arithmetic is modulo 2^64, so any int64 round-trips.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

constexpr std::uint32_t packed_block_values = 4096;

void append_packed(std::string& out, std::span<const std::int64_t> values);

/// Reads `count` values; an error when the bytes end early or the header makes no sense.
Result<> unpack(std::string_view bytes, std::uint32_t count, std::vector<std::int64_t>& out);
Result<> unpack(std::string_view bytes, std::uint32_t count, std::vector<std::uint32_t>& out);

/// The bits that hold values up to `value`.
int bit_width_of(std::uint64_t value);

/// `values` at `width` bits each, low bits first, appended without any header.
void append_bits(std::string& out, std::span<const std::uint32_t> values, int width);
void append_bits(std::string& out, std::span<const std::uint64_t> values, int width);

/// What `count` values of `width` bits take.
constexpr std::uint64_t packed_bits_bytes(std::uint64_t count, int width) {
    return (count * static_cast<std::uint64_t>(width) + 7) / 8;
}

/// The value number `index`; zeros where the bytes end. Fast where nine more bytes follow.
std::uint64_t read_packed(std::string_view bytes, std::uint64_t index, int width);
/// The inverse of append_bits; `bytes` must hold at least packed_bits_bytes(count, width).
void read_bits(std::string_view bytes, int width, std::span<std::uint32_t> out);

}  // namespace elkhorn::store
