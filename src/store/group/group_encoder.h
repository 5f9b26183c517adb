// store/group/group_encoder.h -- builders' columns to the bytes of a row group
// (store/group/group_format.h).
//
// A text column whose texts repeat themselves gets a sorted dictionary; where that dictionary is a
// function of another one (the host's name of the host's id), only the map between them. Texts that
// are hardly ever the same are packed as hexadecimal ids or as templates, or, where neither fits,
// sorted (short ones) or compressed in blocks. Fields mapped as text get a token index where
// evaluating a query on the dictionary would be slow.
#pragma once

#include "store/code/text_slot.h"
#include "store/group/compose.h"
#include "store/group/group_builder.h"
#include "store/group/group_format.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

class GroupEncoder {
public:
    GroupEncoder(std::uint32_t rows, std::int64_t first_seq_no, std::int64_t last_seq_no)
        : rows_(rows), first_seq_no_(first_seq_no), last_seq_no_(last_seq_no) {}

    /// The columns of documents, all at once: some are written as functions of others.
    void add_all(std::span<const std::unique_ptr<ColumnBuilder>> columns);
    /// One of the row group's own columns.
    void add(const ColumnBuilder& column);
    /// The documents, after their columns.
    void add_sources(std::span<const std::string_view> sources,
                     std::span<const std::unique_ptr<ColumnBuilder>> columns);
    std::string finish();

private:
    struct Chunk {
        Encoding encoding = Encoding::integers;
        RowMode row_mode = RowMode::one_each;
        std::uint8_t flags = 0;
        std::uint32_t rows_with_value = 0;
        std::uint64_t tokens = 0;
        std::uint64_t min = 0;
        std::uint64_t max = 0;
        std::string parts[chunk_parts];
    };

    void encode_rows(const ColumnBuilder& column, Chunk& chunk) const;
    void encode_integers(const ColumnBuilder& column, Chunk& chunk) const;
    static void encode_reals(const ColumnBuilder& column, Chunk& chunk);
    static std::uint64_t longest_text(const ColumnBuilder& column);
    void encode_texts(const ColumnBuilder& column, Chunk& chunk);
    void encode_plain_texts(const ColumnBuilder& column, Chunk& chunk);
    void encode_dictionary(const ColumnBuilder& column, Chunk& chunk);
    bool encode_hex_ids(const ColumnBuilder& column, Chunk& chunk) const;
    bool encode_template_texts(const ColumnBuilder& column, Chunk& chunk) const;
    void encode_tokens(const ColumnBuilder& column, Chunk& chunk) const;
    void add_composed(ComposedColumn& composed);
    void write(std::string_view path, ColumnKind kind, std::size_t values, const Chunk& chunk);

    std::uint32_t rows_;
    std::int64_t first_seq_no_;
    std::int64_t last_seq_no_;
    std::uint32_t columns_ = 0;
    std::vector<TextReference> references_;  // dictionaries that others may be functions of
    std::vector<std::vector<std::uint32_t>> reference_ordinals_;
    std::string out_;
    std::string directory_;
};

}  // namespace elkhorn::store
