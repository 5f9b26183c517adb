// store/group/column_directory.h -- a row group's columns as its directory lists them. Entries stay
// bytes: opening a group of 10,000 columns makes none of them, and finding one reads a few paths.
//
//   Lifetime  views the directory's bytes, which the row group keeps alive
//   Cost      `read` walks the directory once; `find` is a binary search; `entry` reads one entry
//   Memory    12 bytes a column
//   Damage    each entry has been looked at by `read`: what `entry` gives makes sense
#pragma once

#include "store/group/column_entry.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace elkhorn::store {

class ColumnDirectory {
public:
    /// `bytes` are the directory from its number of columns on. Nothing when it makes no sense.
    static std::optional<ColumnDirectory> read(std::string_view bytes, std::uint32_t rows,
                                               std::uint64_t chunks_end);

    std::uint32_t size() const { return static_cast<std::uint32_t>(places_.size()); }

    /// The number of the column in the order of the directory.
    std::optional<std::uint32_t> find(std::string_view path, ColumnKind kind) const;
    ColumnEntry entry(std::uint32_t number) const;

    std::uint64_t memory_bytes() const {
        return places_.capacity() * sizeof(std::uint64_t) +
               sorted_.capacity() * sizeof(std::uint32_t);
    }

private:
    struct Key {
        std::string_view path;
        std::uint8_t kind = 0;

        auto operator<=>(const Key&) const = default;
    };

    Key key(std::uint32_t number) const;
    void sort();

    std::string_view bytes_;  // the row group's
    std::uint32_t rows_ = 0;
    std::uint64_t chunks_end_ = 0;
    std::vector<std::uint64_t> places_;  // of each entry in bytes_
    std::vector<std::uint32_t> sorted_;  // numbers by path and kind
};

}  // namespace elkhorn::store
