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

/// A column's values, decoded when the first document needs them.
class LeafColumn {
public:
    LeafColumn(const RowGroup& group, const SourceShapes::ColumnView& used, const Column& made)
        : column_(group.find(used.path, used.kind)), kind_(used.kind) {
        if (column_ != nullptr && column_->encoding_name() == made.encoding_name() &&
            column_->number() >= made.number()) {
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
        : shapes_(std::move(shapes)),
          group_(group),
          made_(made),
          columns_(shapes_->column_count()) {}

    Result<std::string_view> at(std::uint32_t row) override {
        const auto shape = shapes_->shape_of(row);
        if (!shape) return whole(shapes_->whole_number(row));
        text_.clear();
        const std::string_view after =
            TRY(shapes_->read_shape(*shape, [&](const SourceShapes::LeafView& leaf) {
                text_ += leaf.before;
                return column(leaf.column).append(text_, row, leaf.nth, leaf.kind);
            }));
        text_ += after;
        return text_;
    }

private:
    Result<std::string_view> whole(std::uint32_t number) {
        if (!blocks_)
            blocks_ = TRY(TextBlocksReader::open(shapes_->whole(), shapes_->whole_count()));
        return blocks_->at(number);
    }

    LeafColumn& column(std::uint32_t number) {
        std::unique_ptr<LeafColumn>& known = columns_[number];
        if (known == nullptr)
            known = std::make_unique<LeafColumn>(group_, shapes_->column(number), made_);
        return *known;
    }

    std::shared_ptr<const SourceShapes> shapes_;
    const RowGroup& group_;
    const Column& made_;
    std::vector<std::unique_ptr<LeafColumn>> columns_;  // null until a document needs it
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
    SourceShapes made;
    made.header_ = TRY(read_zstd(packed, raw_bytes));
    made.whole_ = whole;
    if (!made.look_through_header(rows)) return damaged();
    const auto count = static_cast<std::uint32_t>(made.shape_places_.size());
    const int width = bit_width_of(count);
    const std::string_view bits = reader.take(packed_bits_bytes(rows, width));
    if (!reader.ok()) return damaged();
    made.numbers_.resize(rows);
    read_bits(bits, width, made.numbers_);
    for (std::uint32_t row = 0; row < rows; ++row) {
        if (made.numbers_[row] > count) return damaged();
        if (made.numbers_[row] == 0) made.whole_rows_.push_back(row);
    }
    return made.whole_rows_.size() == made.whole_count_ ? Result<SourceShapes>(std::move(made))
                                                        : damaged();
}

/// False when something in it makes no sense: what is read later needs no second look.
bool SourceShapes::look_through_header(std::uint32_t rows) {
    ByteReader reader(header_);
    const auto place = [&] {
        return static_cast<std::uint32_t>(reader.position());
    };
    whole_count_ = static_cast<std::uint32_t>(reader.varint());
    const std::uint64_t columns = reader.varint();
    for (std::uint64_t i = 0; i < columns && reader.ok(); ++i) {
        column_places_.push_back(place());
        if (reader.number<std::uint8_t>() > static_cast<std::uint8_t>(ColumnKind::spare))
            return false;
        reader.text();
    }
    const std::uint64_t shapes = reader.varint();
    if (!reader.ok() || shapes > rows) return false;
    for (std::uint64_t i = 0; i < shapes && reader.ok(); ++i) {
        shape_places_.push_back(place());
        if (!look_through_shape(reader)) return false;
    }
    return reader.ok();
}

bool SourceShapes::look_through_shape(ByteReader& reader) const {
    const std::uint64_t leaves = reader.varint();
    for (std::uint64_t i = 0; i < leaves && reader.ok(); ++i) {
        const LeafView leaf = read_leaf(reader);
        if (leaf.column >= column_count() || leaf.kind > LeafKind::ip) return false;
    }
    reader.text();
    return reader.ok();
}

SourceShapes::LeafView SourceShapes::read_leaf(ByteReader& reader) {
    LeafView leaf;
    leaf.before = reader.text();
    leaf.column = static_cast<std::uint32_t>(reader.varint());
    leaf.nth = static_cast<std::uint32_t>(reader.varint());
    leaf.kind = static_cast<LeafKind>(reader.number<std::uint8_t>());
    return leaf;
}

SourceShapes::ColumnView SourceShapes::column(std::uint32_t number) const {
    ByteReader reader(std::string_view(header_).substr(column_places_[number]));
    ColumnView found;
    found.kind = static_cast<ColumnKind>(reader.number<std::uint8_t>());
    found.path = reader.text();
    return found;
}

std::optional<std::uint32_t> SourceShapes::shape_of(std::uint32_t row) const {
    const std::uint32_t number = row < numbers_.size() ? numbers_[row] : 0;
    if (number == 0) return std::nullopt;
    return number - 1;
}

std::uint32_t SourceShapes::whole_number(std::uint32_t row) const {
    return static_cast<std::uint32_t>(std::ranges::lower_bound(whole_rows_, row) -
                                      whole_rows_.begin());
}

std::uint64_t SourceShapes::memory_bytes() const {
    return header_.size() +
           (column_places_.size() + shape_places_.size() + numbers_.size() + whole_rows_.size()) *
               4;
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
