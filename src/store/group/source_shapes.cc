#include "store/group/source_shapes.h"

#include "base/bytes.h"
#include "base/civil_time.h"
#include "store/code/bit_packing.h"
#include "store/code/compression.h"
#include "store/code/text_blocks.h"
#include "store/schema/ip_address.h"
#include "text/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace elkhorn::store {
namespace {

std::unexpected<Error> damaged() {
    return fail(ErrorCode::corruption, "the shapes of the documents make no sense");
}

template <typename T>
void append_shortest(std::string& out, T value, bool point) {
    std::array<char, 32> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
    out += text;
    if (point && text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

bool comes_before(const RowGroup& group, const Column& first, const Column& second) {
    for (const auto& column : group.columns()) {
        if (column.get() == &second) return false;
        if (column.get() == &first) return true;
    }
    return false;
}

/// A column's values, decoded when the first document needs them.
class LeafColumn {
public:
    LeafColumn(const RowGroup& group, const SourceShapes::UsedColumn& used, const Column& made)
        : column_(group.find(used.path, used.kind)), kind_(used.kind) {
        if (column_ != nullptr && column_->encoding_name() == made.encoding_name() &&
            !comes_before(group, *column_, made)) {
            column_ = nullptr;
        }
    }

    Result<> open() {
        if (opened_) return {};
        if (column_ == nullptr) return damaged();
        if (kind_ == ColumnKind::integer) {
            integers_ = TRY(column_->integers());
        } else if (kind_ == ColumnKind::real) {
            reals_ = TRY(column_->reals());
        } else if (column_->has_dictionary()) {
            dictionary_ = TRY(column_->dictionary());
            ordinals_ = TRY(column_->ordinals());
        } else {
            rows_ = TRY(column_->row_values());
            texts_ = column_->texts();
        }
        opened_ = true;
        return {};
    }

    /// Appends the `nth` value of the row.
    Result<> append(std::string& out, std::uint32_t row, std::uint32_t nth, LeafKind leaf) {
        TRY(open());
        const std::uint64_t value = std::uint64_t{values().first(row)} + nth;
        if (value >= values().last(row)) return damaged();
        if (integers_ != nullptr) {
            append_integer_leaf(out, leaf, integers_->values[value]);
        } else if (reals_ != nullptr) {
            append_real_leaf(out, leaf, reals_->values[value]);
        } else if (kind_ == ColumnKind::spare) {
            out += TRY(text(static_cast<std::uint32_t>(value)));
        } else {
            append_text_leaf(out, leaf, TRY(text(static_cast<std::uint32_t>(value))));
        }
        return {};
    }

private:
    const RowValues& values() const {
        if (integers_ != nullptr) return integers_->rows;
        if (reals_ != nullptr) return reals_->rows;
        return ordinals_ != nullptr ? ordinals_->rows : *rows_;
    }

    Result<std::string_view> text(std::uint32_t value) {
        if (ordinals_ == nullptr) return texts_->at(value);
        return (*dictionary_)[ordinals_->values[value]];
    }

    const Column* column_;
    ColumnKind kind_;
    bool opened_ = false;
    std::shared_ptr<const IntegerValues> integers_;
    std::shared_ptr<const RealValues> reals_;
    std::shared_ptr<const Dictionary> dictionary_;
    std::shared_ptr<const OrdinalValues> ordinals_;
    std::shared_ptr<const RowValues> rows_;
    std::unique_ptr<Texts> texts_;
};

class ShapedSources final : public SourceReader {
public:
    ShapedSources(std::shared_ptr<const SourceShapes> shapes, const RowGroup& group,
                  const Column& made)
        : shapes_(std::move(shapes)) {
        for (const SourceShapes::UsedColumn& used : shapes_->columns())
            columns_.emplace_back(group, used, made);
    }

    Result<std::string_view> at(std::uint32_t row) override {
        const SourceShapes::Shape* shape = shapes_->shape_of(row);
        if (shape == nullptr) return whole(shapes_->whole_number(row));
        text_.clear();
        for (const SourceShapes::Leaf& leaf : shape->leaves) {
            text_ += leaf.before;
            TRY(columns_[leaf.column].append(text_, row, leaf.nth, leaf.kind));
        }
        text_ += shape->after;
        return text_;
    }

private:
    Result<std::string_view> whole(std::uint32_t number) {
        if (!blocks_)
            blocks_ = TRY(TextBlocksReader::open(shapes_->whole(), shapes_->whole_count()));
        return blocks_->at(number);
    }

    std::shared_ptr<const SourceShapes> shapes_;
    std::vector<LeafColumn> columns_;
    std::optional<TextBlocksReader> blocks_;
    std::string text_;
};

}  // namespace

void append_integer_leaf(std::string& out, LeafKind kind, std::int64_t value) {
    switch (kind) {
        case LeafKind::boolean: out += value != 0 ? "true" : "false"; return;
        case LeafKind::date_ms:
        case LeafKind::date_s:
            out.push_back('"');
            append_iso_ms(out, value);
            if (kind == LeafKind::date_s) {
                out.resize(out.size() - 5);  // ".000Z"
                out.push_back('Z');
            }
            out.push_back('"');
            return;
        default: text::append_integer(out, value);
    }
}

void append_real_leaf(std::string& out, LeafKind kind, double value) {
    const bool point = kind == LeafKind::real_point || kind == LeafKind::float32_point;
    if (kind == LeafKind::float32 || kind == LeafKind::float32_point)
        append_shortest(out, static_cast<float>(value), point);
    else
        append_shortest(out, value, point);
}

void append_text_leaf(std::string& out, LeafKind kind, std::string_view value) {
    if (kind == LeafKind::bare)
        out += value;
    else if (kind == LeafKind::ip)
        out += '"' + format_ip(value) + '"';
    else
        text::append_json_string(out, value);
}

Result<SourceShapes> SourceShapes::open(std::string_view shapes, std::string_view whole,
                                        std::uint32_t rows) {
    ByteReader reader(shapes);
    const auto raw_bytes = reader.number<std::uint32_t>();
    const std::string_view packed = reader.take(reader.number<std::uint32_t>());
    if (!reader.ok()) return damaged();
    const std::string raw = TRY(read_zstd(packed, raw_bytes));
    ByteReader header(raw);
    SourceShapes made;
    made.whole_ = whole;
    made.whole_count_ = static_cast<std::uint32_t>(header.varint());
    const std::uint64_t columns = header.varint();
    for (std::uint64_t i = 0; i < columns && header.ok(); ++i) {
        UsedColumn column;
        const auto kind = header.number<std::uint8_t>();
        if (kind > static_cast<std::uint8_t>(ColumnKind::spare)) return damaged();
        column.kind = static_cast<ColumnKind>(kind);
        column.path = header.text();
        made.columns_.push_back(std::move(column));
    }
    const std::uint64_t count = header.varint();
    if (!header.ok() || count > rows) return damaged();
    for (std::uint64_t i = 0; i < count && header.ok(); ++i) {
        Shape shape;
        const std::uint64_t leaves = header.varint();
        for (std::uint64_t j = 0; j < leaves && header.ok(); ++j) {
            Leaf leaf;
            leaf.before = header.text();
            leaf.column = static_cast<std::uint32_t>(header.varint());
            leaf.nth = static_cast<std::uint32_t>(header.varint());
            const auto kind = header.number<std::uint8_t>();
            if (leaf.column >= columns || kind > static_cast<std::uint8_t>(LeafKind::ip))
                return damaged();
            leaf.kind = static_cast<LeafKind>(kind);
            shape.leaves.push_back(std::move(leaf));
        }
        shape.after = header.text();
        made.shapes_.push_back(std::move(shape));
    }
    const int width = bit_width_of(count);
    const std::string_view bits = reader.take(packed_bits_bytes(rows, width));
    if (!header.ok() || !reader.ok()) return damaged();
    made.numbers_.resize(rows);
    read_bits(bits, width, made.numbers_);
    for (std::uint32_t row = 0; row < rows; ++row) {
        if (made.numbers_[row] > count) return damaged();
        if (made.numbers_[row] == 0) made.whole_rows_.push_back(row);
    }
    return made.whole_rows_.size() == made.whole_count_ ? Result<SourceShapes>(std::move(made))
                                                        : damaged();
}

const SourceShapes::Shape* SourceShapes::shape_of(std::uint32_t row) const {
    const std::uint32_t number = row < numbers_.size() ? numbers_[row] : 0;
    return number == 0 ? nullptr : &shapes_[number - 1];
}

std::uint32_t SourceShapes::whole_number(std::uint32_t row) const {
    return static_cast<std::uint32_t>(std::ranges::lower_bound(whole_rows_, row) -
                                      whole_rows_.begin());
}

std::uint64_t SourceShapes::memory_bytes() const {
    std::uint64_t bytes = (numbers_.size() + whole_rows_.size()) * 4;
    for (const Shape& shape : shapes_)
        bytes += shape.leaves.size() * (sizeof(Leaf) + 32) + sizeof(Shape);
    return bytes;
}

void append_shapes(std::string& out, std::span<const SourceShapes::UsedColumn> columns,
                   std::span<const SourceShapes::Shape> shapes,
                   std::span<const std::uint32_t> numbers, std::size_t whole_count) {
    std::string header;
    append_varint(header, whole_count);
    append_varint(header, columns.size());
    for (const SourceShapes::UsedColumn& column : columns) {
        header.push_back(static_cast<char>(column.kind));
        append_text(header, column.path);
    }
    append_varint(header, shapes.size());
    for (const SourceShapes::Shape& shape : shapes) {
        append_varint(header, shape.leaves.size());
        for (const SourceShapes::Leaf& leaf : shape.leaves) {
            append_text(header, leaf.before);
            append_varint(header, leaf.column);
            append_varint(header, leaf.nth);
            header.push_back(static_cast<char>(leaf.kind));
        }
        append_text(header, shape.after);
    }
    std::string packed;
    append_zstd(packed, header);
    append_number(out, static_cast<std::uint32_t>(header.size()));
    append_number(out, static_cast<std::uint32_t>(packed.size()));
    out += packed;
    append_bits(out, numbers, bit_width_of(shapes.size()));
}

std::unique_ptr<SourceReader> make_source_reader(std::shared_ptr<const SourceShapes> shapes,
                                                 const RowGroup& group, const Column& made) {
    return std::make_unique<ShapedSources>(std::move(shapes), group, made);
}

}  // namespace elkhorn::store
