// store/group/column_reader.h -- a column over its chunk's bytes; see store/group/column.h for what
// it promises.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "store/group/cache.h"
#include "store/group/column.h"
#include "store/group/group_format.h"
#include "store/group/row_group.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
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
    std::uint32_t number = 0;  // in the directory

    std::uint64_t size() const;
    /// Whether the checksum of its bytes is right.
    Result<> check() const;
    std::unexpected<Error> damaged(std::string_view what) const;
};

/// Nothing when it makes no sense: unknown kinds, counts past the rows, chunks past `chunks_end`.
std::optional<ColumnEntry> read_column_entry(ByteReader& reader, std::uint32_t rows,
                                             std::uint64_t chunks_end);

/// What `make_column` takes.
std::uint64_t column_memory_bytes(const ColumnEntry& entry);

/// `group` has the columns that this one may be a function of; it owns the column.
std::unique_ptr<Column> make_column(const ColumnEntry& entry, const RowGroup& group,
                                    std::shared_ptr<Cache> cache);

}  // namespace elkhorn::store
