// store/group/row_group.h -- up to 65,536 documents as columns: the unit that is built, checked,
// cached, copied and searched. The bytes are the same in memory (the tail) and in a segment file,
// so there is one reader. Rows are in the order of arrival (ascending sequence numbers).
//
// Threads, lifetime, damage, cost: as in store/group/column.h. A column is set up when somebody
// finds it, and stays for as long as its group does.
#pragma once

#include "base/result.h"
#include "store/group/column.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

constexpr std::uint32_t max_group_rows = 65'536;

/// Reads `_source` texts row by row; keep one per thread and query.
class SourceReader {
public:
    virtual ~SourceReader() = default;
    /// The document as it was ingested. Valid until the next call.
    virtual Result<std::string_view> at(std::uint32_t row) = 0;
};

class RowGroup {
public:
    virtual ~RowGroup() = default;

    virtual std::uint32_t rows() const = 0;
    /// Null when no document here has the field in that kind, which is an answer and not an error.
    virtual const Column* find(std::string_view path, ColumnKind kind) const = 0;
    /// All, in the order of the file, set up by this call. For who walks over everything: a
    /// document or a question finds the few it needs.
    virtual std::vector<const Column*> columns() const = 0;
    /// How many have been set up so far: by finding them.
    virtual std::uint32_t columns_set_up() const = 0;

    virtual std::int64_t first_seq_no() const = 0;
    virtual std::int64_t last_seq_no() const = 0;
    virtual Result<std::int64_t> seq_no(std::uint32_t row) const = 0;
    virtual Result<std::int64_t> version(std::uint32_t row) const = 0;
    /// The `_id`: stored where it was given, computed from the sequence number where it was
    /// generated.
    virtual Result<std::string> id(std::uint32_t row) const = 0;
    /// The row with that explicit `_id`, deleted or not; nothing when it is not here.
    virtual Result<std::optional<std::uint32_t>> find_id(std::string_view id) const = 0;
    virtual std::unique_ptr<SourceReader> sources() const = 0;

    virtual std::uint64_t size_bytes() const = 0;
    /// As they lie, for who copies the group; checked against the columns' checksums.
    virtual Result<std::string_view> bytes() const = 0;

    /// Opens a group that was made of this one's documents; it decodes through the same cache.
    virtual Result<std::shared_ptr<const RowGroup>> open_beside(
        std::shared_ptr<const std::string> bytes) const = 0;
    /// What was made of this group under that name, if the node's cache still has it; else null.
    virtual std::shared_ptr<const void> made(const std::string& name) const = 0;
    virtual void keep_made(const std::string& name, std::shared_ptr<const void> what,
                           std::uint64_t size_bytes) const = 0;
};

}  // namespace elkhorn::store
