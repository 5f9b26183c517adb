// store/group/group_format.h -- the bytes of a row group; drawn in docs/formats/segment.md. Writer
// and reader both include this. A row group is self-contained and position-independent: it can be
// copied as it is.
//
//   [chunk]...  [directory]  [footer]
//
//   footer     u32 directory size, u32 directory crc32c, u64 magic          (16 bytes, at the end)
//   directory  u16 version, u16 0, u32 rows, i64 first seq_no, i64 last seq_no, varint columns,
//   then each:
//              text path, u8 kind, u8 encoding, u8 row mode, u8 flags, varint values, varint rows
//              with a value, u64 tokens, u64 min, u64 max, u64 chunk offset, u32 chunk crc32c, 4
//              varint part sizes
//   chunk      the four parts one after the other: rows, values, dictionary, token index
#pragma once

#include <cstdint>

namespace elkhorn::store {

constexpr std::uint64_t group_magic = 0x31305055'52474b45;  // "EKGRUP01"
constexpr std::uint16_t group_version = 2;                  // 1 had no encodings past 5
constexpr std::size_t group_footer_bytes = 16;

enum class Encoding : std::uint8_t {
    integers = 1,       // packed blocks (bit_packing.h)
    reals_raw = 2,      // zstd of 8-byte IEEE numbers
    reals_decimal = 3,  // u8 digits, then packed blocks of value * 10^digits
    dictionary = 4,     // packed ordinals; the texts, sorted, in the dictionary part
    blocks = 5,         // zstd blocks of texts in the order of the rows (text_blocks.h)
    templates = 6,      // words, numbers and what stands between them (template_text.h)
    hex = 7,            // hexadecimal ids at half a byte a digit (hex_text.h)
    derived = 8,        // as 4, but the ordinals are a function of another column's: text path of
                        // that column, which has encoding 4, and packed ordinals by its ordinals
    shapes = 9,         // documents, from the other columns (source_shapes.h)
};

enum class RowMode : std::uint8_t {
    one_each = 0,     // value i belongs to row i; no bytes
    at_most_one = 1,  // a bit a row
    many = 2,         // packed offsets, rows + 1 of them
};

enum ColumnFlags : std::uint8_t {
    flag_ascending = 1,    // integers that never get smaller
    flag_token_index = 2,  // the token part is there
    flag_analyzed = 4,     // of a field mapped as text; older groups say it by their tokens only
};

constexpr std::size_t chunk_parts = 4;

}  // namespace elkhorn::store
