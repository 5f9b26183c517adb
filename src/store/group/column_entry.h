// store/group/column_entry.h -- what a row group's directory says of one column, and where the
// column's bytes are; drawn in store/group/group_format.h. Views of the directory and of the row
// group, which live longer.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "store/group/group_format.h"
#include "store/schema/mapping.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace elkhorn::store {

/// One entry of a row group's directory.
struct ColumnEntry {
    std::string_view path;  // the directory's
    ColumnKind kind = ColumnKind::integer;
    Encoding encoding = Encoding::integers;
    RowMode row_mode = RowMode::one_each;
    std::uint8_t flags = 0;
    std::uint32_t rows = 0;
    std::uint32_t values = 0;
    std::uint32_t rows_with_value = 0;
    std::uint64_t tokens = 0;
    std::uint64_t min = 0;
    std::uint64_t max = 0;
    std::uint64_t offset = 0;
    std::uint32_t crc = 0;
    std::uint64_t part_sizes[chunk_parts] = {};
    std::string_view bytes;  // the whole chunk; the row group's owner keeps it alive
    std::string_view place;  // for messages; the row group's
    std::uint64_t file_offset = 0;
    std::uint32_t number = 0;                                           // in the directory
    const std::function<bool(std::string_view)>* unreadable = nullptr;  // the row group's

    std::uint64_t size() const;
    /// Whether the checksum of its bytes is right.
    Result<> check() const;
    /// After reading of its bytes: whether the disk gave them.
    Result<> readable() const;
    std::unexpected<Error> damaged(std::string_view what) const;
};

/// Nothing when it makes no sense: unknown kinds, counts past the rows, chunks past `chunks_end`.
std::optional<ColumnEntry> read_column_entry(ByteReader& reader, std::uint32_t rows,
                                             std::uint64_t chunks_end);

}  // namespace elkhorn::store
