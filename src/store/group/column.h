// store/group/column.h -- one field's values of one kind in one row group, as whoever searches sees
// them.
//
//   Threads   Everything is const and thread-safe.
//   Lifetime  A Column belongs to its RowGroup. What its calls return by shared_ptr is decoded
//             once, kept in the node's cache while there is room, and stays valid while it is held.
//   Damage    A chunk's checksum is verified when it is first decoded: Error{corruption} with file
//             and offset. Never a wrong answer.
//   Cost      min, max and counts are free. Decoding a column of 65,536 rows: about 0.1 ms for
//             numbers and ordinals, 1 to 10 ms for text that is not in a dictionary.
#pragma once

#include "base/result.h"
#include "store/code/bitmap.h"
#include "store/code/column_values.h"
#include "store/schema/mapping.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace elkhorn::store {

class Column {
public:
    virtual ~Column() = default;

    virtual const std::string& path() const = 0;
    virtual ColumnKind kind() const = 0;
    /// Which of its row group's columns it is, in the order of the file.
    virtual std::uint32_t number() const = 0;
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
    /// Bytes of the longest value; nothing where the row group is from before it was noted. Free.
    virtual std::optional<std::uint64_t> longest_text() const = 0;
    /// Few distinct or short values lie in a dictionary; long and mostly distinct ones do not.
    virtual bool has_dictionary() const = 0;
    virtual Result<std::shared_ptr<const Dictionary>> dictionary() const = 0;
    virtual Result<std::shared_ptr<const OrdinalValues>> ordinals() const = 0;
    /// Without a dictionary: which values belong to which row, and the texts.
    virtual Result<std::shared_ptr<const RowValues>> row_values() const = 0;
    virtual std::unique_ptr<Texts> texts() const = 0;
    /// Without a dictionary: the rows that have this text as a value. Cheaper than reading all.
    virtual Result<Bitmap> rows_with_text(std::string_view text) const = 0;

    // -- full text: the standard analyzer's tokens (text/analysis/tokenizer.h) of a field mapped as
    // text ---
    /// Whether rows_with_token answers; otherwise evaluate on the dictionary.
    virtual bool has_token_index() const = 0;
    virtual Result<Bitmap> rows_with_token(std::string_view token) const = 0;
    /// The tokens that begin with `prefix` and are wanted, ascending, each with its rows; until
    /// `visit` gives false. Cheap for those that are not wanted.
    virtual Result<> visit_tokens(std::string_view prefix, const TokenTest& wanted,
                                  const TokenVisit& visit) const = 0;
    /// Where those words stand in the values; null: the texts must be cut.
    virtual Result<std::unique_ptr<WordPlaces>> word_places(
        std::vector<WantedWord> wanted) const = 0;
    /// How often the word is in each value that has it; null: the texts must be cut.
    virtual Result<std::unique_ptr<WordCounts>> word_counts(std::string_view word) const = 0;
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
