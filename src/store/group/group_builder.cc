#include "store/group/group_builder.h"

#include "base/bytes.h"
#include "store/group/group_encoder.h"

namespace elkhorn::store {

std::size_t ColumnBuilder::values() const {
    switch (kind) {
        case ColumnKind::integer: return integers.size();
        case ColumnKind::real: return reals.size();
        default: return ordinals.size();
    }
}

/// Notes the row of the value about to be added.
void ColumnBuilder::place(std::uint32_t row) {
    const std::size_t value = values();
    if (!rows.empty()) {
        rows.push_back(row);
        return;
    }
    if (value == row) return;
    for (std::uint32_t i = 0; i < value; ++i)
        rows.push_back(i);
    rows.push_back(row);
}

void ColumnBuilder::add_integer(std::uint32_t row, std::int64_t value) {
    place(row);
    integers.push_back(value);
}

void ColumnBuilder::add_real(std::uint32_t row, double value) {
    place(row);
    reals.push_back(value);
}

std::uint64_t ColumnBuilder::memory_bytes() const {
    return sizeof(*this) + path.capacity() + rows.capacity() * 4 + integers.capacity() * 8 +
           reals.capacity() * 8 + ordinals.capacity() * 4 + distinct.memory_bytes();
}

std::uint32_t GroupBuilder::add(const NewRow& row) {
    const auto number = rows();
    sources_.push_back(row.kept_by != nullptr ? row.source : arena_.copy(row.source));
    if (row.kept_by != nullptr && (kept_.empty() || kept_.back() != row.kept_by)) {
        kept_.push_back(row.kept_by);
        kept_bytes_ += row.kept_by->capacity();
    }
    source_bytes_ += row.source.size();
    seq_nos_.push_back(row.seq_no);
    versions_.push_back(row.version);
    if (!row.id.empty()) {
        const auto known = ids_.find(row.id);
        const std::uint32_t ordinal = known ? *known : ids_.add(arena_.copy(row.id));
        if (known)
            newest_row_[ordinal] = number;
        else
            newest_row_.push_back(number);
        id_ordinals_.push_back(ordinal);
        id_rows_.push_back(number);
    }
    return number;
}

ColumnBuilder& GroupBuilder::column(std::string_view path, ColumnKind kind) {
    std::string key(1, static_cast<char>(kind));
    key += path;
    const auto [it, made] =
        places_.try_emplace(std::move(key), static_cast<std::uint32_t>(columns_.size()));
    if (made) {
        columns_.push_back(std::make_unique<ColumnBuilder>());
        columns_.back()->path = path;
        columns_.back()->kind = kind;
    }
    return *columns_[it->second];
}

const ColumnBuilder* GroupBuilder::find(std::string_view path, ColumnKind kind) const {
    std::string key(1, static_cast<char>(kind));
    key += path;
    const auto it = places_.find(key);
    return it == places_.end() ? nullptr : columns_[it->second].get();
}

void GroupBuilder::add_text(ColumnBuilder& column, std::uint32_t row, std::string_view text,
                            std::string_view source) {
    if (lies_within(text, source)) {
        const auto at = static_cast<std::size_t>(text.data() - source.data());
        return column.add_text(row, sources_.back().substr(at, text.size()));
    }
    column.add_text(row, text, [this](std::string_view made) { return arena_.copy(made); });
}

std::optional<std::uint32_t> GroupBuilder::find_id(std::string_view id) const {
    const auto ordinal = ids_.find(id);
    if (!ordinal) return std::nullopt;
    return newest_row_[*ordinal];
}

std::uint64_t GroupBuilder::memory_bytes() const {
    constexpr std::uint64_t per_place = 128;  // a key's node, its share of the table, a pointer
    std::uint64_t bytes = arena_.used_bytes() + kept_bytes_ + rows() * std::uint64_t{16 + 8 + 8};
    bytes += ids_.memory_bytes() + id_rows_.capacity() * std::uint64_t{4 + 4 + 4};
    for (const auto& column : columns_)
        bytes += column->memory_bytes() + per_place + column->path.size();
    return bytes;
}

std::string GroupBuilder::encode() const {
    GroupEncoder encoder(rows(), first_seq_no_, last_seq_no());
    encoder.add_all(columns_);
    encoder.add_sources(sources_, columns_);
    ColumnBuilder seq_no;
    seq_no.path = "_seq_no";
    seq_no.integers = seq_nos_;
    encoder.add(seq_no);
    ColumnBuilder version;
    version.path = "_version";
    version.integers = versions_;
    encoder.add(version);
    if (!id_rows_.empty()) {
        ColumnBuilder id;
        id.path = "_id";
        id.kind = ColumnKind::text;
        id.distinct = ids_;
        id.ordinals = id_ordinals_;
        if (id_rows_.size() != rows()) id.rows = id_rows_;
        encoder.add(id);
    }
    return encoder.finish();
}

}  // namespace elkhorn::store
