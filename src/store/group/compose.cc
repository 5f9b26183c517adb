#include "store/group/compose.h"

#include "store/code/text_blocks.h"
#include "store/group/source_shapes.h"
#include "text/json_text.h"

#include <algorithm>
#include <optional>

namespace elkhorn::store {
namespace {

constexpr std::uint32_t fewest_rows = 64;
constexpr std::uint64_t shortest_mean = 24;   // bytes; shorter texts are packed well as they are
constexpr std::uint32_t distinct_share = 4;   // as for dictionaries: fewer are sorted
constexpr std::uint32_t samples = 48;         // rows that shapes are guessed from
constexpr std::size_t longest_sample = 4096;  // bytes
constexpr std::size_t most_parts = 64;        // columns looked at
constexpr std::size_t most_shapes = 8;
constexpr std::uint32_t whole_share = 8;  // at most an eighth of the rows may be kept whole
constexpr std::uint32_t no_value = ~std::uint32_t{0};

bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (c & 0x80) != 0;
}

/// A column that others may be made of: at most one value a row, of texts or whole numbers.
class Source {
public:
    static std::optional<Source> of(const ColumnBuilder& column, std::uint32_t rows) {
        const bool kind = column.kind == ColumnKind::text || column.kind == ColumnKind::integer;
        if (!kind || column.values() == 0) return std::nullopt;
        Source source;
        source.column_ = &column;
        if (column.rows.empty()) {
            if (column.values() > rows) return std::nullopt;
            return source;
        }
        source.value_of_.assign(rows, no_value);
        for (std::uint32_t value = 0; value < column.rows.size(); ++value) {
            std::uint32_t& place = source.value_of_[column.rows[value]];
            if (place != no_value) return std::nullopt;
            place = value;
        }
        return source;
    }

    const ColumnBuilder& column() const { return *column_; }

    /// Its text in that row, valid until the next call; nothing where there is none.
    std::optional<std::string_view> at(std::uint32_t row) {
        const std::uint32_t value = value_of(row);
        if (value == no_value) return std::nullopt;
        if (column_->kind == ColumnKind::text)
            return column_->distinct.texts()[column_->ordinals[value]];
        digits_.clear();
        text::append_integer(digits_, column_->integers[value]);
        return digits_;
    }

private:
    std::uint32_t value_of(std::uint32_t row) const {
        if (value_of_.empty()) return row < column_->values() ? row : no_value;
        return value_of_[row];
    }

    const ColumnBuilder* column_ = nullptr;
    std::vector<std::uint32_t> value_of_;  // of each row; empty: value i is of row i
    std::string digits_;
};

using Shape = SourceShapes::Shape;

bool same(const Shape& a, const Shape& b) {
    return a.after == b.after &&
           std::ranges::equal(a.leaves, b.leaves, [](const auto& x, const auto& y) {
               return x.before == y.before && x.column == y.column;
           });
}

/// Makes shapes for one column of texts.
class Composer {
public:
    /// `sources` may be used; they are numbered as they stand there.
    Composer(Source& texts, std::span<Source* const> sources, std::uint32_t rows)
        : texts_(texts), sources_(sources), rows_(rows) {}

    std::optional<ComposedColumn> compose() {
        guess();
        choose();
        if (chosen_.empty() || !number_rows()) return std::nullopt;
        std::vector<SourceShapes::UsedColumn> used;
        for (const Source* source : sources_)
            used.push_back({source->column().kind, source->column().path});
        ComposedColumn made;
        made.column = &texts_.column();
        append_shapes(made.shapes, used, chosen_, numbers_, whole_.size());
        append_text_blocks(made.whole, whole_);
        return made;
    }

    /// Whether a shape has that source.
    bool uses(std::size_t source) const {
        return std::ranges::any_of(chosen_, [&](const Shape& shape) {
            return std::ranges::any_of(shape.leaves,
                                       [&](const auto& leaf) { return leaf.column == source; });
        });
    }

private:
    void guess() {
        for (std::uint32_t i = 0; i < samples; ++i) {
            const auto row = static_cast<std::uint32_t>(std::uint64_t{rows_} * i / samples);
            const auto text = texts_.at(row);
            if (!text || text->empty() || text->size() > longest_sample) continue;
            sampled_.push_back(row);
            Shape shape = guess_from(row, *text);
            const bool known = std::ranges::any_of(
                guessed_, [&](const Shape& other) { return same(shape, other); });
            if (!shape.leaves.empty() && !known) guessed_.push_back(std::move(shape));
        }
    }

    Shape guess_from(std::uint32_t row, std::string_view text) {
        std::vector<std::string> values;  // of the row, empty where there is none
        for (Source* source : sources_)
            values.emplace_back(source->at(row).value_or(""));
        Shape shape;
        std::size_t last = 0;  // sources are likely to stand in their order
        for (std::size_t at = 0; at < text.size();) {
            const auto source = longest_at(text, at, values, last);
            if (!source) {
                shape.after.push_back(text[at++]);
                continue;
            }
            shape.leaves.push_back({std::exchange(shape.after, {}),
                                    static_cast<std::uint32_t>(*source), 0, LeafKind::bare});
            at += values[*source].size();
            last = *source + 1;
        }
        return shape;
    }

    /// The source whose value stands there as a word; of several the longest, then the next in
    /// order.
    static std::optional<std::size_t> longest_at(std::string_view text, std::size_t at,
                                                 std::span<const std::string> values,
                                                 std::size_t from) {
        std::optional<std::size_t> best;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const std::size_t source = (from + i) % values.size();
            const std::string& value = values[source];
            if (value.empty() || !text.substr(at).starts_with(value)) continue;
            const std::size_t end = at + value.size();
            const bool begins = at == 0 || !is_word(text[at - 1]) || !is_word(value.front());
            const bool ends = end == text.size() || !is_word(text[end]) || !is_word(value.back());
            if (begins && ends && (!best || value.size() > values[*best].size())) best = source;
        }
        return best;
    }

    bool fits(const Shape& shape, std::uint32_t row, std::string_view text) {
        const auto take = [&](std::string_view part) {
            if (!text.starts_with(part)) return false;
            text.remove_prefix(part.size());
            return true;
        };
        for (const auto& leaf : shape.leaves) {
            if (!take(leaf.before)) return false;
            const auto value = sources_[leaf.column]->at(row);
            if (!value || !take(*value)) return false;
        }
        return text == shape.after;
    }

    /// One after the other the shape that fits most sampled rows that none before it fits.
    void choose() {
        std::vector<std::uint32_t> left = sampled_;
        while (!left.empty() && chosen_.size() < most_shapes) {
            std::vector<std::uint32_t> best_left = left;
            const Shape* best = nullptr;
            for (const Shape& shape : guessed_) {
                std::vector<std::uint32_t> rest;
                for (const std::uint32_t row : left) {
                    if (!fits(shape, row, *texts_.at(row))) rest.push_back(row);
                }
                if (rest.size() >= best_left.size()) continue;
                best_left = std::move(rest);
                best = &shape;
            }
            // A shape of one row alone says that row's words, not the column's.
            if (best == nullptr || left.size() - best_left.size() < 2) break;
            chosen_.push_back(*best);
            left = std::move(best_left);
        }
        if (left.size() * whole_share > sampled_.size()) chosen_.clear();
    }

    /// False where too many rows would be kept whole.
    bool number_rows() {
        for (std::uint32_t row = 0; row < rows_; ++row) {
            const auto text = texts_.at(row);
            const auto shape = std::ranges::find_if(chosen_, [&](const Shape& candidate) {
                return text && fits(candidate, row, *text);
            });
            const bool whole = shape == chosen_.end();
            numbers_.push_back(whole ? 0 : static_cast<std::uint32_t>(shape - chosen_.begin()) + 1);
            if (whole) whole_.push_back(text.value_or(""));
            if (whole_.size() * whole_share > rows_) return false;
        }
        return true;
    }

    Source& texts_;
    std::span<Source* const> sources_;
    std::uint32_t rows_;
    std::vector<std::uint32_t> sampled_;
    std::vector<Shape> guessed_;
    std::vector<Shape> chosen_;
    std::vector<std::uint32_t> numbers_;
    std::vector<std::string_view> whole_;
};

bool worth_trying(const ColumnBuilder& column, std::uint32_t rows) {
    const auto& distinct = column.distinct;
    return column.kind == ColumnKind::text && column.rows.empty() && column.values() == rows &&
           distinct.texts().size() > rows / distinct_share &&
           distinct.text_bytes() >= shortest_mean * distinct.texts().size();
}

/// All columns of a row group, and which are made of which.
class Columns {
public:
    Columns(std::span<const std::unique_ptr<ColumnBuilder>> columns, std::uint32_t rows)
        : rows_(rows) {
        for (const auto& column : columns) {
            if (sources_.size() == most_parts) break;
            if (auto source = Source::of(*column, rows)) sources_.push_back(std::move(*source));
        }
        uses_.resize(sources_.size());
    }

    std::vector<ComposedColumn> compose() {
        std::vector<ComposedColumn> made;
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            if (!worth_trying(sources_[i].column(), rows_)) continue;
            std::vector<Source*> others;
            std::vector<std::size_t> numbers;
            for (std::size_t other = 0; other < sources_.size(); ++other) {
                if (other == i || is_made_of(other, i)) continue;
                others.push_back(&sources_[other]);
                numbers.push_back(other);
            }
            Composer composer(sources_[i], others, rows_);
            auto composed = composer.compose();
            if (!composed) continue;
            for (std::size_t j = 0; j < numbers.size(); ++j) {
                if (composer.uses(j)) uses_[i].push_back(numbers[j]);
            }
            made.push_back(std::move(*composed));
        }
        return in_order(std::move(made));
    }

private:
    bool is_made_of(std::size_t column, std::size_t of) const {
        return std::ranges::any_of(
            uses_[column], [&](std::size_t used) { return used == of || is_made_of(used, of); });
    }

    std::size_t number_of(const ColumnBuilder* column) const {
        return static_cast<std::size_t>(
            std::ranges::find(sources_, column,
                              [](const Source& source) { return &source.column(); }) -
            sources_.begin());
    }

    /// Each after those it is made of.
    std::vector<ComposedColumn> in_order(std::vector<ComposedColumn> made) const {
        std::vector<ComposedColumn> ordered;
        while (!made.empty()) {
            const auto next = std::ranges::find_if(made, [&](const ComposedColumn& one) {
                return std::ranges::none_of(made, [&](const ComposedColumn& other) {
                    return is_made_of(number_of(one.column), number_of(other.column));
                });
            });
            ordered.push_back(std::move(*next));
            made.erase(next);
        }
        return ordered;
    }

    std::uint32_t rows_;
    std::vector<Source> sources_;
    std::vector<std::vector<std::size_t>> uses_;  // of each source, those it is made of
};

}  // namespace

std::vector<ComposedColumn> compose_columns(std::span<const std::unique_ptr<ColumnBuilder>> columns,
                                            std::uint32_t rows) {
    if (rows < fewest_rows) return {};
    return Columns(columns, rows).compose();
}

}  // namespace elkhorn::store
