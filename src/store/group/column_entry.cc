#include "store/group/column_entry.h"

#include "base/hash.h"

#include <fmt/format.h>

namespace elkhorn::store {
namespace {

constexpr std::uint64_t max_values = std::uint64_t{1} << 31;

}  // namespace

std::unexpected<Error> ColumnEntry::damaged(std::string_view what) const {
    return fail(ErrorCode::corruption,
                fmt::format("{}: the column {} at offset {} {}; run `elkhorn verify`, restore the "
                            "file from a copy",
                            place, path, file_offset, what));
}

Result<> ColumnEntry::readable() const {
    if (unreadable != nullptr && *unreadable && (*unreadable)(bytes))
        return damaged("lies where the disk cannot be read");
    return {};
}

Result<> ColumnEntry::check() const {
    const bool sound = crc32c(bytes) == crc;
    TRY(readable());
    if (!sound) return damaged("has a wrong checksum");
    return {};
}

std::uint64_t ColumnEntry::size() const {
    std::uint64_t size = 0;
    for (const std::uint64_t part : part_sizes)
        size += part;
    return size;
}

std::optional<ColumnEntry> read_column_entry(ByteReader& reader, std::uint32_t rows,
                                             std::uint64_t chunks_end) {
    ColumnEntry entry;
    entry.rows = rows;
    entry.path = reader.text();
    const auto kind = reader.number<std::uint8_t>();
    const auto encoding = reader.number<std::uint8_t>();
    const auto row_mode = reader.number<std::uint8_t>();
    entry.flags = reader.number<std::uint8_t>();
    const std::uint64_t values = reader.varint();
    const std::uint64_t rows_with_value = reader.varint();
    entry.tokens = reader.number<std::uint64_t>();
    entry.min = reader.number<std::uint64_t>();
    entry.max = reader.number<std::uint64_t>();
    entry.offset = reader.number<std::uint64_t>();
    entry.crc = reader.number<std::uint32_t>();
    for (std::uint64_t& size : entry.part_sizes)
        size = reader.varint();
    for (const std::uint64_t size : entry.part_sizes) {
        if (size > chunks_end) return std::nullopt;
    }
    const bool sound = reader.ok() && kind <= static_cast<std::uint8_t>(ColumnKind::spare) &&
                       encoding >= 1 && encoding <= 9 && row_mode <= 2 && values < max_values &&
                       rows_with_value <= rows && entry.offset <= chunks_end &&
                       entry.size() <= chunks_end - entry.offset &&
                       (row_mode != 0 || values == rows);
    if (!sound) return std::nullopt;
    entry.kind = static_cast<ColumnKind>(kind);
    entry.encoding = static_cast<Encoding>(encoding);
    entry.row_mode = static_cast<RowMode>(row_mode);
    entry.values = static_cast<std::uint32_t>(values);
    entry.rows_with_value = static_cast<std::uint32_t>(rows_with_value);
    return entry;
}

}  // namespace elkhorn::store
