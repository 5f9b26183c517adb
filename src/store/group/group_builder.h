// store/group/group_builder.h -- the tail's growing row group: documents in, columns out. One
// writer at a time.
// Texts of a document are kept once, in its source; columns point into it.
//
//   Cost      about 3 ns a byte of JSON: one hash and one table look-up a text, one push a number.
//   Memory    memory_bytes(): sources, distinct texts with escapes, and the columns' vectors.
//
// `encode` writes the row group's bytes (store/group/group_format.h) and leaves the builder as it
// was, so a refresh can show what is there and go on.
#pragma once

#include "base/hash.h"
#include "event/arena.h"
#include "event/document.h"
#include "store/code/bitmap.h"
#include "store/code/text_set.h"
#include "store/group/column.h"
#include "store/schema/mapping.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace elkhorn::store {

struct ColumnBuilder {
    std::string path;
    ColumnKind kind = ColumnKind::integer;
    bool tokens = false;  // mapped as text: it gets a token index where a dictionary would not do
    std::vector<std::uint32_t> rows;  // of each value; empty while value i belongs to row i
    std::vector<std::int64_t> integers;
    std::vector<double> reals;
    TextSet distinct;                     // once `all_new`, a text may be in it twice
    std::vector<std::uint32_t> ordinals;  // into distinct
    bool all_new = false;                 // hardly a text came twice: nobody looks any more

    std::size_t values() const;
    void add_integer(std::uint32_t row, std::int64_t value);
    void add_real(std::uint32_t row, double value);

    void add_text(std::uint32_t row, std::string_view text) {
        add_text(row, text, [](std::string_view stays) { return stays; });
    }

    /// `keep` as in TextSet::add.
    template <typename Keep>
    void add_text(std::uint32_t row, std::string_view text, Keep&& keep) {
        place(row);
        ordinals.push_back(all_new ? distinct.add_unseen(keep(text)) : distinct.add(text, keep));
        if (ordinals.size() == judged_at) all_new = distinct.texts().size() > judged_at / 8 * 7;
    }

    std::uint64_t memory_bytes() const;

private:
    // After this many texts it is decided whether looking for equal ones is worth it.
    static constexpr std::size_t judged_at = 4096;

    void place(std::uint32_t row);
};

struct NewRow {
    std::int64_t seq_no = 0;
    std::int64_t version = 1;
    std::string_view id;  // empty: generated, not stored
    std::string_view source;
    std::shared_ptr<const std::string> kept_by;  // has the source in it; null: it is copied
};

class GroupBuilder {
public:
    explicit GroupBuilder(std::int64_t first_seq_no) : first_seq_no_(first_seq_no) {}

    /// Opens a row and keeps its source; values then go to columns by the row's number.
    std::uint32_t add(const NewRow& row);
    /// The column, made if it is not there.
    ColumnBuilder& column(std::string_view path, ColumnKind kind);
    /// Null when no document here has the field in that kind.
    const ColumnBuilder* find(std::string_view path, ColumnKind kind) const;
    /// Adds a text to a column: as it stands in the row's kept source where it points into
    /// `source`, otherwise as a copy, made where the column has not seen it before.
    void add_text(ColumnBuilder& column, std::uint32_t row, std::string_view text,
                  std::string_view source);

    std::uint32_t rows() const { return static_cast<std::uint32_t>(sources_.size()); }

    std::int64_t first_seq_no() const { return first_seq_no_; }

    std::int64_t last_seq_no() const {
        return seq_nos_.empty() ? first_seq_no_ - 1 : seq_nos_.back();
    }

    std::string_view source(std::uint32_t row) const { return sources_[row]; }

    std::int64_t seq_no(std::uint32_t row) const { return seq_nos_[row]; }

    std::int64_t version(std::uint32_t row) const { return versions_[row]; }

    std::span<const std::int64_t> seq_nos() const { return seq_nos_; }

    /// The newest row with that explicit id.
    std::optional<std::uint32_t> find_id(std::string_view id) const;

    /// Whether the row was given its id explicitly.
    bool has_id(std::uint32_t row) const { return std::ranges::binary_search(id_rows_, row); }

    std::uint64_t source_bytes() const { return source_bytes_; }

    std::uint64_t memory_bytes() const;

    std::string encode() const;

private:
    std::int64_t first_seq_no_;
    event::Arena arena_;  // sources that nobody keeps, and texts with escapes
    std::vector<std::shared_ptr<const std::string>> kept_;  // what has the other sources
    std::uint64_t kept_bytes_ = 0;
    std::vector<std::string_view> sources_;
    std::uint64_t source_bytes_ = 0;
    std::vector<std::int64_t> seq_nos_;
    std::vector<std::int64_t> versions_;
    TextSet ids_;
    std::vector<std::uint32_t> id_ordinals_;  // of rows with an id
    std::vector<std::uint32_t> id_rows_;      // their rows
    std::vector<std::uint32_t> newest_row_;   // of each distinct id
    std::vector<std::unique_ptr<ColumnBuilder>> columns_;
    std::unordered_map<std::string, std::uint32_t> places_;  // of columns, by kind and path
};

}  // namespace elkhorn::store
