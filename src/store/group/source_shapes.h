// store/group/source_shapes.h -- `_source` without keeping it: a document is a shape (what stands
// between its values: braces, keys, commas, nulls, as in the JSON but for white space) and its
// values, which the columns have already.
//
//   {"host":"a","took":1.5,"tags":["x","y"]}
//   shape   {"host": | ,"took": | ,"tags":[ | , | ]}
//   leaves  host text, took real, tags text, tags text
//
// Every document is matched against the columns as they are built: only what comes out of them to
// the letter is left to them (texts may differ in their escapes). Where a value does not (a number
// written 1e3, a date with microseconds, a field without a column), the shape takes it from a spare
// column that has the JSON of the value itself; a document of too odd a shape is kept whole.
//
//   part 1   u32 raw bytes of the header, u32 its compressed bytes, zstd header | a number for each
//            row: 0 kept whole, otherwise its shape and one; width of the number of shapes
//   header   varint rows kept whole; varint columns, each u8 kind, text path; varint shapes, each:
//            varint leaves, each text of what stands before, varint column, varint which of the
//            row's values there, u8 leaf kind; text of what stands after
//   part 2   the documents kept whole (text_blocks.h)
//
// Other texts that are made of columns' values are kept the same way (compose.h).
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "store/group/group_builder.h"
#include "store/group/row_group.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

/// How a value's JSON is made from its column's value.
enum class LeafKind : std::uint8_t {
    text,  // a string
    bare,  // a text that is no string: a number or boolean in a keyword
    integer,
    real,        // shortest digits, "1" for 1.0
    real_point,  // shortest digits, "1.0"
    float32,     // the same of the number as a float
    float32_point,
    boolean,
    date_ms,  // "2015-05-19T12:05:13.123Z"
    date_s,   // "2015-05-19T12:05:13Z"
    ip,
};

struct SourceParts {
    std::string shapes;                                  // part 1
    std::string whole;                                   // part 2
    std::vector<std::unique_ptr<ColumnBuilder>> spares;  // columns to be written beside
    event::Arena kept;                                   // texts of theirs
};

/// `sources` are valid JSON objects; each row's values are in `columns`.
SourceParts encode_sources(std::span<const std::string_view> sources,
                           std::span<const std::unique_ptr<ColumnBuilder>> columns);

/// What of `_source` is decoded once: where its shapes are, and which row has which. A shape is
/// read as a document of it is put together: the others cost nothing. The parts outlive it.
class SourceShapes {
public:
    struct Leaf {
        std::string before;
        std::uint32_t column = 0;
        std::uint32_t nth = 0;  // of the row's values there
        LeafKind kind = LeafKind::text;
    };

    struct Shape {
        std::vector<Leaf> leaves;
        std::string after;
    };

    struct UsedColumn {
        ColumnKind kind = ColumnKind::text;
        std::string path;
    };

    /// A leaf where it stands in the header.
    struct LeafView {
        std::string_view before;  // of this object
        std::uint32_t column = 0;
        std::uint32_t nth = 0;
        LeafKind kind = LeafKind::text;
    };

    struct ColumnView {
        ColumnKind kind = ColumnKind::text;
        std::string_view path;  // of this object
    };

    static Result<SourceShapes> open(std::string_view shapes, std::string_view whole,
                                     std::uint32_t rows);

    /// Nothing: the row is kept whole, as number `whole_number(row)`.
    std::optional<std::uint32_t> shape_of(std::uint32_t row) const;
    std::uint32_t whole_number(std::uint32_t row) const;

    /// Calls add(LeafView) for the leaves in order until it fails; gives the text after the last.
    template <typename Add>
    Result<std::string_view> read_shape(std::uint32_t shape, Add&& add) const {
        ByteReader reader(std::string_view(header_).substr(shape_places_[shape]));
        const std::uint64_t leaves = reader.varint();
        for (std::uint64_t i = 0; i < leaves; ++i)
            TRY(add(read_leaf(reader)));
        return reader.text();
    }

    std::uint32_t column_count() const { return static_cast<std::uint32_t>(column_places_.size()); }

    ColumnView column(std::uint32_t number) const;

    std::string_view whole() const { return whole_; }

    std::uint32_t whole_count() const { return whole_count_; }

    std::uint64_t memory_bytes() const;

private:
    static LeafView read_leaf(ByteReader& reader);
    bool look_through_header(std::uint32_t rows);
    bool look_through_shape(ByteReader& reader) const;

    std::string header_;
    std::vector<std::uint32_t> column_places_;  // in the header
    std::vector<std::uint32_t> shape_places_;
    std::vector<std::uint32_t> numbers_;  // of each row: 0 whole
    std::vector<std::uint32_t> whole_rows_;
    std::uint32_t whole_count_ = 0;
    std::string_view whole_;
};

/// Part 1.
void append_shapes(std::string& out, std::span<const SourceShapes::UsedColumn> columns,
                   std::span<const SourceShapes::Shape> shapes,
                   std::span<const std::uint32_t> numbers, std::size_t whole_count);

/// Puts the texts of column `made` together from the columns of `group`, which owns everything and
/// lives longer. Damage: a column made of others must come after them.
std::unique_ptr<SourceReader> make_source_reader(std::shared_ptr<const SourceShapes> shapes,
                                                 const RowGroup& group, const Column& made);

/// The JSON of a number or date, as the kind has it. Both sides of the format use these.
void append_integer_leaf(std::string& out, LeafKind kind, std::int64_t value);
void append_real_leaf(std::string& out, LeafKind kind, double value);
void append_text_leaf(std::string& out, LeafKind kind, std::string_view value);

}  // namespace elkhorn::store
