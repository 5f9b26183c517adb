// store/column.h -- one field's values of one kind in one row group, as whoever searches sees them.
//
//   Threads   Everything is const and thread-safe.
//   Lifetime  A Column belongs to its RowGroup. What its calls return by shared_ptr is decoded
//             once, kept in the node's cache while there is room, and stays valid while it is held.
//   Damage    A chunk's checksum is verified when it is first decoded: Error{corruption} with file
//             and offset. Never a wrong answer.
//   Cost      min, max and counts are free. Decoding a column of 65,536 rows: about 0.1 ms for
//             numbers and ordinals, 1 to 10 ms for text that is not in a dictionary.
//
// A row may have no value, one, or several (arrays). Values are numbered through the column;
// RowValues says which belong to which row.
#pragma once

#include "base/result.h"
#include "store/bitmap.h"
#include "store/mapping.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::store {

/// Which values belong to which row.
class RowValues {
public:
    /// Value i belongs to row i.
    explicit RowValues(std::uint32_t rows) : rows_(rows) {}

    /// Row r has the values [offsets[r], offsets[r + 1]).
    RowValues(std::uint32_t rows, std::vector<std::uint32_t> offsets)
        : rows_(rows), offsets_(std::move(offsets)) {}

    std::uint32_t rows() const { return rows_; }

    /// True when every row has exactly one value.
    bool one_each() const { return offsets_.empty(); }

    std::uint32_t first(std::uint32_t row) const { return offsets_.empty() ? row : offsets_[row]; }

    std::uint32_t last(std::uint32_t row) const {
        return offsets_.empty() ? row + 1 : offsets_[row + 1];
    }

    bool has(std::uint32_t row) const { return first(row) != last(row); }

private:
    std::uint32_t rows_;
    std::vector<std::uint32_t> offsets_;
};

template <typename T>
struct ColumnValues {
    RowValues rows;
    std::vector<T> values;
};

using IntegerValues = ColumnValues<std::int64_t>;
using RealValues = ColumnValues<double>;
/// Places in the column's sorted dictionary: a <= b as bytes exactly when ordinal(a) <= ordinal(b).
using OrdinalValues = ColumnValues<std::uint32_t>;

/// A sorted list of distinct texts (bytes order), all in memory.
class Dictionary {
public:
    Dictionary(std::string bytes, std::vector<std::uint32_t> ends)
        : bytes_(std::move(bytes)), ends_(std::move(ends)) {}

    std::uint32_t size() const { return static_cast<std::uint32_t>(ends_.size()); }

    std::string_view operator[](std::uint32_t ordinal) const {
        const std::uint32_t from = ordinal == 0 ? 0 : ends_[ordinal - 1];
        return std::string_view(bytes_).substr(from, ends_[ordinal] - from);
    }

    /// The first ordinal whose text is not less than `text`; size() when there is none.
    std::uint32_t lower_bound(std::string_view text) const;
    std::optional<std::uint32_t> find(std::string_view text) const;
    /// The ordinals [first, second) of the texts that begin with `prefix`.
    std::pair<std::uint32_t, std::uint32_t> prefix_range(std::string_view prefix) const;

    std::size_t memory_bytes() const { return bytes_.size() + ends_.size() * 4; }

private:
    std::string bytes_;
    std::vector<std::uint32_t> ends_;
};

/// Texts of a column without a dictionary, in the order of their values.
class Texts {
public:
    virtual ~Texts() = default;
    /// Valid until the next call on this object; one thread at a time. Sequential reading is
    /// cheap, a jump decodes a block of some 64 KiB.
    virtual Result<std::string_view> at(std::uint32_t value) = 0;
};

using TokenTest = std::function<bool(std::string_view token)>;
using TokenVisit = std::function<bool(std::string_view token, const Bitmap& rows)>;

class Column {
public:
    virtual ~Column() = default;

    virtual const std::string& path() const = 0;
    virtual ColumnKind kind() const = 0;
    virtual std::uint32_t rows() const = 0;
    virtual std::uint32_t value_count() const = 0;
    /// How many rows have at least one value.
    virtual std::uint32_t rows_with_value() const = 0;

    /// Rows with at least one value.
    virtual Result<Bitmap> present() const = 0;

    // -- integer (whole numbers, booleans as 0 and 1, dates as ms since 1970) and real ------------
    /// Over all values; meaningless when there are none. Free.
    virtual std::int64_t min_integer() const = 0;
    virtual std::int64_t max_integer() const = 0;
    virtual double min_real() const = 0;
    virtual double max_real() const = 0;
    /// True when values never get smaller from row to row and every row has one: then a range is a
    /// binary search. Free.
    virtual bool ascending() const = 0;
    virtual Result<std::shared_ptr<const IntegerValues>> integers() const = 0;
    virtual Result<std::shared_ptr<const RealValues>> reals() const = 0;

    // -- text and ip (16 bytes, IPv4 as ::ffff:a.b.c.d) -------------------------------------------
    /// Few distinct or short values lie in a dictionary; long and mostly distinct ones do not.
    virtual bool has_dictionary() const = 0;
    virtual Result<std::shared_ptr<const Dictionary>> dictionary() const = 0;
    virtual Result<std::shared_ptr<const OrdinalValues>> ordinals() const = 0;
    /// Without a dictionary: which values belong to which row, and the texts.
    virtual Result<std::shared_ptr<const RowValues>> row_values() const = 0;
    virtual std::unique_ptr<Texts> texts() const = 0;
    /// Without a dictionary: the rows that have this text as a value. Cheaper than reading all.
    virtual Result<Bitmap> rows_with_text(std::string_view text) const = 0;

    // -- full text: the standard analyzer's tokens (text/tokenizer.h) of a field mapped as text ---
    /// Whether rows_with_token answers; otherwise evaluate on the dictionary.
    virtual bool has_token_index() const = 0;
    virtual Result<Bitmap> rows_with_token(std::string_view token) const = 0;
    /// The tokens that begin with `prefix` and are wanted, ascending, each with its rows; until
    /// `visit` gives false. Cheap for those that are not wanted.
    virtual Result<> visit_tokens(std::string_view prefix, const TokenTest& wanted,
                                  const TokenVisit& visit) const = 0;
    /// Whether the field was mapped as text when this was written.
    virtual bool analyzed() const = 0;
    /// Tokens in all values together, for BM25's average length. 0 where the field is not text.
    virtual std::uint64_t token_count() const = 0;

    /// Whether the checksum of its bytes is right.
    virtual Result<> check() const = 0;
    /// Bytes in the file, for `inspect`: all, and what of them is its index of words or ids.
    virtual std::uint64_t size_bytes() const = 0;
    virtual std::uint64_t index_bytes() const = 0;
    virtual std::string_view encoding_name() const = 0;
};

}  // namespace elkhorn::store
