// store/code/token_index.h -- which rows hold which word: sorted tokens, front-coded in blocks of
// 32, each with its rows. Documents only: no frequencies, no positions; phrases are verified on the
// text.
//
//   [u32 tokens][u32 blocks] blocks * u32 offset | token blocks | postings
//   token     varint shared prefix, text suffix, varint rows, then the single row where it is one,
//             else varint offset into the postings (0 where it has no row)
//   postings  u8 64 + low: Elias-Fano, `low` bits of each row, then the rest of the rows as a
//             bitmap of gaps in unary; or 255: a bit a row. (Format 1 had a width below 64: packed
//             gaps.)
//
// A token may be a key of two parts, "term NUL surface": a word as it stands in a text where that
// is not its term. It counts as the term for whoever searches.
#pragma once

#include "base/result.h"
#include "store/code/bitmap.h"
#include "store/code/column_values.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace elkhorn::store {

/// Gathers tokens row by row (rows ascending), then writes the index.
class TokenIndexBuilder {
public:
    explicit TokenIndexBuilder(std::uint32_t rows) : rows_(rows), table_(1 << 12, 0) {}

    /// The token's number, for texts that occur in several rows.
    std::uint32_t token(std::string_view token);

    std::uint32_t size() const { return static_cast<std::uint32_t>(ends_.size()); }

    void add(std::uint32_t row, std::uint32_t token) { pairs_.push_back({token, row}); }

    /// The place of each token in the order of the index, by number.
    std::vector<std::uint32_t> ranks() const;
    void append_to(std::string& out);

private:
    struct Pair {
        std::uint32_t token;
        std::uint32_t row;
    };

    void rehash();

    std::string_view text(std::uint32_t token) const {
        const std::uint32_t from = token == 0 ? 0 : ends_[token - 1];
        return std::string_view(bytes_).substr(from, ends_[token] - from);
    }

    std::vector<std::uint32_t> sorted() const;

    std::uint32_t rows_;
    std::string bytes_;  // of all tokens
    std::vector<std::uint32_t> ends_;
    std::vector<std::uint64_t> hashes_;
    std::vector<std::uint32_t> table_;  // token number + 1; 0: free
    std::vector<Pair> pairs_;           // rows ascending within a token
};

/// Over bytes that outlive it; const and thread-safe.
class TokenIndexReader {
public:
    static Result<TokenIndexReader> open(std::string_view bytes, std::uint32_t rows);

    /// No rows for a token that is not there.
    Result<Bitmap> rows_with(std::string_view token) const;
    Result<> visit(std::string_view prefix, const TokenTest& wanted, const TokenVisit& visit) const;

    std::uint32_t size() const { return tokens_; }

    struct Entry {
        std::uint32_t count = 0;
        std::uint64_t place = 0;  // the row where count is 1
    };

    /// Calls `visit(ordinal, key, entry)` for the tokens not below `from`, in order, until it gives
    /// false.
    Result<> walk_from(std::string_view from,
                       const std::function<Result<bool>(std::uint32_t ordinal, std::string_view key,
                                                        const Entry& entry)>& visit) const;
    /// Adds the entry's rows.
    Result<> add_rows(const Entry& entry, Bitmap& rows) const;

private:
    /// The block that would hold the token, and its entries in turn.
    std::size_t block_for(std::string_view token) const;
    template <typename Visit>
    Result<> walk(std::size_t block, Visit&& visit) const;
    std::string_view first_token(std::size_t block) const;

    std::uint32_t rows_ = 0;
    std::uint32_t tokens_ = 0;
    std::vector<std::uint32_t> offsets_;
    std::string_view entries_;   // the caller's
    std::string_view postings_;  // the caller's
};

}  // namespace elkhorn::store
