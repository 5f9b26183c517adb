#include "store/group/group_merge.h"

#include "store/group/group_builder.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace elkhorn::store {
namespace {

// Made anew by the builder.
constexpr std::array<std::string_view, 4> own_columns = {"_source", "_seq_no", "_version", "_id"};

class Merger {
public:
    explicit Merger(std::int64_t first_seq_no) : builder_(first_seq_no) {}

    Result<> add(const GroupView& view) {
        const auto first_row = builder_.rows();
        live_.clear();
        for (std::uint32_t row = 0; row < view.group->rows(); ++row) {
            if (view.deleted == nullptr || !view.deleted->test(row)) live_.push_back(row);
        }
        TRY(add_rows(*view.group));
        for (const auto& column : view.group->columns()) {
            const bool own = std::ranges::find(own_columns, column->path()) != own_columns.end();
            if (own || column->kind() == ColumnKind::spare) continue;
            TRY(add_column(*column, first_row));
        }
        return {};
    }

    std::string encode() const { return builder_.rows() == 0 ? std::string() : builder_.encode(); }

private:
    Result<> add_rows(const RowGroup& group) {
        const auto sources = group.sources();
        const Column* ids = group.find("_id", ColumnKind::text);
        const auto id_ordinals = ids == nullptr ? nullptr : TRY(ids->ordinals());
        for (const std::uint32_t row : live_) {
            NewRow made;
            made.seq_no = TRY(group.seq_no(row));
            made.version = TRY(group.version(row));
            std::string id;  // a generated one is not stored
            if (ids != nullptr && id_ordinals->rows.has(row)) id = TRY(group.id(row));
            made.id = id;
            made.source = TRY(sources->at(row));
            builder_.add(made);
        }
        return {};
    }

    /// Calls `add(row of the merged group, value)` for the values of live rows.
    template <typename Add>
    Result<> for_each_value(const RowValues& rows, std::uint32_t first_row, Add&& add) const {
        for (std::uint32_t i = 0; i < live_.size(); ++i) {
            for (std::uint32_t value = rows.first(live_[i]); value < rows.last(live_[i]); ++value)
                TRY(add(first_row + i, value));
        }
        return {};
    }

    Result<> add_column(const Column& column, std::uint32_t first_row) {
        ColumnBuilder& to = builder_.column(column.path(), column.kind());
        to.tokens = to.tokens || column.analyzed();
        if (column.kind() == ColumnKind::integer) {
            const auto from = TRY(column.integers());
            return for_each_value(from->rows, first_row, [&](auto row, auto value) -> Result<> {
                to.add_integer(row, from->values[value]);
                return {};
            });
        }
        if (column.kind() == ColumnKind::real) {
            const auto from = TRY(column.reals());
            return for_each_value(from->rows, first_row, [&](auto row, auto value) -> Result<> {
                to.add_real(row, from->values[value]);
                return {};
            });
        }
        return column.has_dictionary() ? add_ordinals(column, to, first_row)
                                       : add_texts(column, to, first_row);
    }

    Result<> add_ordinals(const Column& column, ColumnBuilder& to, std::uint32_t first_row) {
        const auto from = TRY(column.ordinals());
        const auto dictionary = TRY(column.dictionary());
        return for_each_value(from->rows, first_row, [&](auto row, auto value) -> Result<> {
            builder_.add_text(to, row, (*dictionary)[from->values[value]], {});
            return {};
        });
    }

    Result<> add_texts(const Column& column, ColumnBuilder& to, std::uint32_t first_row) {
        const auto rows = TRY(column.row_values());
        const auto texts = column.texts();
        return for_each_value(*rows, first_row, [&](auto row, auto value) -> Result<> {
            builder_.add_text(to, row, TRY(texts->at(value)), {});
            return {};
        });
    }

    GroupBuilder builder_;
    std::vector<std::uint32_t> live_;  // rows of the group being added
};

}  // namespace

Result<std::string> merge_groups(std::span<const GroupView> groups) {
    Merger merger(groups.front().group->first_seq_no());
    for (const GroupView& group : groups)
        TRY(merger.add(group));
    return merger.encode();
}

}  // namespace elkhorn::store
