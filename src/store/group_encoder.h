// store/group_encoder.h -- builders' columns to the bytes of a row group (store/group_format.h).
//
// A text column gets a sorted dictionary when its texts are short or repeat themselves, and blocks
// of
// text otherwise: a line of 200 bytes that is never the same is not worth sorting. Fields mapped
// as text
// get a token index where evaluating a query on the dictionary would be slow.
#pragma once

#include "store/group_builder.h"
#include "store/group_format.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

class GroupEncoder {
public:
    GroupEncoder(std::uint32_t rows, std::int64_t first_seq_no, std::int64_t last_seq_no)
        : rows_(rows), first_seq_no_(first_seq_no), last_seq_no_(last_seq_no) {}

    void add(const ColumnBuilder& column);
    void add_sources(const std::vector<std::string_view>& sources);
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
    void encode_texts(const ColumnBuilder& column, Chunk& chunk) const;
    void encode_tokens(const ColumnBuilder& column, Chunk& chunk) const;
    void write(std::string_view path, ColumnKind kind, std::size_t values, const Chunk& chunk);

    std::uint32_t rows_;
    std::int64_t first_seq_no_;
    std::int64_t last_seq_no_;
    std::uint32_t columns_ = 0;
    std::string out_;
    std::string directory_;
};

}  // namespace elkhorn::store
